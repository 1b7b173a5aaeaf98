import { createHash } from 'node:crypto';
import { uploadEvents, type BlockImported, type BlockView, type Page, type PageQuery } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import { actorName, type Actor } from '../../applications/index.ts';
import { tablesOf, type Change } from '../change.ts';
import { countBlocks, deleteBlock, insertBlocks, readBlocks, readPassed } from './list-store.ts';
import { changing, nowBad, type UploadParts } from './upload-parts.ts';
import { changeUpload, KEPT, lockWithHash } from './upload-store.ts';

const BLOCKS_MAX = 1_000_000;
/** Late verdicts of one import; each is a leaf of the ledger. */
const LATE_MAX = 500;

interface Listing {
  readonly hashes: readonly string[];
  readonly reason: string;
  readonly actor: Actor;
}

/** Kept files with a listed hash are infected; whoever passed one on before is told. */
async function follow(parts: UploadParts, change: Change, { hashes, reason, actor }: Listing): Promise<void> {
  const kept = await change.tx
    .selectFrom('protection_upload')
    .select('hash')
    .distinct()
    .where('state', 'in', KEPT)
    .where('hash', 'in', hashes)
    .execute();
  for (const { hash } of kept)
    for (const row of await lockWithHash(change.tx, hash)) await changeUpload(change.tx, row.id, { state: 'infected' });
  const late = new Set([...kept.map(({ hash }) => hash), ...(await readPassed(change.tx, hashes))]);
  for (const hash of [...late].slice(0, LATE_MAX)) await nowBad(parts, change, { hash, detail: `listed: ${reason}`, actor });
}

async function list(parts: UploadParts, change: Change, { hashes, reason, actor }: Listing): Promise<Set<string>> {
  if ((await countBlocks(change.tx)) + hashes.length > BLOCKS_MAX)
    throw new Refusal('conflict', { errors: [{ pointer: '', detail: `at most ${BLOCKS_MAX} hashes; take some off the list` }] });
  const by = { reason, created_at: change.now, created_by: actorName(actor) };
  const added = await insertBlocks(
    change.tx,
    hashes.map((hash) => ({ hash, ...by })),
  );
  if (added.size > 0) await follow(parts, change, { hashes: [...added], reason, actor });
  return added;
}

export async function blockHash(
  parts: UploadParts,
  { hash, reason }: { hash: string; reason: string },
  actor: Actor,
): Promise<void> {
  await changing(parts, async (change) => {
    const added = await list(parts, change, { hashes: [hash], reason, actor });
    if (added.size === 0) return;
    const payload = { hash, listed: true, reason };
    change.events.push(parts.bus.newEvent(uploadEvents.listed, { actor, target: hash, reason, payload }));
  });
}

export async function unblockHash(
  parts: UploadParts,
  { hash, reason }: { hash: string; reason: string },
  actor: Actor,
): Promise<void> {
  await changing(parts, async ({ tx, events }) => {
    if (!(await deleteBlock(tx, hash))) throw new Refusal('not-found');
    // What was infected by the list alone is looked at anew.
    for (const row of await lockWithHash(tx, hash)) await changeUpload(tx, row.id, { judged_with: null, retry_at: 0 });
    const payload = { hash, listed: false, reason };
    events.push(parts.bus.newEvent(uploadEvents.listed, { actor, target: hash, reason, payload }));
  });
}

export async function importHashes(
  parts: UploadParts,
  input: { readonly hashes: readonly string[]; readonly reason: string },
  actor: Actor,
): Promise<BlockImported> {
  const hashes = [...new Set(input.hashes)].toSorted();
  const { reason } = input;
  return changing(parts, async (change) => {
    const added = await list(parts, change, { hashes, reason, actor });
    if (added.size > 0) {
      const digest = createHash('sha256')
        .update(`${hashes.join('\n')}\n`)
        .digest('hex');
      const payload = { hashes: hashes.length, added: added.size, digest, reason };
      change.events.push(parts.bus.newEvent(uploadEvents.imported, { actor, reason, payload }));
    }
    return { added: added.size, known: hashes.length - added.size };
  });
}

export async function listBlocks(
  { db }: Pick<UploadParts, 'db'>,
  { cursor = '', limit, q }: PageQuery & { readonly q?: string | undefined },
): Promise<Page<BlockView>> {
  const rows = await readBlocks(tablesOf(db), { after: cursor, limit: limit + 1, part: q?.toLowerCase() });
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? (items.at(-1)?.hash ?? null) : null };
}
