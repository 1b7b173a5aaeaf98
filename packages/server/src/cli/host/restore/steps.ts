import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { restoring } from '../../../domains/incidents/index.ts';
import { faultPoint } from '../../../platform/fault-point.ts';
import { isRefusal, Refusal } from '../../../platform/refusal.ts';
import type { Context, Input } from '../../command.ts';
import { NotConfirmed } from '../../fault.ts';
import { candidatesFor, keyringInPlace, openingFor } from './choice.ts';
import { isStillCurrent, type LogRequest } from './log-choice.ts';
import { asideOf, isThere, stagingOf, swapIn, sweepStaging } from './place.ts';
import { prepareRestore, recordRestore } from './restore.ts';
import { removeState, writeState, type RecoverState } from './state.ts';

/** One line of the checklist. */
export interface Item {
  readonly step: string;
  readonly state: 'done' | 'skipped' | 'todo';
  readonly detail: string;
}

export type Tell = (item: Item) => void;

/** The log in place: whether it verifies, and so may go on. */
export async function lookAtLog(dataDir: string): Promise<Item> {
  const step = 'verify the log in place';
  const ledger = await restoring.inspectLedgerFolder(join(dataDir, 'ledger'));
  if (ledger.size === 0 && ledger.ok) return { step, state: 'skipped', detail: 'there is none' };
  const detail = ledger.ok ? `${ledger.size} signed records, whole` : `it does not verify: ${ledger.faults[0] ?? 'unknown'}`;
  return { step, state: 'done', detail };
}

interface Preparing {
  readonly log: LogRequest;
  readonly tell: Tell;
}

/** The newest that opens, verifies and is not behind any witness, restored beside; what was wrong with newer ones is told. */
export async function prepareNewest(context: Context, input: Input, { log, tell }: Preparing): Promise<RecoverState> {
  const dataDir = await context.dataDir();
  const keyring = await keyringInPlace(context, dataDir);
  const opening = await openingFor(context, input, keyring);
  const candidates = await candidatesFor(context, input, keyring);
  await sweepStaging(dataDir, null);
  const now = context.io.now();
  const staging = stagingOf(dataDir, now);
  let fault: Refusal | null = null;
  for (const file of candidates) {
    try {
      const request = { file, opening, rootKeyFile: input.text('rootKey'), ...log };
      const { createdAt, ledgerSize, rows, erased } = await prepareRestore(context, request, staging);
      faultPoint('recover:prepared');
      const facts = { file, staging, createdAt, ledgerSize, rows, erased, log: log.log };
      const afterwards = { rotate: input.isSet('rotate'), readOnly: input.isSet('readOnly') };
      const movedTo = await asideOf(dataDir, now);
      const state = { ...facts, what: 'restore', movedTo, afterwards, done: 'prepared' } as const;
      if (context.flags.dryRun) await rm(staging, { recursive: true, force: true });
      else await writeState(dataDir, state);
      tell({ step: 'choose a backup', state: 'done', detail: `${file}, made ${new Date(createdAt).toISOString()}` });
      tell({ step: 'restore beside and check', state: 'done', detail: `${rows} rows, ${erased} erased subjects kept erased` });
      tell({ step: 'compare with witnesses', state: 'done', detail: `a log of ${ledgerSize} records goes on` });
      return state;
    } catch (error) {
      await rm(staging, { recursive: true, force: true });
      // An older one is no way around a witness: it has seen even less.
      if (!isRefusal(error, 'backup-unreadable')) throw error;
      fault = error;
      tell({ step: 'choose a backup', state: 'skipped', detail: `${file}: ${error.message}` });
    }
  }
  throw fault ?? new Refusal('backup-unreadable');
}

/**
 * Null = nothing waits any more: what was restored beside is behind the log in place by now, because a server ran in between, and
 * is gone.
 */
export async function stillWaiting(context: Context, state: RecoverState, tell: Tell): Promise<RecoverState | null> {
  const dataDir = await context.dataDir();
  if (context.flags.dryRun || state.done !== 'prepared' || !(await isThere(state.staging))) return state;
  const isAside = state.movedTo !== null && (await isThere(state.movedTo));
  if (isAside || (await isStillCurrent(state.log, { staging: state.staging, dataDir }))) return state;
  await rm(state.staging, { recursive: true, force: true });
  await removeState(dataDir);
  tell({ step: 'go on where it was', state: 'skipped', detail: 'the log went on since: what waited beside was removed' });
  return null;
}

/** Two renames; from here on the restored one is in place. */
export async function putInPlace(context: Context, state: RecoverState, tell: Tell): Promise<RecoverState> {
  const dataDir = await context.dataDir();
  if (state.done !== 'prepared') return state;
  const question = 'Put the restored one in place? The one of before is moved aside, never deleted.';
  // To an undo they have agreed already.
  if (state.what === 'restore' && !(await context.confirm(question)))
    throw new NotConfirmed('The data directory is as it was. What was restored waits beside it.', 'holdfast recover --yes');
  faultPoint('recover:stated');
  const { staging, movedTo } = state;
  await swapIn({ dataDir, staging, movedTo });
  const next = await writeState(dataDir, { ...state, done: 'placed' });
  faultPoint('recover:placed');
  tell({ step: 'put it in place', state: 'done', detail: movedTo === null ? 'nothing was there before' : `before: ${movedTo}` });
  return next;
}

export async function recordIt(context: Context, state: RecoverState): Promise<RecoverState> {
  if (state.done !== 'placed') return state;
  await recordRestore(context, { createdAt: state.createdAt, ledgerSize: state.ledgerSize });
  const next = await writeState(await context.dataDir(), { ...state, done: 'recorded' });
  faultPoint('recover:recorded');
  return next;
}

export const endIt = async (context: Context, state: RecoverState): Promise<RecoverState> =>
  writeState(await context.dataDir(), { ...state, done: 'over' });
