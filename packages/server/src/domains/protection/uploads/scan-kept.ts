import { uploadEvents, type EventRecord, type ScannerVerdict } from '@holdfast/contract';
import { isRefusal } from '../../../platform/refusal.ts';
import type { Actor } from '../../applications/index.ts';
import type { Change } from '../change.ts';
import { namedBy } from './keeping.ts';
import { insertRelease, readBlocked } from './list-store.ts';
import { rulesOf } from './scanner.ts';
import { isClean, isInfected, stateAfterScan } from './upload-rules.ts';
import { BY_UPLOADS, changing, nowBad, type UploadParts } from './upload-parts.ts';
import { changeUpload, lockUpload, type UploadRow } from './upload-store.ts';

const RETRY_MS = 60_000;

/** What the scanners say of a kept file now. */
export async function scanKept(parts: UploadParts, row: UploadRow): Promise<readonly ScannerVerdict[]> {
  const { files, seal, scanner } = parts;
  if (row.data_key === null) return [];
  const key = seal.openKey(row.id, row.data_key);
  const name = row.details === null ? '' : seal.openDetails(row.id, row.details).name;
  try {
    return await files.asPlain(row.id, key, async ({ fd }) =>
      scanner.scan({ fd, path: `/proc/self/fd/${fd}`, bytes: row.bytes, name, hash: row.hash }),
    );
  } finally {
    key.fill(0);
  }
}

/** Scans it and writes down what follows; the state it is in then. */
export async function judgeAgain(parts: UploadParts, row: UploadRow, actor: Actor = BY_UPLOADS): Promise<Judged> {
  const scans = await scanOrFail(parts, row);
  return changing(parts, async (change) => {
    const held = await lockUpload(change.tx, row.id);
    if (held === null || held.state === 'deleted' || held.state === 'pending') return { state: 'gone', scans };
    const isListed = (await readBlocked(change.tx, [held.hash])).has(held.hash);
    const judged = { state: stateAfterScan(held.state, scans, isListed), scans };
    await writeDown(change, held, judged);
    if (judged.state === 'infected' && held.state !== 'infected') {
      const detail = isListed ? 'its hash is listed' : namedBy([...scans]);
      await nowBad(parts, change, { hash: held.hash, detail, actor });
    }
    if (hasLooked(scans) && (judged.state !== held.state || held.judged_at === null))
      change.events.push(toldOf(parts, held, { ...judged, actor }));
    return judged;
  });
}

const hasLooked = (scans: readonly ScannerVerdict[]): boolean => isClean(scans) || isInfected(scans);

interface Written {
  readonly state: Exclude<Judged['state'], 'gone'>;
  readonly scans: readonly ScannerVerdict[];
}

/** A release goes on under the rules that have looked by now. */
async function writeDown({ tx, now }: Change, held: UploadRow, { state, scans }: Written): Promise<void> {
  if (!hasLooked(scans)) return changeUpload(tx, held.id, { state, retry_at: now + RETRY_MS });
  const rules = rulesOf(scans);
  await changeUpload(tx, held.id, { state, scans, judged_at: now, judged_with: rules, retry_at: 0 });
  if (state !== 'released') return;
  const by = { created_at: held.decided_at ?? now, created_by: held.decided_by ?? '' };
  await insertRelease(tx, { application: held.application, hash: held.hash, upload: held.id, rules, ...by });
}

function toldOf(
  { bus }: UploadParts,
  held: UploadRow,
  { state, scans, actor }: Written & { readonly actor: Actor },
): EventRecord {
  const told = state === 'released' ? 'clean' : state;
  const payload = { upload: held.id, hash: held.hash, state: told, scans: scans.slice(0, 4) };
  return bus.newEvent(uploadEvents.judged, { actor, application: held.application, target: held.id, payload });
}

export interface Judged {
  /** gone = somebody deleted it meanwhile. */
  readonly state: 'held' | 'clean' | 'infected' | 'released' | 'gone';
  readonly scans: readonly ScannerVerdict[];
}

async function scanOrFail(parts: UploadParts, row: UploadRow): Promise<readonly ScannerVerdict[]> {
  try {
    return await scanKept(parts, row);
  } catch (error) {
    if (isRefusal(error, 'upload-unreadable')) throw error;
    parts.log.warn({ err: error, upload: row.id }, 'a kept file could not be scanned');
    return [];
  }
}
