import { isDatabaseAway } from '../../../platform/db/database-error.ts';
import { isRefusal, Refusal } from '../../../platform/refusal.ts';
import { TargetFault } from '../targets/target-fault.ts';

/** Whose trouble it is decides what follows: a target that refused will refuse again, what is ours comes back. */
export interface Trouble {
  readonly words: string;
  readonly kind: 'refused' | 'away' | 'ours';
}

const OURS = ['audit-unavailable', 'database-unavailable', 'keyring-sealed', 'service-unavailable'] as const;

/** What went wrong, in words that hold nothing of the target and no value. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof TargetFault) return { words: error.message, kind: error.isAway ? 'away' : 'refused' };
  if (error instanceof Refusal) {
    const isOurs = OURS.some((code) => isRefusal(error, code));
    return { words: `refused here: ${error.code}`, kind: isOurs ? 'ours' : 'refused' };
  }
  if (isDatabaseAway(error)) return { words: 'the database of Holdfast is away', kind: 'ours' };
  return { words: 'failed here: see the log', kind: 'refused' };
}

const FIRST_MS = 1000;
const MOST_MS = 300_000;

/** 1 s, 2 s, 4 s … at most five minutes. */
export const waitMs = (attempts: number): number => Math.min(FIRST_MS * 2 ** Math.min(attempts, 20), MOST_MS);
