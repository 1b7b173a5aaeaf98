import { constants, cp, lstat, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { restoring } from '../../../domains/incidents/index.ts';
import { faultPoint } from '../../../platform/fault-point.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { Context } from '../../command.ts';
import { NotConfirmed } from '../../fault.ts';
import { readConfig } from '../../read-config.ts';
import { takeOver } from './log-choice.ts';
import { asideOf, isThere, stagingOf, sweepStaging } from './place.ts';
import { readState, removeState, writeState, type RecoverState } from './state.ts';

/**
 * What takes the data directory of before back: a recovery of its own, which can be interrupted and undone like any other. Null =
 * nothing had been put in place, and what waited beside is gone.
 */
export async function prepareUndo(context: Context): Promise<RecoverState | null> {
  const dataDir = await context.dataDir();
  const state = await readState(dataDir);
  if (state === null) throw new NotConfirmed('There is no recovery to undo.', 'holdfast recover');
  if (state.what === 'undo' && state.done !== 'over') return goOn(context, dataDir, state);
  if (await isThere(state.staging)) {
    if (context.flags.dryRun) return state;
    await withdraw(dataDir, state);
    return null;
  }
  const { movedTo } = state;
  if (movedTo === null || !(await isThere(movedTo)))
    throw new Refusal('conflict', { detail: 'There was nothing in place before, or it is not where it was put.' });
  if (readConfig(context.io, context.flags).config.database.url !== null)
    throw new Refusal('conflict', {
      detail: `The tables lie in PostgreSQL, not in ${movedTo}: recover from the backup made before with --backup FILE --keep-log.`,
    });
  if (!(await context.confirm('Take the data directory of before back?'))) throw new NotConfirmed('Nothing was changed.');
  return copyBack(context, dataDir, movedTo);
}

/** One that was not put in place yet is copied anew: the log in place may have gone on since. */
async function goOn(context: Context, dataDir: string, state: RecoverState): Promise<RecoverState> {
  const isWaiting = state.done === 'prepared' && (await isThere(state.staging));
  const isAside = state.movedTo !== null && (await isThere(state.movedTo));
  return isWaiting && !isAside ? copyBack(context, dataDir, state.file) : state;
}

/** Killed between the two renames, there is no data directory: the one of before goes back to its place first. */
async function withdraw(dataDir: string, { staging, movedTo }: RecoverState): Promise<void> {
  if (movedTo !== null && (await isThere(movedTo)) && !(await isThere(dataDir))) await rename(movedTo, dataDir);
  await rm(staging, { recursive: true, force: true });
  await removeState(dataDir);
}

/**
 * A copy, so that what was moved aside stays as it is. What was signed since cannot be unsigned: where the log in place goes on from
 * the one of before, it comes along, and only tables and files are those of before.
 */
async function copyBack(context: Context, dataDir: string, before: string): Promise<RecoverState> {
  const now = context.io.now();
  const staging = stagingOf(dataDir, now);
  const ledgerOf = (folder: string) => restoring.inspectLedgerFolder(join(folder, 'ledger'));
  const [there, here] = await Promise.all([ledgerOf(before), ledgerOf(dataDir)]);
  const isOne = there.origin === null || there.origin === here.origin;
  if (isOne) await restoring.assertContinues(dataDir, here, there.head);
  const state: RecoverState = {
    what: 'undo',
    file: before,
    log: isOne ? 'keep' : 'new',
    staging,
    movedTo: await asideOf(dataDir, now),
    createdAt: there.newestAt ?? now,
    ledgerSize: isOne ? here.size : there.size,
    rows: 0,
    erased: 0,
    afterwards: { rotate: false, readOnly: false },
    done: 'prepared',
  };
  if (context.flags.dryRun) return state;
  await sweepStaging(dataDir, null);
  const isFile = async (source: string): Promise<boolean> => !(await lstat(source)).isSocket();
  await cp(before, staging, { recursive: true, preserveTimestamps: true, mode: constants.COPYFILE_FICLONE, filter: isFile });
  if (isOne) await takeOver(dataDir, staging);
  await rm(join(staging, 'lock'), { force: true });
  faultPoint('recover:copied');
  return writeState(dataDir, state);
}
