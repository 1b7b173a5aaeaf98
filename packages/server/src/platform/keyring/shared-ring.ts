import type { Queryable } from '../db/database.ts';
import { Refusal } from '../refusal.ts';

const NAME = 'shared';

/** The keyring that the rows of this database are sealed with; null = nothing was sealed yet, or the database is older. */
export async function readSharedRing(db: Queryable): Promise<string | null> {
  const [there] = await db.query<{ found: string | null }>("select to_regclass('platform_keyring')::text as found");
  if (there === undefined || there.found === null) return null;
  const [row] = await db.query<{ ring: string }>('select ring from platform_keyring where name = $1', [NAME]);
  return row?.ring ?? null;
}

/**
 * Puts the keyring of the first node where the others find it. Of two first nodes at the same moment one is the faster; the
 * other one learns here that it is not the first.
 */
export async function shareRing(db: Queryable, { root, ring }: { readonly root: string; readonly ring: string }): Promise<void> {
  await db.query('insert into platform_keyring (name, root, ring) values ($1, $2, $3) on conflict do nothing', [
    NAME,
    root,
    ring,
  ]);
  assertSameRing(await readSharedRing(db), ring);
}

/** A node with other keys would seal rows that the others cannot open, so it does not start at all. */
export function assertSameRing(shared: string | null, own: string): void {
  if (shared === null || canonical(shared) === canonical(own)) return;
  throw new Refusal('key-wrong', {
    detail: `This database was sealed with ${nameOf(shared)}; this node has ${nameOf(own)}. Nothing was changed. Start it on an empty data directory with the root key of the nodes that run: see docs/guides/several-nodes.md.`,
  });
}

const canonical = (ring: string): string => JSON.stringify(JSON.parse(ring));

/** Both texts passed the schema of a keyring before. */
function nameOf(ring: string): string {
  const { root, keys } = JSON.parse(ring) as { root: string; keys: readonly { id: string }[] };
  return `root key ${root} and keyring ${keys.map(({ id }) => id).join('+')}`;
}
