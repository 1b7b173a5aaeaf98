import type { Database, Queryable, Transaction } from '../db/database.ts';
import { Refusal } from '../refusal.ts';
import type { Keyring } from './keyring.ts';
import type { OpenedRing } from './ring/opened-ring.ts';
import { closeRing, isSameRing, judgeRing, mergeKeys, parseRing, type Ring, type StoredRing } from './ring/ring-file.ts';

const NAME = 'shared';

/** The keyring that the rows of this database are sealed with; null = nothing was sealed yet, or the database is older. */
export async function readSharedRing(db: Queryable): Promise<string | null> {
  const [there] = await db.query<{ found: string | null }>("select to_regclass('platform_keyring')::text as found");
  if (there === undefined || there.found === null) return null;
  const [row] = await db.query<{ ring: string }>('select ring from platform_keyring where name = $1', [NAME]);
  return row?.ring ?? null;
}

/** As {@link readSharedRing}; until the end of the transaction no other node changes it. */
export async function lockSharedRing(tx: Transaction): Promise<string | null> {
  const [row] = await tx.query<{ ring: string }>('select ring from platform_keyring where name = $1 for update', [NAME]);
  return row?.ring ?? null;
}

export async function writeSharedRing(tx: Transaction, ring: Ring): Promise<void> {
  await tx.query(
    `insert into platform_keyring (name, root, ring) values ($1, $2, $3)
      on conflict (name) do update set root = excluded.root, ring = excluded.ring`,
    [NAME, ring.root, JSON.stringify(ring)],
  );
}

/** A node with other keys would seal rows that the others cannot open, so it does not start at all. */
export function assertSameRing(shared: string | null, { ring }: Pick<OpenedRing, 'ring'>): void {
  if (shared === null) return;
  const theirs = parse(shared);
  if (isSameRing(theirs, ring) && (theirs.root === ring.root || revisionOf(theirs) < ring.revision)) return;
  throw new Refusal('key-wrong', {
    detail: `This database was sealed with ${nameOf(theirs)}; this node has ${nameOf(ring)}. Nothing was changed. Start it on an empty data directory with the root key of the nodes that run: see docs/guides/several-nodes.md.`,
  });
}

/**
 * Puts the keyring of the first node where the others find it, and takes over what they added since. Of two first nodes at the
 * same moment one is the faster; the other one learns here that it is not the first.
 */
export async function joinSharedRing(db: Database, keyring: Pick<Keyring, 'ring' | 'store'>): Promise<void> {
  const { ring } = keyring;
  await db.transaction(async (tx) => {
    // Not only the row is locked: of two nodes that find none, the second one must see that of the first.
    await tx.query('lock table platform_keyring in share row exclusive mode');
    const shared = await lockSharedRing(tx);
    assertSameRing(shared, ring);
    const next = shared === null ? ring.ring : mergeShared(ring, shared);
    if (shared === null || shared !== JSON.stringify(next)) await writeSharedRing(tx, next);
    if (next === ring.ring) return;
    await keyring.store(next);
    ring.adopt(next);
  });
}

/** Takes over what another node changed; true = this node knows more keys or other states now. Refuses what does not fit. */
export async function followSharedRing(db: Queryable, keyring: Pick<Keyring, 'ring' | 'store'>): Promise<boolean> {
  const shared = await readSharedRing(db);
  if (shared === null || shared === JSON.stringify(keyring.ring.ring)) return false;
  assertSameRing(shared, keyring.ring);
  const next = mergeShared(keyring.ring, shared);
  if (next.revision <= keyring.ring.ring.revision) return false;
  await keyring.store(next);
  keyring.ring.adopt(next);
  return true;
}

/** What both know. Where one knows all that the other does, it is that one as it stands. */
export function mergeShared(own: OpenedRing, shared: string): Ring {
  const { ring, kek } = own;
  const theirs = parse(shared);
  // The first form has nothing that the second one does not have.
  if (theirs.version === 1 || theirs.root !== ring.root) return ring;
  if (judgeRing(theirs, { id: kek.id }, kek.kek) !== 'fits')
    throw new Refusal('key-wrong', { detail: 'The keyring in the database was changed or cut: restore it from a backup.' });
  const [later, earlier] = theirs.revision > ring.revision ? [theirs, ring] : [ring, theirs];
  const keys = mergeKeys(later, earlier);
  const isKnown = keys.length === later.keys.length && keys.every((key) => later.keys.includes(key));
  if (isKnown) return later;
  const { root, rootChangedAt, revision } = later;
  return closeRing({ revision: revision + 1, root, rootChangedAt, keys }, kek);
}

function parse(text: string): StoredRing {
  try {
    return parseRing(text);
  } catch (error) {
    throw new Refusal('key-wrong', { detail: 'The keyring in the database is damaged: restore it from a backup.', cause: error });
  }
}

const revisionOf = (ring: StoredRing): number => (ring.version === 1 ? 0 : ring.revision);

const nameOf = ({ root, keys }: StoredRing): string => `root key ${root} and keyring ${keys.map(({ id }) => id).join('+')}`;
