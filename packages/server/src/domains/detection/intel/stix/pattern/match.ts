import { Search, SEARCH_STEPS_MAX, type Bindable } from './bind.ts';
import { MatchFault } from './fault.ts';
import { instantOf, nanosOf } from './instant.ts';
import { judgeOf, type Judged } from './judge.ts';
import type { Observation } from './observation.ts';
import type { Pattern } from './tree.ts';

/** `matched`: the observations, by their index, that make it hold. */
export type MatchResult =
  | { readonly kind: 'match'; readonly matched: readonly number[] }
  | { readonly kind: 'no-match' }
  | { readonly kind: 'fault'; readonly why: string };

/** A pattern made ready: its brackets in the order in which they stand. */
export interface CompiledPattern {
  readonly brackets: readonly Judged[];
  /** Which brackets hold for this observation. */
  holding(observation: Observation): readonly boolean[];
  /** Whether it holds, given what of its brackets holds for each observation. */
  decide(observations: readonly Observation[], holding: readonly (readonly boolean[])[]): MatchResult;
}

export interface CompileOptions {
  /** Steps that one search for a match may take. */
  readonly stepsMax?: number;
}

/**
 * Makes a pattern ready. Throws `PatternFault` where an expression is not linear or a network is none, `MatchFault` where a time
 * is no day of the calendar.
 */
export function compilePattern(pattern: Pattern, { stepsMax = SEARCH_STEPS_MAX }: CompileOptions = {}): CompiledPattern {
  const brackets: Judged[] = [];
  const bindable = prepare(pattern, brackets);
  return {
    brackets,
    holding: (observation) => brackets.map((bracket) => bracket.holds(observation)),
    decide: (observations, holding) => {
      try {
        const found = new Search(observations, stepsMax).first(bindable(holding));
        return found === null ? { kind: 'no-match' } : { kind: 'match', matched: [...found.uses.keys()] };
      } catch (error) {
        if (error instanceof MatchFault) return { kind: 'fault', why: error.message };
        throw error;
      }
    },
  };
}

/**
 * Whether a pattern holds for these observations (STIX 2.1 §9).
 *
 * @example matchPattern(compilePattern(parsePattern("[url:value LIKE '%/gate.php']")), observationsOf([bundle])).kind // 'match'
 */
export function matchPattern(pattern: CompiledPattern, observations: readonly Observation[]): MatchResult {
  try {
    return pattern.decide(
      observations,
      observations.map((observation) => pattern.holding(observation)),
    );
  } catch (error) {
    if (error instanceof MatchFault) return { kind: 'fault', why: error.message };
    throw error;
  }
}

type Holding = readonly (readonly boolean[])[];

function prepare(pattern: Pattern, brackets: Judged[]): (holding: Holding) => Bindable {
  switch (pattern.kind) {
    case 'observe': {
      const at = brackets.push(judgeOf(pattern.that)) - 1;
      return (holding) => ({ kind: 'leaf', matched: holding.flatMap((of, index) => (of[at] === true ? [index] : [])) });
    }
    case 'and':
    case 'or':
    case 'followed-by': {
      const parts = pattern.parts.map((part) => prepare(part, brackets));
      const { kind } = pattern;
      return (holding) => ({ kind, parts: parts.map((part) => part(holding)) });
    }
    case 'within':
    case 'repeats':
    case 'between':
      break;
  }
  const part = prepare(pattern.part, brackets);
  if (pattern.kind === 'repeats') return (holding) => ({ kind: 'repeats', part: part(holding), times: pattern.times });
  if (pattern.kind === 'within') {
    const nanos = nanosOf(pattern.seconds);
    return (holding) => ({ kind: 'within', part: part(holding), nanos });
  }
  const start = instantOf(pattern.start);
  const stop = instantOf(pattern.stop);
  if (start === null || stop === null) throw new MatchFault('a time of the pattern is no day of the calendar');
  return (holding) => ({ kind: 'between', part: part(holding), start, stop });
}
