import { TRAFFIC_OUTCOMES, TRAFFIC_STEPS, type EventRecord, type TrafficCounts, type TrafficOutcome } from '@holdfast/contract';

export const SHORTEST_MS = TRAFFIC_STEPS['10s'].seconds * 1000;
/** Distinct things counted in one interval; one too many is counted into nothing. */
const ENTRIES_MAX = 20_000;
/** Of one kind at one application: a scanner must not make a route of each word it tries. */
const KEYS_MAX = 200;
const APPLICATIONS_MAX = 1001;

export type TrafficKind = 'outcome' | 'status' | 'latency' | 'group' | 'rule' | 'route' | 'sign-in';

export interface Entry {
  readonly kind: TrafficKind;
  readonly application: string;
  readonly key: string;
  count: number;
}

/** Upper bounds in microseconds, each half as much again: percentiles are right to some 20 %. The last takes the rest. */
export const LATENCY_BOUNDS: readonly number[] = Array.from({ length: 26 }, (_, power) => Math.round(40 * 1.5 ** power));

export function boundOf(us: number): number {
  return LATENCY_BOUNDS.find((bound) => us <= bound) ?? LATENCY_BOUNDS.at(-1) ?? 0;
}

export const noCounts = (): { -readonly [Outcome in keyof TrafficCounts]: number } => ({
  allowed: 0,
  recorded: 0,
  blocked: 0,
  refused: 0,
  failed: 0,
});

const outcomes: ReadonlySet<string> = new Set(TRAFFIC_OUTCOMES);
export const isOutcome = (text: string): text is TrafficOutcome => outcomes.has(text);

/** What one interval brought. */
export class Interval {
  readonly at: number;
  readonly entries = new Map<string, Entry>();
  readonly #keys = new Map<string, number>();
  readonly #applications = new Set<string>();

  constructor(at: number) {
    this.at = at;
  }

  add(entry: Entry): void {
    const name = `${entry.kind}\n${entry.application}\n${entry.key}`;
    const held = this.entries.get(name);
    if (held !== undefined) {
      held.count += entry.count;
      return;
    }
    if (!this.#admits(entry)) return;
    this.entries.set(name, { ...entry });
  }

  #admits({ kind, application }: Entry): boolean {
    if (this.entries.size >= ENTRIES_MAX) return false;
    if (!this.#applications.has(application) && this.#applications.size >= APPLICATIONS_MAX) return false;
    const group = `${kind}\n${application}`;
    const keys = this.#keys.get(group) ?? 0;
    if (keys >= KEYS_MAX) return false;
    this.#applications.add(application);
    this.#keys.set(group, keys + 1);
    return true;
  }
}

/** What a passed request took beyond waiting for the application; null where that says nothing. */
export function addedUs({ payload }: EventRecord): number | null {
  const { durationUs, upstreamUs, protocol } = payload;
  if (typeof durationUs !== 'number' || typeof upstreamUs !== 'number') return null;
  // A WebSocket lasts as long as its page; without an answer of the application nothing was added to it.
  if (protocol === 'websocket' || upstreamUs <= 0) return null;
  return Math.max(0, durationUs - upstreamUs);
}
