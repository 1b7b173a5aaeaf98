import { intelEvents } from '@holdfast/contract';
import { Refusal } from '../../../../platform/refusal.ts';
import type { Actor } from '../../../applications/index.ts';
import { NOT_READABLE, UnreadableSource } from '../formats/entry.ts';
import type { IntelParts } from '../intel-parts.ts';
import { readContent, replaceContent, updateSource } from '../store/source-store.ts';
import { tablesOf, type IntelTables, type SourceRow } from '../store/tables.ts';
import type { Fetched } from './fetched.ts';
import { fetchSource } from './fetch-source.ts';

const TROUBLE_CHARS_MAX = 300;
const RETRY_MS = 300_000;
const BY_SCHEDULE: Actor = { kind: 'system', ref: 'intel' };

/** Reads a source now. What it brought before stays in force when that fails, and the failure is told. */
export async function refreshSource(parts: IntelParts, row: SourceRow, actor: Actor = BY_SCHEDULE): Promise<boolean> {
  const { clock, dataDir, secret } = parts;
  try {
    const fetched = await fetchSource(row.format, row, { dataDir, secret });
    await (fetched.kind === 'same' ? keepSame(parts, row) : takeText(parts, row, { ...fetched, actor }));
    return true;
  } catch (error) {
    await failed(parts, row, { error, next: clock.now() + Math.min(row.every_minutes * 60_000, RETRY_MS) });
    return false;
  }
}

async function keepSame({ db, clock }: IntelParts, row: SourceRow): Promise<void> {
  await updateSource(tablesOf(db), row.id, { refreshed_at: clock.now(), trouble: null });
}

type Taken = Pick<Extract<Fetched, { kind: 'content' }>, 'text' | 'etag' | 'lastModified' | 'position'> & {
  readonly actor: Actor;
};

/** Reads a text and replaces what was kept, whole and in one transaction with its record. */
export async function takeText({ db, bus, clock, run }: IntelParts, row: SourceRow, taken: Taken): Promise<void> {
  const now = clock.now();
  const previous = await readContent(tablesOf(db), row.id);
  const options = { kind: row.kind, column: row.value_column };
  const merged = await run({ kind: 'read', format: row.format, text: taken.text, options, previous, now });
  const { content, digest, entries, added, removed } = merged;
  // Another file than the one that was meant, an error in words: no reason to let everything through that was known to be bad.
  if (entries === 0 && merged.refused.length > 0 && merged.refused.every(({ why }) => why === NOT_READABLE))
    throw new UnreadableSource('Nothing in it is an indicator.');
  // What cannot be read of a file may be anything that lies there: it is counted, and not shown.
  const refused = row.url?.startsWith('file:') === true ? merged.refused.map((one) => ({ ...one, example: '' })) : merged.refused;
  const isOther = digest !== row.content_digest;
  await db.transaction(async (transaction) => {
    const tx = transaction.kysely.withTables<IntelTables>();
    const read = {
      refreshed_at: now,
      trouble: null,
      etag: taken.etag,
      last_modified: taken.lastModified,
      position: taken.position,
    };
    const changed = isOther ? { changed_at: now, content_digest: digest } : {};
    const isThere = await updateSource(tx, row.id, { ...read, ...changed, entries, refused: JSON.stringify(refused) });
    if (!isThere || !isOther) return;
    await replaceContent(tx, row.id, content);
    const refusals = refused.reduce((sum, one) => sum + one.entries, 0);
    const payload = { source: row.id, added, removed, refused: refusals, entries, digest };
    await bus.publish(transaction, [bus.newEvent(intelEvents.refreshed, { actor: taken.actor, target: row.id, payload })]);
  });
}

async function failed(
  { db, bus, log }: IntelParts,
  row: SourceRow,
  { error, next }: { readonly error: unknown; readonly next: number },
): Promise<void> {
  const trouble = troubleOf(error).slice(0, TROUBLE_CHARS_MAX);
  log.warn({ source: row.id, err: error, trouble }, 'a source of threat intelligence could not be read');
  await db.transaction(async (transaction) => {
    const tx = transaction.kysely.withTables<IntelTables>();
    if (!(await updateSource(tx, row.id, { trouble, next_at: next }))) return;
    // Once, not at every try.
    if (row.trouble === trouble) return;
    const payload = { source: row.id, detail: trouble };
    await bus.publish(transaction, [bus.newEvent(intelEvents.refreshFailed, { outcome: 'failed', target: row.id, payload })]);
  });
}

/** Words of ours, or the code of a connection; never what somebody answered. */
export function troubleOf(error: unknown): string {
  if (error instanceof UnreadableSource) return error.message;
  if (error instanceof Refusal) return error.message;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof UnreadableSource) return cause.message;
  if (cause instanceof Error && cause.name === 'TimeoutError') return 'It did not answer in time.';
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : null;
  return typeof code === 'string' ? `It could not be asked: ${code}.` : 'It could not be read.';
}
