import { readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import { writeFileAtomically } from '../../../platform/atomic-file.ts';
import { UsageFault } from '../../fault.ts';

const stateSchema = z.strictObject({
  /** A restored backup is put in place, or the data directory of before is taken back. */
  what: z.enum(['restore', 'undo']),
  /** What was chosen: a backup, or the data directory that comes back. */
  file: z.string(),
  log: z.enum(['backup', 'keep', 'new']),
  /** Where what comes waits until it is in place. */
  staging: z.string(),
  /** Where the one of before goes; null = there was none. */
  movedTo: z.string().nullable(),
  createdAt: z.number(),
  ledgerSize: z.number(),
  rows: z.number(),
  erased: z.number(),
  /** What to do once it is in place: asked for when it began, done also when it was interrupted. */
  afterwards: z.strictObject({ rotate: z.boolean(), readOnly: z.boolean() }),
  /** How far it is. `over` = nothing is left to do. */
  done: z.enum(['prepared', 'placed', 'recorded', 'over']),
});
/** How far a recovery is: beside the data directory, because that one is what is replaced. */
export type RecoverState = z.infer<typeof stateSchema>;

const fileOf = (dataDir: string): string => `${dataDir}.recovery.json`;

export async function readState(dataDir: string): Promise<RecoverState | null> {
  const text = await readFile(fileOf(dataDir), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    throw new UsageFault(`${fileOf(dataDir)} is no record of a recovery: remove it to begin anew.`, 'holdfast recover');
  }
}

/** Null = there was none, or nothing of it is left to do. */
export async function readUnfinished(dataDir: string): Promise<RecoverState | null> {
  const state = await readState(dataDir);
  return state === null || state.done === 'over' ? null : state;
}

export async function writeState(dataDir: string, state: RecoverState): Promise<RecoverState> {
  await writeFileAtomically(fileOf(dataDir), `${JSON.stringify(state)}\n`);
  return state;
}

export const removeState = (dataDir: string): Promise<void> => rm(fileOf(dataDir), { force: true });
