import { timingSafeEqual } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../../../platform/atomic-file.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import { isRefusal, Refusal } from '../../../platform/refusal.ts';

const NAME = 'pending-recovery.json';
const PURPOSE = 'pending recovery';
/** Instead of the id of a backup: the note bears no MAC of ours. */
export const CHANGED = 'changed by another hand';

const factsSchema = z.strictObject({
  /** The action that was agreed to. */
  action: z.string().max(26),
  backup: z.string().max(26),
  file: z.string().max(4096),
  sha256: z.string().length(64),
  /** Made just before: restoring that one undoes it. */
  before: z.string().max(4096),
  createdAt: z.number().int().nonnegative(),
});
/** A restore that two people agreed to and that waits for the server to be down. */
export type PendingRecovery = z.infer<typeof factsSchema>;

const macOf = (keyring: Pick<Keyring, 'hmac'>, facts: PendingRecovery): string => keyring.hmac(PURPOSE, JSON.stringify(facts));

/** Signed with a key of the keyring: whoever can only write files cannot choose what is restored. */
export async function writePending(dataDir: string, keyring: Pick<Keyring, 'hmac'>, facts: PendingRecovery): Promise<void> {
  const parsed = factsSchema.parse(facts);
  await writeFileAtomically(join(dataDir, NAME), `${JSON.stringify({ ...parsed, mac: macOf(keyring, parsed) })}\n`);
}

/** Null = none waits. Refuses one that was changed. */
export async function readPending(dataDir: string, keyring: Pick<Keyring, 'hmac'>): Promise<PendingRecovery | null> {
  const text = await readFile(join(dataDir, NAME), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const { mac, ...facts } = factsSchema.extend({ mac: z.string().length(64) }).parse(JSON.parse(text));
    if (timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(keyring, facts)))) return facts;
  } catch {
    // Told below: a file that is no such file is a file that was changed.
  }
  throw new Refusal('conflict', { detail: `${NAME} was changed by another hand: remove it, and name the backup with --backup.` });
}

/** What waits, for those who only look: a note that was changed is nobody's, and is no reason to fail. */
export async function lookForPending(dataDir: string, keyring: Pick<Keyring, 'hmac'>): Promise<string | null> {
  try {
    return (await readPending(dataDir, keyring))?.backup ?? null;
  } catch (error) {
    if (isRefusal(error, 'conflict')) return CHANGED;
    throw error;
  }
}

export const removePending = (dataDir: string): Promise<void> => rm(join(dataDir, NAME), { force: true });
