import { readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { faultPoint } from '../../../platform/fault-point.ts';
import { dataDirHolder } from '../../../platform/lock.ts';
import { Refusal } from '../../../platform/refusal.ts';

/** Where backups lie unless the schedule says otherwise. */
export const BACKUPS = 'backups';
const STAGING = '.restoring-';

export const isThere = async (dataDir: string): Promise<boolean> => (await readdir(dataDir).catch(() => [])).length > 0;

export async function assertDown(dataDir: string): Promise<void> {
  const holder = await dataDirHolder(dataDir);
  if (holder !== null)
    throw new Refusal('data-dir-locked', { detail: `Process ${holder} runs on this data directory: stop it first.` });
}

/** Beside the data directory, so that a rename puts it in place. */
export const stagingOf = (dataDir: string, now: number): string => `${dataDir}${STAGING}${now}`;

/** Where the one in place goes; null = there is none. */
export const asideOf = async (dataDir: string, now: number): Promise<string | null> =>
  (await isThere(dataDir)) ? `${dataDir}.before-restore-${now}` : null;

/** What a killed process was restoring: a backup in the clear, of which nobody knows any more. */
export async function sweepStaging(dataDir: string, kept: string | null): Promise<void> {
  const prefix = `${basename(dataDir)}${STAGING}`;
  const place = dirname(dataDir);
  for (const name of await readdir(place).catch(() => [])) {
    const isOurs = name.startsWith(prefix) && /^\d+$/u.test(name.slice(prefix.length));
    if (isOurs && join(place, name) !== kept) await rm(join(place, name), { recursive: true, force: true });
  }
}

export interface Swap {
  readonly dataDir: string;
  readonly staging: string;
  /** As `asideOf` said before it began, and written down since: a killed process must find it again. */
  readonly movedTo: string | null;
}

/**
 * The old one is moved aside, never deleted; backups that lay in it stay where they are looked for. Between its two renames there is
 * no data directory at all: done again, it goes on from wherever it was killed.
 */
export async function swapIn({ dataDir, staging, movedTo }: Swap): Promise<void> {
  if (await isThere(staging)) {
    if (movedTo !== null && !(await isThere(movedTo))) await rename(dataDir, movedTo);
    faultPoint('recover:aside');
    await clearEmpty(dataDir);
    await rename(staging, dataDir);
  }
  faultPoint('recover:swapped');
  if (movedTo !== null) await rename(join(movedTo, BACKUPS), join(dataDir, BACKUPS)).catch(() => undefined);
}

/** Whoever started a server meanwhile has begun a new installation there, which is not ours to delete. */
async function clearEmpty(dataDir: string): Promise<void> {
  if (await isThere(dataDir))
    throw new Refusal('conflict', {
      detail: `Another data directory was begun at ${dataDir} meanwhile: move it away, then go on.`,
    });
  await rmdir(dataDir).catch(() => undefined);
}
