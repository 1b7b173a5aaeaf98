import { recoveryEvents, type BackupView } from '@holdfast/contract';
import { checkConsistency, openCheckpoint, parseTrust } from '@holdfast/ledger';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Refusal } from '../../../platform/refusal.ts';
import type { Actor } from '../../applications/index.ts';
import type { LedgerInForce, RecoveryParts } from './recovery-parts.ts';
import { findBackup, setBackup, toBackupView } from './store/backup-store.ts';
import { tablesOf, type BackupRow } from './store/tables.ts';
import { failureOf, type TrialReport } from './trial/trial.ts';

const DETAIL_CHARS_MAX = 300;

export async function existingBackup({ db, node }: Pick<RecoveryParts, 'db' | 'node'>, id: string): Promise<BackupRow> {
  const row = await findBackup(tablesOf(db), node, id);
  if (row === null) throw new Refusal('not-found');
  return row;
}

/** Opens it, compares all of it, verifies the ledger in it, and proves that the ledger in force goes on from there. */
export async function verifyOne(parts: RecoveryParts, id: string, actor: Actor): Promise<BackupView> {
  const row = await existingBackup(parts, id);
  const fault = await faultOf(parts, row);
  await keepVerdict(parts, { row, fault, actor });
  return toBackupView(await existingBackup(parts, id));
}

async function faultOf(parts: RecoveryParts, row: BackupRow): Promise<string | null> {
  const changed = await fileFault(row);
  if (changed !== null) return changed;
  const identity = await parts.drillKey.identity();
  const report = await parts.ports.trial({ file: row.path, identity, depth: 'checked', database: null }, parts.ending);
  return failureOf(report) ?? (await historyFault(parts.ports.ledger, report));
}

/** The digest stands in the database, and the file where more people come by. */
export async function fileFault(row: BackupRow): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    const source: AsyncIterable<Buffer> = createReadStream(row.path);
    for await (const chunk of source) hash.update(chunk);
  } catch {
    return 'Its file cannot be read.';
  }
  return hash.digest('hex') === row.sha256 ? null : 'Its file is not the one that was written.';
}

/**
 * The head in it must be a beginning of the log in force (RFC 9162 §2.1.4), and the head that its list names must bear a signature
 * of this log: a backup that was put there by somebody else is found by that.
 */
export async function historyFault(ledger: LedgerInForce, { manifest, ledger: found }: TrialReport): Promise<string | null> {
  if (manifest === null) return 'It was not opened.';
  if (found === null) return manifest.ledgerSize === 0 ? null : 'The ledger in it is empty.';
  const trust = parseTrust(ledger.trust());
  const now = await ledger.head();
  if (found.size > now.size) return `The ledger in it has ${found.size} records; the one in force has only ${now.size}.`;
  try {
    if (manifest.checkpoint !== null) openCheckpoint(Buffer.from(manifest.checkpoint), trust);
    const { root } = openCheckpoint(Buffer.from(now.note), trust);
    const proof = (await ledger.consistency(found.size, now.size)).map((hash) => Buffer.from(hash, 'base64'));
    const claim = { from: found.size, fromRoot: Buffer.from(found.root, 'base64'), to: now.size, toRoot: root, proof };
    return checkConsistency(claim) ? null : 'The ledger in force does not begin with the one in it.';
  } catch {
    return 'The head of the ledger in it is not signed by this log.';
  }
}

interface Verdict {
  readonly row: BackupRow;
  /** Null = all is well. */
  readonly fault: string | null;
  readonly actor: Actor;
}

export async function keepVerdict({ db, bus, clock }: RecoveryParts, { row, fault, actor }: Verdict): Promise<void> {
  const detail = fault?.slice(0, DETAIL_CHARS_MAX) ?? null;
  await db.transaction(async (tx) => {
    const state = fault === null ? 'verified' : 'failed';
    await setBackup(tablesOf(tx), row.id, { state, verified_at: clock.now(), detail });
    const payload = { backup: row.id, ok: fault === null, ledgerSize: row.ledger_size, detail: detail ?? '' };
    const outcome = fault === null ? 'ok' : 'failed';
    await bus.publish(tx, [bus.newEvent(recoveryEvents.backupVerified, { actor, payload, outcome })]);
  });
}
