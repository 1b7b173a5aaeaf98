import { uploadEvents, type EventRecord } from '@holdfast/contract';
import type { Log } from '../../../platform/log.ts';
import type { Actor, Applications } from '../../applications/index.ts';
import { actorName } from '../../applications/index.ts';
import { change, type Change, type ProtectionParts } from '../change.ts';
import type { KeptFiles } from './kept-files.ts';
import { deleteRelease, tellPassed } from './list-store.ts';
import type { UploadScanner } from './scanner.ts';
import type { UploadSeal } from './sealed.ts';
import { changeUpload, type UploadRow } from './upload-store.ts';

export const BY_UPLOADS: Actor = { kind: 'system', ref: 'uploads' };

export interface UploadParts extends ProtectionParts {
  readonly applications: Pick<Applications, 'list'>;
  readonly log: Log;
  readonly node: string;
  readonly files: KeptFiles;
  readonly seal: UploadSeal;
  readonly scanner: UploadScanner;
  readonly bytesMax: number;
  readonly retentionDays: number;
}

interface Ended {
  readonly row: Pick<UploadRow, 'id' | 'hash'>;
  readonly reason: string;
  readonly actor: Actor;
}

/** The key first: once it is forgotten, nobody reads the bytes, also where the process ends before they are removed. */
export async function endUpload(parts: UploadParts, { tx, transaction, now, events }: Change, ended: Ended): Promise<void> {
  const { row, reason, actor } = ended;
  await changeUpload(tx, row.id, {
    state: 'deleted',
    details: null,
    data_key: null,
    decided_at: now,
    decided_by: actorName(actor),
    reason,
  });
  const payload = { upload: row.id, hash: row.hash, reason };
  events.push(parts.bus.newEvent(uploadEvents.deleted, { actor, target: row.id, payload }));
  transaction.afterCommit(async () => parts.files.remove(row.id));
}

interface Late {
  readonly hash: string;
  readonly detail: string;
  readonly actor?: Actor;
}

/** Bytes that are bad are released nowhere any more; and where they were passed on before, somebody is told, once. */
export async function nowBad(parts: UploadParts, { tx, now, events }: Change, { hash, detail, actor }: Late): Promise<void> {
  await deleteRelease(tx, hash, null);
  const passed = await tellPassed(tx, hash, now);
  if (passed > 0) events.push(lateVerdict(parts, { hash, detail, passed, actor }));
}

export const lateVerdict = (
  { bus }: Pick<UploadParts, 'bus'>,
  { hash, detail, passed, actor = BY_UPLOADS }: { hash: string; detail: string; passed: number; actor?: Actor | undefined },
): EventRecord => bus.newEvent(uploadEvents.lateVerdict, { actor, payload: { hash, detail: detail.slice(0, 200), passed } });

export const changing = async <Result>(parts: UploadParts, act: (change: Change) => Promise<Result>): Promise<Result> =>
  change(parts, act);
