import { constants, cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { restoring, type CheckedBackup } from '../../../domains/incidents/index.ts';
import { parseRing } from '../../../platform/keyring/ring/ring-file.ts';
import { Refusal } from '../../../platform/refusal.ts';

/**
 * `backup`: the one in it, which no witness may have seen longer. `keep`: the one in place goes on, and says what was restored.
 * `new`: one of another name begins; both others are kept beside it.
 */
export type LogChoice = 'backup' | 'keep' | 'new';

export interface LogRequest {
  readonly log: LogChoice;
  /** Checkpoints that somebody else kept. */
  readonly checkpoints: readonly string[];
}

interface Places {
  readonly staging: string;
  readonly dataDir: string;
}

/** Which log goes on after the restore; how many records it has. */
export async function chooseLog(
  { log, checkpoints }: LogRequest,
  { staging, dataDir, ledger }: Places & { readonly ledger: CheckedBackup['ledger'] },
): Promise<number> {
  const inPlace = await restoring.witnessesInPlace(dataDir, ledger.origin);
  const trust = await readFile(join(staging, 'ledger', 'trust'), 'utf8').catch(() => null);
  const kept = await Promise.all(checkpoints.map((file) => restoring.readWitness(file, { trust, origin: ledger.origin })));
  switch (log) {
    case 'backup':
      await restoring.assertWitnessed(join(staging, 'ledger'), ledger.head, [...inPlace.witnesses, ...kept]);
      return ledger.size;
    case 'keep':
      await restoring.assertContinues(dataDir, inPlace.ledger, ledger.head);
      await restoring.assertWitnessed(join(dataDir, 'ledger'), inPlace.ledger.head, kept);
      await takeOver(dataDir, staging);
      return inPlace.ledger.size;
    case 'new':
      // Under another name nothing is signed twice. What was there stays as evidence.
      await mkdir(join(staging, 'evidence'), { recursive: true, mode: 0o700 });
      await rename(join(staging, 'ledger'), join(staging, 'evidence', `ledger-${ledger.size}`));
      await rm(join(staging, 'keys', 'ledger-signing.json'), { force: true });
      return 0;
    default:
      return log satisfies never;
  }
}

/** The log in place with its keys: they know all that the other one knows, and every subject since. */
export async function takeOver(dataDir: string, staging: string): Promise<void> {
  const ids = async (folder: string): Promise<readonly string[]> =>
    parseRing(await readFile(join(folder, 'keys', 'keyring.json'), 'utf8')).keys.map(({ id }) => id);
  const [known, needed] = await Promise.all([ids(dataDir), ids(staging)]);
  if (needed.some((id) => !known.includes(id)))
    throw new Refusal('key-wrong', {
      detail: 'The keyring in place lacks a key that what is restored is sealed with: its log cannot go on.',
    });
  for (const name of ['ledger', 'keys']) {
    await rm(join(staging, name), { recursive: true, force: true });
    await cp(join(dataDir, name), join(staging, name), { recursive: true, mode: constants.COPYFILE_FICLONE });
  }
}

/**
 * What waits beside was compared when it was restored. If the log in place went on since, what waits would take that away: it is of
 * no use any more. A log of another name takes nothing away.
 */
export async function isStillCurrent(log: LogChoice, { staging, dataDir }: Places): Promise<boolean> {
  if (log === 'new' || !(await isWhole(dataDir))) return true;
  const waiting = await restoring.inspectLedgerFolder(join(staging, 'ledger'));
  const { witnesses } = await restoring.witnessesInPlace(dataDir, waiting.origin);
  try {
    await restoring.assertWitnessed(join(staging, 'ledger'), waiting.head, witnesses);
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'backup-outdated') return false;
    throw error;
  }
}

/** One that was moved aside already, or was never there, says nothing. */
const isWhole = async (dataDir: string): Promise<boolean> =>
  (await readFile(join(dataDir, 'ledger', 'checkpoint')).catch(() => null)) !== null;
