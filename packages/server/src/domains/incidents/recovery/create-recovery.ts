import { recoveryEvents, type BackupSchedule } from '@holdfast/contract';
import { Encrypter } from 'age-encryption';
import { randomBytes } from 'node:crypto';
import { createTurns } from '../../../platform/in-turn.ts';
import type { SealedArea } from '../../../platform/keyring/sealed-area.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { createUlid } from '../../../platform/ulid.ts';
import type { Actor } from '../../applications/index.ts';
import { createDrills } from './drilling.ts';
import { openDrillKey } from './drill-key.ts';
import { doWhatIsDue } from './due.ts';
import { openBackupFolder } from './folder.ts';
import { makeOne, noteGone } from './making.ts';
import { lookForPending } from './pending.ts';
import { prepare, withdraw } from './preparing.ts';
import type { Recovery } from './recovery.ts';
import type { RecoveryOptions, RecoveryParts } from './recovery-parts.ts';
import { recoveryStatus } from './status.ts';
import { newestBackup, readBackups, toBackupView } from './store/backup-store.ts';
import { endInterrupted, findDrill, readDrills, toDrillView } from './store/drill-store.ts';
import { readSchedule, writeSchedule } from './store/schedule-store.ts';
import { tablesOf } from './store/tables.ts';
import { existingBackup, verifyOne } from './verifying.ts';

/** The tick comes each second; what is due is looked for once a minute. */
const LOOK_MS = 60_000;

/** @example const { recovery, sealed } = createRecovery({ ...platform, dataDir, node, metrics, ports }); */
export function createRecovery(options: RecoveryOptions): { readonly recovery: Recovery; readonly sealed: SealedArea } {
  const drillKey = openDrillKey(options);
  const newId = createUlid({ clock: options.clock, random: (bytes) => randomBytes(bytes) });
  const ending = new AbortController();
  const parts: RecoveryParts = { ...options, newId, drillKey, ending: ending.signal };
  const { db, node, clock } = parts;
  const drills = createDrills(parts);
  // Two backups at a time would sweep each other's drafts away.
  const inTurn = createTurns();
  let lookedAt: number | null = null;
  let working: Promise<void> | null = null;
  const work = async (): Promise<void> => {
    if (lookedAt === null) await endInterrupted(tablesOf(db), node);
    lookedAt = clock.now();
    await doWhatIsDue(parts, drills);
  };
  const recovery: Recovery = {
    status: () => recoveryStatus(parts),
    setSchedule: (schedule, actor) => setSchedule(parts, schedule, actor),
    backUp: (actor) => inTurn(() => makeOne(parts, actor)),
    async backups({ cursor, limit }) {
      await noteGone(parts);
      const rows = await readBackups(tablesOf(db), { node, cursor, limit: limit + 1 });
      return { items: rows.slice(0, limit).map(toBackupView), next: rows.length > limit ? (rows[limit - 1]?.id ?? null) : null };
    },
    backup: async (id) => toBackupView(await existingBackup(parts, id)),
    verify: (id, actor) => verifyOne(parts, id, actor),
    startDrill: (input, actor) => drills.begin(input, actor),
    async drill(id) {
      const row = await findDrill(tablesOf(db), node, id);
      if (row === null) throw new Refusal('not-found');
      return toDrillView(row);
    },
    async drills({ cursor, limit }) {
      const rows = await readDrills(tablesOf(db), { node, cursor, limit: limit + 1 });
      return { items: rows.slice(0, limit).map(toDrillView), next: rows.length > limit ? (rows[limit - 1]?.id ?? null) : null };
    },
    async newestVerified() {
      const row = await newestBackup(tablesOf(db), node);
      return row?.state === 'verified' ? toBackupView(row) : null;
    },
    prepare: (backup, by) => inTurn(() => prepare(parts, drills, { ...by, backup })),
    withdraw: (action) => withdraw(parts, action),
    pending: () => lookForPending(options.dataDir, options.keyring),
    async tick() {
      // A backup takes minutes: what else is due each second does not wait for it.
      if (working !== null || (lookedAt !== null && clock.now() - lookedAt < LOOK_MS)) return;
      working = inTurn(work)
        .catch((error: unknown) => parts.log.warn({ err: error }, 'what is due for recovery could not be done; tried later'))
        .finally(() => {
          working = null;
        });
      await Promise.resolve();
    },
    async settle() {
      await working;
      await drills.settle();
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      await working;
      await drills.settle();
    },
  };
  return { recovery, sealed: drillKey.sealed };
}

async function setSchedule(
  { db, bus, clock, dataDir }: RecoveryParts,
  schedule: BackupSchedule,
  actor: Actor,
): Promise<BackupSchedule> {
  const { everyHours, recipients, keep, drillDays, drillSeverity } = schedule;
  if (everyHours !== null && recipients.length === 0)
    throw new Refusal('input-invalid', { errors: [{ pointer: '/recipients', detail: 'are needed: nobody else could open it' }] });
  for (const [index, recipient] of recipients.entries()) assertRecipient(recipient, index);
  await openBackupFolder(dataDir, schedule.folder);
  await db.transaction(async (tx) => {
    await writeSchedule(tablesOf(tx), schedule, clock.now());
    const payload = { everyHours, keep, drillDays, drillSeverity, recipients: recipients.length };
    await bus.publish(tx, [bus.newEvent(recoveryEvents.scheduleChanged, { actor, payload })]);
  });
  const { changedAt: _changedAt, ...stored } = await readSchedule(tablesOf(db));
  return stored;
}

function assertRecipient(recipient: string, index: number): void {
  try {
    new Encrypter().addRecipient(recipient);
  } catch {
    throw new Refusal('input-invalid', { errors: [{ pointer: `/recipients/${index}`, detail: 'is no age public key (age1…)' }] });
  }
}
