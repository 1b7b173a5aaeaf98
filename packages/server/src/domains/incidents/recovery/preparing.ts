import { basename } from 'node:path';
import { Refusal } from '../../../platform/refusal.ts';
import type { Drills } from './drilling.ts';
import { makeOne } from './making.ts';
import { readPending, removePending, writePending } from './pending.ts';
import type { PreparedBy } from './recovery.ts';
import type { RecoveryParts } from './recovery-parts.ts';
import { newestBackup } from './store/backup-store.ts';
import { tablesOf } from './store/tables.ts';
import { existingBackup } from './verifying.ts';

interface Prepared {
  readonly file: string;
  readonly before: string;
}

/** Done again under the same action, what stands is answered. */
export async function prepare(
  parts: RecoveryParts,
  drills: Drills,
  wanted: PreparedBy & { readonly backup: string | null },
): Promise<Prepared> {
  const { db, node, dataDir, keyring, clock } = parts;
  const waiting = await readPending(dataDir, keyring);
  if (waiting?.action === wanted.id) return { file: basename(waiting.file), before: basename(waiting.before) };
  if (waiting !== null) throw new Refusal('conflict', { detail: 'Another restore waits already: undo that one first.' });
  // Chosen before the new one is made: that one is how things stand now, and no way back.
  const chosen = wanted.backup === null ? await newestBackup(tablesOf(db), node) : await existingBackup(parts, wanted.backup);
  if (chosen === null) throw new Refusal('conflict', { detail: 'There is no backup that could be restored.' });
  const made = await makeOne(parts, wanted.actor);
  const before = await existingBackup(parts, made.id);
  await drills.begin({ backup: chosen.id, databaseUrl: null, reason: wanted.reason }, wanted.actor);
  await drills.settle();
  const proved = await existingBackup(parts, chosen.id);
  if (proved.state !== 'verified')
    throw new Refusal('conflict', {
      detail: `The backup could not be restored on trial: ${proved.detail ?? 'see holdfast drill list'}`,
    });
  await writePending(dataDir, keyring, {
    action: wanted.id,
    backup: chosen.id,
    file: chosen.path,
    sha256: chosen.sha256,
    before: before.path,
    createdAt: clock.now(),
  });
  return { file: basename(chosen.path), before: basename(before.path) };
}

export async function withdraw({ dataDir, keyring }: RecoveryParts, action: string): Promise<boolean> {
  const waiting = await readPending(dataDir, keyring);
  if (waiting?.action !== action) return false;
  await removePending(dataDir);
  return true;
}
