/**
 * Why a pattern is not used. `syntax`: the grammar does not allow it. `rule`: the grammar does, the specification does not.
 * `limit`: it is larger than is read here. `unsupported`: it is right, but this matcher cannot promise to end in time.
 */
export type PatternFaultKind = 'syntax' | 'rule' | 'limit' | 'unsupported';

export class PatternFault extends Error {
  override readonly name = 'PatternFault';
  readonly kind: PatternFaultKind;
  /** Where in the pattern, counted in UTF-16 units from 0; -1 where no place can be named. */
  readonly offset: number;

  constructor(kind: PatternFaultKind, offset: number, message: string) {
    super(message);
    this.kind = kind;
    this.offset = offset;
  }
}

/** What was observed cannot be judged: a time is no time, or there are too many ways to choose from. */
export class MatchFault extends Error {
  override readonly name = 'MatchFault';
}

export const PATTERN_CHARS_MAX = 100_000;
export const PATTERN_DEPTH_MAX = 64;
export const COMPARISONS_MAX = 5000;
export const OBSERVATIONS_MAX = 64;
export const STEPS_MAX = 32;
export const SET_MAX = 5000;
export const REPEATS_MAX = 10_000;
