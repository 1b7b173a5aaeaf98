import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openCheckpoint, parseCheckpoint, parseTrust, splitNote, type Head } from '@holdfast/ledger';
import { Refusal } from '../../../../platform/refusal.ts';
import { inspectLedgerFolder, rootAt, type LedgerFolder } from './ledger-folder.ts';

/** Somebody who remembers how long a log was: a checkpoint that was put away, another node, or the log in place. */
export interface Witness {
  /** Where it comes from, for people. */
  readonly place: string;
  readonly head: Head;
}

const CHECKPOINT_BYTES_MAX = 65_536;

/**
 * A checkpoint out of a file, in an export or kept by somebody else. With the public keys of the log its signature is checked; one
 * that somebody made up would only refuse a good backup, but not even that is left to strangers.
 */
export async function readWitness(file: string, known: { trust: string | null; origin: string | null }): Promise<Witness> {
  const unfit = (detail: string, cause?: unknown): Refusal =>
    new Refusal('input-invalid', { detail: `${file}: ${detail}`, cause });
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw unfit('The checkpoint cannot be read.', cause);
  });
  if (bytes.length > CHECKPOINT_BYTES_MAX) throw unfit('This is no checkpoint.');
  try {
    const { origin, size, root } =
      known.trust === null ? parseCheckpoint(splitNote(bytes).text) : openCheckpoint(bytes, parseTrust(known.trust));
    if (known.origin !== null && origin !== known.origin) throw unfit(`It is of another log, ${origin}.`);
    return { place: file, head: { size, root } };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw unfit('This is no checkpoint of this log.', error);
  }
}

/** What the data directory in place remembers: its log, where it verifies, and what it signed last, whatever became of that. */
export async function witnessesInPlace(
  dataDir: string,
  origin: string | null,
): Promise<{ ledger: LedgerFolder; witnesses: Witness[] }> {
  const folder = join(dataDir, 'ledger');
  const ledger = await inspectLedgerFolder(folder);
  const witnesses: Witness[] = [];
  const isSame = origin === null || ledger.origin === null || ledger.origin === origin;
  if (ledger.head !== null && isSame) witnesses.push({ place: 'the log in place', head: ledger.head });
  const signed = await lastSigned(folder);
  if (signed !== null && isSame) witnesses.push({ place: 'the last signed head in place', head: signed });
  return { ledger, witnesses };
}

async function lastSigned(folder: string): Promise<Head | null> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, 'last-signed.json'), 'utf8'));
    const { size, root } = value as { size?: unknown; root?: unknown };
    return typeof size === 'number' && typeof root === 'string' ? { size, root: Buffer.from(root, 'base64') } : null;
  } catch {
    return null;
  }
}

/**
 * Refuses a log that a witness has seen longer, or otherwise: signed on from there, two histories would bear one name. An attacker
 * who deletes what was recorded and puts an old backup there does the same (ledger-reliability, fault 19).
 */
export async function assertWitnessed(folder: string, head: Head | null, witnesses: readonly Witness[]): Promise<void> {
  const size = head?.size ?? 0;
  for (const witness of witnesses) {
    if (witness.head.size > size)
      throw new Refusal('backup-outdated', {
        detail: `The log in it has ${size} records; ${witness.place} says ${witness.head.size}. Nothing was changed.`,
      });
    const root = await rootAt(folder, witness.head.size);
    if (!Buffer.from(root).equals(Buffer.from(witness.head.root)))
      throw new Refusal('backup-outdated', {
        detail: `The log in it is another one than ${witness.place} says. Nothing was changed.`,
      });
  }
}

/** The log in place may stay and go on when it verifies and begins with all that the backup holds. */
export async function assertContinues(dataDir: string, inPlace: LedgerFolder, backup: Head | null): Promise<void> {
  const refuse = (detail: string): Refusal => new Refusal('backup-outdated', { detail });
  if (!inPlace.ok || inPlace.head === null)
    throw refuse(`The log in place cannot go on: ${inPlace.faults[0] ?? 'there is none'}.`);
  if (backup === null) return;
  if (inPlace.size < backup.size) throw refuse('The log in place is shorter than the one in the backup: that one is restored.');
  const root = await rootAt(join(dataDir, 'ledger'), backup.size);
  if (!Buffer.from(root).equals(Buffer.from(backup.root)))
    throw refuse('The log in place does not begin with the one in the backup.');
}
