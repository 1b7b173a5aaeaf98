import { uploadEvents, type UploadDetail } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import { actorName, type Actor } from '../../applications/index.ts';
import { tablesOf } from '../change.ts';
import { deleteRelease, insertRelease, readBlocked } from './list-store.ts';
import { judgeAgain, type Judged } from './scan-kept.ts';
import { rulesOf } from './scanner.ts';
import { isClean } from './upload-rules.ts';
import { changing, endUpload, type UploadParts } from './upload-parts.ts';
import { changeUpload, findUpload, lockUpload, type UploadRow } from './upload-store.ts';
import { toDetail } from './views.ts';

export interface Decision {
  readonly id: string;
  readonly reason: string;
  readonly actor: Actor;
}

/** Kept and readable at this node; anything else is refused in words. */
export async function keptHere(parts: UploadParts, id: string): Promise<UploadRow> {
  const row = await findUpload(tablesOf(parts.db), id);
  if (row === null) throw new Refusal('not-found');
  if (row.state === 'deleted') throw new Refusal('upload-unreadable', { detail: 'It was deleted: its bytes are gone.' });
  if (row.node !== parts.node)
    throw new Refusal('upload-unreadable', { detail: `Its bytes lie at node ${row.node}: ask there.` });
  return row;
}

type Cause = 'infected' | 'listed' | 'unscanned';
const CODES = { infected: 'upload-infected', listed: 'upload-infected', unscanned: 'upload-unscanned' } as const;

/** Bytes that are released were looked at a moment ago, by every scanner there is, and none found anything. */
export async function releaseUpload(parts: UploadParts, decision: Decision): Promise<UploadDetail> {
  const { bus, db, seal } = parts;
  const { id, reason, actor } = decision;
  const row = await keptHere(parts, id);
  const refuse = async (cause: Cause): Promise<never> => {
    const payload = { upload: id, hash: row.hash, cause, reason };
    await bus.record(bus.newEvent(uploadEvents.releaseRefused, { actor, target: id, outcome: 'refused', payload }));
    throw new Refusal(CODES[cause]);
  };
  if ((await readBlocked(tablesOf(db), [row.hash])).has(row.hash)) return refuse('listed');
  const judged = await judgeAgain(parts, row, actor);
  if (judged.state === 'infected') return refuse('infected');
  if (judged.state === 'gone' || !isClean(judged.scans)) return refuse('unscanned');
  await changing(parts, async (change) => {
    const { tx, now, events } = change;
    const held = await lockUpload(tx, id);
    if (held === null || (held.state !== 'clean' && held.state !== 'released')) throw new Refusal('conflict');
    await insertRelease(tx, releaseOf(held, judged, { now, by: actorName(actor) }));
    await changeUpload(tx, id, { state: 'released', decided_at: now, decided_by: actorName(actor), reason });
    const payload = { upload: id, hash: held.hash, reason };
    events.push(bus.newEvent(uploadEvents.released, { actor, application: held.application, target: id, reason, payload }));
  });
  const now = await findUpload(tablesOf(db), id);
  if (now === null) throw new Refusal('not-found');
  return toDetail(now, seal);
}

const releaseOf = (held: UploadRow, judged: Judged, { now, by }: { now: number; by: string }) => ({
  application: held.application,
  hash: held.hash,
  upload: held.id,
  rules: rulesOf(judged.scans),
  created_at: now,
  created_by: by,
});

/** For good: there is no copy that could be brought back. What was released passes no longer. */
export async function deleteUpload(parts: UploadParts, { id, reason, actor }: Decision): Promise<void> {
  await changing(parts, async (change) => {
    const row = await lockUpload(change.tx, id);
    if (row === null || row.state === 'pending') throw new Refusal('not-found');
    if (row.state === 'deleted') return;
    await deleteRelease(change.tx, row.hash, row.application);
    await endUpload(parts, change, { row, reason, actor });
  });
}
