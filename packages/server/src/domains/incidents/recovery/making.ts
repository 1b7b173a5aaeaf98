import { controlEvents, recoveryEvents, type BackupSchedule, type BackupView } from '@holdfast/contract';
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PARTIAL_ENDING } from '../../../platform/backup/create.ts';
import { removeOldDumps } from '../../../platform/backup/dump-file.ts';
import { makeBackup, type Made } from '../../../platform/backup/make-backup.ts';
import { isRefusal, Refusal } from '../../../platform/refusal.ts';
import { actorName, type Actor } from '../../applications/index.ts';
import { openBackupFolder } from './folder.ts';
import type { RecoveryParts } from './recovery-parts.ts';
import { addBackup, noteTry, readKeptBackups, setBackup, toBackupView } from './store/backup-store.ts';
import { readSchedule } from './store/schedule-store.ts';
import { tablesOf, type BackupRow } from './store/tables.ts';

const PREFIX = 'holdfast-';
const ENDING = '.age';
const DETAIL_CHARS_MAX = 300;
/** More than may be kept. */
const KEPT_READ_MAX = 1200;

/** Makes one now, into the folder of the schedule and for its recipients. What fails is told and recorded, then thrown. */
export async function makeOne(parts: RecoveryParts, actor: Actor): Promise<BackupView> {
  const { db, clock, node } = parts;
  try {
    const row = await write(parts, await readSchedule(tablesOf(db)), actor);
    await forgetOld(parts);
    return toBackupView(row);
  } catch (error) {
    const detail = (isRefusal(error) ? wordsOf(error) : 'It could not be written.').slice(0, DETAIL_CHARS_MAX);
    parts.log.warn({ err: error }, 'a backup could not be made');
    await db.transaction(async (tx) => {
      await noteTry(tablesOf(tx), node, { at: clock.now(), trouble: detail });
      await parts.bus.publish(tx, [
        parts.bus.newEvent(recoveryEvents.backupFailed, { actor, payload: { detail }, outcome: 'failed' }),
      ]);
    });
    throw error;
  }
}

const wordsOf = ({ message, errors }: Refusal): string =>
  errors[0] === undefined ? message : `${errors[0].pointer.slice(1)} ${errors[0].detail}`;

/** `20261122T170000Z`: sorted by name is sorted by time. */
const stampOf = (time: number): string => new Date(time).toISOString().replaceAll(/[-:]|\.\d{3}/gu, '');

async function write(parts: RecoveryParts, schedule: BackupSchedule, actor: Actor): Promise<BackupRow> {
  const { db, bus, clock, dataDir, node, ports, drillKey } = parts;
  if (schedule.recipients.length === 0)
    throw new Refusal('conflict', {
      detail: 'Nobody could open it: holdfast backup schedule --recipient age1… says who can.',
      errors: [{ pointer: '/recipients', detail: 'are needed first: nobody else could open it' }],
    });
  const folder = await openBackupFolder(dataDir, schedule.folder);
  await sweepFolder(folder);
  await removeOldDumps(join(dataDir, 'cache'));
  const id = parts.newId();
  const path = join(folder, `${PREFIX}${stampOf(clock.now())}-${id.slice(-6).toLowerCase()}${ENDING}`);
  const source = { dataDir, configFile: ports.configFile, now: () => clock.now(), take: () => ports.take() };
  const sealing = { recipients: [...schedule.recipients, await drillKey.recipient()] };
  const made: Made = await makeBackup(source, { file: path, sealing, subjectKeys: true });
  const row: BackupRow = {
    id,
    node,
    path,
    bytes: made.bytes,
    sha256: made.sha256,
    created_at: made.createdAt,
    created_by: actorName(actor),
    ledger_size: made.ledgerSize,
    state: 'unverified',
    verified_at: null,
    detail: null,
  };
  await db.transaction(async (tx) => {
    await addBackup(tablesOf(tx), row);
    await noteTry(tablesOf(tx), node, { at: clock.now(), trouble: null });
    const payload = { bytes: made.bytes, ledgerSize: made.ledgerSize };
    await bus.publish(tx, [bus.newEvent(controlEvents.backupCreated, { actor, target: basename(path), payload })]);
  });
  return row;
}

/** What a killed process was writing: it bears no name of a backup. One at a time writes here, so nobody needs it any more. */
async function sweepFolder(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (name.startsWith(PREFIX) && name.endsWith(`${ENDING}${PARTIAL_ENDING}`)) await rm(join(folder, name), { force: true });
}

/** Beyond what is kept the oldest go; the newest one that was verified never does, because it may be the only good one. */
async function forgetOld({ db, node, log }: RecoveryParts): Promise<void> {
  const { keep } = await readSchedule(tablesOf(db));
  const rows = await readKeptBackups(tablesOf(db), node, KEPT_READ_MAX);
  const newestGood = rows.find(({ state }) => state === 'verified')?.id;
  for (const row of rows.slice(keep)) {
    if (row.id === newestGood) continue;
    try {
      await rm(row.path, { force: true });
      await setBackup(tablesOf(db), row.id, { state: 'gone', detail: 'Newer ones are kept instead.' });
    } catch (error) {
      log.warn({ err: error }, 'an old backup could not be removed');
    }
  }
}

/** A file that somebody took away, or cut, is no backup. */
export async function noteGone({ db, node }: Pick<RecoveryParts, 'db' | 'node'>): Promise<void> {
  for (const row of await readKeptBackups(tablesOf(db), node, KEPT_READ_MAX)) {
    const found = await stat(row.path).catch(() => null);
    if (found === null) await setBackup(tablesOf(db), row.id, { state: 'gone', detail: 'Its file is not there any more.' });
    else if (found.size !== row.bytes && row.state !== 'failed')
      await setBackup(tablesOf(db), row.id, {
        state: 'failed',
        detail: `Its file has ${found.size} bytes; ${row.bytes} were written.`,
      });
  }
}
