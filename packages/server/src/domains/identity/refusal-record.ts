import { createBudget, type Budget } from './budget.ts';
import type { Verification } from './verify-token.ts';

/** Why a call got nothing: no credential, one that does not hold, or one that does not reach that far. */
export type RefusalCause = 'missing' | 'permission' | Exclude<Verification, { kind: 'valid' }>['cause'];

/** Anybody who reaches the listener makes these: enough for typing errors, too few to fill the ledger with refusals. */
const STRANGERS_PER_SECOND = 5;
/** These take a credential that was good once. */
const KNOWN_PER_SECOND = 20;

export interface RefusalTally {
  /** How many of this cause went unrecorded before this one; null = neither is this one recorded. */
  take(cause: RefusalCause): number | null;
}

interface Counted {
  readonly budget: Budget;
  unrecorded: number;
}

/** Each cause has its own budget: whoever sends wrong tokens by the thousand must not hide what a real one tried. */
export function createRefusalTally(monotonicMs: () => number): RefusalTally {
  const byCause = new Map<RefusalCause, Counted>();
  const countedOf = (cause: RefusalCause): Counted => {
    const held = byCause.get(cause);
    if (held !== undefined) return held;
    const perSecond = cause === 'missing' || cause === 'unknown' ? STRANGERS_PER_SECOND : KNOWN_PER_SECOND;
    const made = { budget: createBudget(perSecond, monotonicMs), unrecorded: 0 };
    byCause.set(cause, made);
    return made;
  };
  return {
    take(cause) {
      const counted = countedOf(cause);
      if (!counted.budget.take()) {
        counted.unrecorded += 1;
        return null;
      }
      const before = counted.unrecorded;
      counted.unrecorded = 0;
      return before;
    },
  };
}
