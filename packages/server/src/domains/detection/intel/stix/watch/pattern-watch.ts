import type { Detection, EventRecord } from '@holdfast/contract';
import { MatchFault, PatternFault } from '../pattern/fault.ts';
import { compilePattern, type CompiledPattern } from '../pattern/match.ts';
import type { Observation } from '../pattern/observation.ts';
import { parsePattern } from '../pattern/parse.ts';
import type { Pattern } from '../pattern/tree.ts';
import { observedRequest, OBSERVED_TYPES, type ObservedRequest } from './observed-request.ts';

/** A pattern of a feed that says more than one value, as it is watched for. */
export interface ListedPattern {
  readonly id: string;
  readonly pattern: string;
  readonly name: string | null;
  /** 0 to 100. */
  readonly confidence: number;
  /** Milliseconds since the epoch; null = it does not say. */
  readonly validFrom: number | null;
  readonly validUntil: number | null;
}

export interface PatternWatch {
  /** Patterns that requests can match; the others ask for what no gateway sees. */
  readonly watched: number;
  observe(event: EventRecord): readonly Detection[];
}

/** Patterns that every request is held against, beside requests and not before them; each takes about 8 µs of it. */
export const WATCHED_MAX = 100;
/** Requests kept for one pattern that asks for several. */
const KEPT_MAX = 256;
/** Steps of one search: it runs beside requests. */
const STEPS_MAX = 20_000;
/** How long a pattern waits for its next part where it does not say. */
const HORIZON_MS = 86_400_000;

interface Kept extends ObservedRequest {
  readonly holding: readonly boolean[];
}

interface Watched {
  readonly listed: ListedPattern;
  readonly compiled: CompiledPattern;
  /** One bracket and nothing about it: decided by each request alone. */
  readonly isPlain: boolean;
  kept: Kept[];
}

/**
 * Watches requests for patterns of threat intelligence. Bounded in patterns, in requests that are kept for them and in the work
 * for each.
 *
 * @example createPatternWatch([{ id, pattern: "[url:value LIKE '%/gate.php%']", … }]).observe(event)
 */
export function createPatternWatch(patterns: readonly ListedPattern[]): PatternWatch {
  const watched: Watched[] = [];
  for (const listed of patterns) {
    if (watched.length >= WATCHED_MAX) break;
    const ready = prepared(listed);
    if (ready !== null) watched.push(ready);
  }
  return {
    watched: watched.length,
    observe(event) {
      const observed = watched.length === 0 ? null : observedRequest(event);
      return observed === null ? [] : watched.flatMap((one) => judge(one, observed));
    },
  };
}

/** Null where it is no pattern, or asks for nothing that a request is told as. */
function prepared(listed: ListedPattern): Watched | null {
  try {
    const pattern: Pattern = parsePattern(listed.pattern);
    const compiled = compilePattern(pattern, { stepsMax: STEPS_MAX });
    const isSeen = compiled.brackets.some(({ types }) => types.every((type) => OBSERVED_TYPES.has(type)));
    return isSeen ? { listed, compiled, isPlain: pattern.kind === 'observe', kept: [] } : null;
  } catch (error) {
    if (error instanceof PatternFault || error instanceof MatchFault) return null;
    throw error;
  }
}

function judge(watched: Watched, observed: ObservedRequest): readonly Detection[] {
  const { listed, compiled, isPlain } = watched;
  const { event, observation } = observed;
  if (event.time < (listed.validFrom ?? 0) || event.time >= (listed.validUntil ?? Number.POSITIVE_INFINITY)) return [];
  const holding = holdingOf(compiled, observation);
  if (!holding.includes(true)) return [];
  if (isPlain) return [detectionOf(listed, [observed])];
  watched.kept = [...watched.kept.filter((one) => one.event.time > event.time - HORIZON_MS), { ...observed, holding }].slice(
    -KEPT_MAX,
  );
  const result = compiled.decide(
    watched.kept.map((one) => one.observation),
    watched.kept.map((one) => one.holding),
  );
  if (result.kind !== 'match') return [];
  const seen = result.matched.flatMap((index) => watched.kept[index] ?? []);
  // What made it hold is used up: one more request is not one more finding.
  watched.kept = watched.kept.filter((_, index) => !result.matched.includes(index));
  const ordered = seen.toSorted((a, b) => a.event.time - b.event.time);
  return [detectionOf(listed, ordered)];
}

/** What cannot be judged does not hold; it is this request that is odd, not the pattern. */
function holdingOf(compiled: CompiledPattern, observation: Observation): readonly boolean[] {
  try {
    return compiled.holding(observation);
  } catch (error) {
    if (error instanceof MatchFault) return [];
    throw error;
  }
}

function detectionOf({ id, name, confidence }: ListedPattern, seen: readonly ObservedRequest[]): Detection {
  const last = seen.at(-1)?.event;
  const addresses = [...new Set(seen.map(({ address }) => address))].slice(0, 8);
  return {
    kind: 'intel',
    detector: 'intel.pattern',
    title: 'Requests are as a pattern of threat intelligence says',
    severity: confidence >= 80 ? 'high' : confidence >= 40 ? 'medium' : 'low',
    time: last?.time ?? 0,
    application: last?.application ?? null,
    entities: [
      ...addresses.map((value) => ({ kind: 'address' as const, value: value.slice(0, 256) })),
      { kind: 'indicator', value: id.slice(0, 256) },
    ],
    reason: `${seen.length === 1 ? 'A request is' : `${seen.length} requests are`} as listed${name === null ? '' : ` (${name.slice(0, 200)})`}, sure to ${confidence} of 100.`,
    figures: { requests: seen.length, confidence },
    attacks: [],
    evidence: seen.slice(-100).map(({ event, summary }) => ({
      event: event.id,
      type: event.type,
      time: event.time,
      requestId: event.requestId,
      outcome: event.outcome,
      summary,
    })),
    events: seen.length,
    answers: [],
  };
}
