import { MatchFault, PatternFault, type PatternFaultKind } from './pattern/fault.ts';
import { compilePattern, matchPattern } from './pattern/match.ts';
import { observationsOf, type StixObject } from './pattern/observation.ts';
import { parsePattern } from './pattern/parse.ts';

/** Why there is no answer. `observed`: the pattern is one, but what was observed cannot be held against it. */
export interface PatternTrouble {
  readonly kind: PatternFaultKind | 'observed';
  /** In the pattern, in UTF-16 units from 0; null where no place can be named. */
  readonly offset: number | null;
  readonly why: string;
}

export interface TriedPattern {
  readonly result: 'match' | 'no-match' | 'error';
  /** Numbers of the observations, from 0, that make it hold. */
  readonly matched: readonly number[];
  readonly fault: PatternTrouble | null;
  /** Why a feed that brought it would be left without it: there the specification counts, and not the grammar alone. */
  readonly refusedInFeeds: PatternTrouble | null;
}

/**
 * Holds a pattern against the observed-data objects of bundles, as matchers do that take what the grammar allows. Never throws for
 * what is wrong with either: that is an answer.
 */
export function tryPattern(text: string, bundles: readonly StixObject[]): TriedPattern {
  const refusedInFeeds = troubleOf(() => {
    compilePattern(parsePattern(text));
  });
  let result: TriedPattern['result'] = 'error';
  let matched: readonly number[] = [];
  const fault = troubleOf(() => {
    const found = matchPattern(compilePattern(parsePattern(text, { isStrict: false })), observationsOf(bundles));
    if (found.kind === 'fault') throw new MatchFault(found.why);
    result = found.kind;
    if (found.kind === 'match') ({ matched } = found);
  });
  return { result, matched, fault, refusedInFeeds };
}

function troubleOf(run: () => void): PatternTrouble | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof MatchFault) return { kind: 'observed', offset: null, why: error.message };
    if (error instanceof PatternFault)
      return { kind: error.kind, offset: error.offset < 0 ? null : error.offset, why: error.message };
    throw error;
  }
}
