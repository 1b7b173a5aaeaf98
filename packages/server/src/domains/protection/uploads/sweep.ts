import { tablesOf } from '../change.ts';
import { PENDING_MS_MAX } from './keeping.ts';
import { DAY_MS, prunePassed } from './observer.ts';
import { BY_UPLOADS, changing, endUpload, type UploadParts } from './upload-parts.ts';
import { dropOldEntries, dropUpload, keptOn, lockUpload } from './upload-store.ts';

/** What was known of deleted files, for those who ask what became of one. */
const ENTRIES_KEPT_MS = 90 * DAY_MS;
const ENDED_PER_SWEEP = 200;

/** At the start: no gateway of this node writes a file yet, so whatever is unfinished never will be finished. */
export async function dropUnfinished(parts: UploadParts): Promise<void> {
  const { db, node } = parts;
  await tablesOf(db).deleteFrom('protection_upload').where('node', '=', node).where('state', '=', 'pending').execute();
  await sweepFiles(parts);
}

/** Files of rows that are gone: of a process that ended in between, or deleted at another node. */
async function sweepFiles({ db, node, files, log }: UploadParts): Promise<void> {
  const known = new Set((await keptOn(tablesOf(db), node)).map(({ id }) => id));
  const removed = await files.sweep(known);
  if (removed > 0) log.info({ removed }, 'files of the quarantine that belong to nothing were removed');
}

/** Now and then: what is too old ends, and what a gateway never finished is given up. */
export async function sweepUploads(parts: UploadParts): Promise<void> {
  const { db, clock, node, retentionDays } = parts;
  const now = clock.now();
  const kept = await keptOn(tablesOf(db), node);
  for (const { id } of kept.filter((row) => row.state === 'pending' && row.created_at <= now - PENDING_MS_MAX))
    await dropUpload(tablesOf(db), id);
  const due = kept.filter((row) => row.state !== 'pending' && row.created_at <= now - retentionDays * DAY_MS);
  if (due.length > 0)
    await endAll(
      parts,
      due.slice(0, ENDED_PER_SWEEP).map(({ id }) => id),
    );
  await sweepFiles(parts);
  await dropOldEntries(tablesOf(db), now - ENTRIES_KEPT_MS);
  await prunePassed(tablesOf(db), now - Math.max(retentionDays, 30) * DAY_MS);
}

async function endAll(parts: UploadParts, ids: readonly string[]): Promise<void> {
  await changing(parts, async (change) => {
    for (const id of ids) {
      const row = await lockUpload(change.tx, id);
      if (row === null || row.state === 'deleted') continue;
      await endUpload(parts, change, { row, reason: `kept for ${parts.retentionDays} days`, actor: BY_UPLOADS });
    }
  });
}
