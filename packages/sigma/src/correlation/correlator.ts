import { isList, type FieldValue } from '../engine/event.ts';
import { numberOf } from '../value/value.ts';
import { COUNT_MAX, type SigmaCorrelation } from './correlation.ts';
import type { Feed, Linked } from './link.ts';
import { findEnd, makeMeter, type Meter } from './meter.ts';
import { compact } from './compact.ts';
import type { Counted } from './tally.ts';
import { Window } from './window.ts';
import { readState, writeState, type CorrelatorState } from './state.ts';

export interface CorrelatorLimits {
  /** How late an event may be, against the newest one seen. */
  readonly latenessMs: number;
  /** How far ahead of the time given with it an event may claim to be. */
  readonly aheadMs: number;
  readonly groupsMax: number;
  readonly eventsMax: number;
  readonly eventsPerGroupMax: number;
}

export const DEFAULT_CORRELATOR_LIMITS: CorrelatorLimits = {
  latenessMs: 120_000,
  aheadMs: 60_000,
  groupsMax: 200_000,
  eventsMax: 5_000_000,
  eventsPerGroupMax: 10_000,
};

export interface Observed {
  readonly timeMs: number;
  /** The time of whoever hands the event in, where there is one: an event from the future would make all others late. */
  readonly nowMs?: number;
  readonly fields: ReadonlyMap<string, FieldValue>;
}

export interface CorrelationMatch {
  readonly correlation: SigmaCorrelation;
  /** End of the window that satisfied the condition. */
  readonly timeMs: number;
  /** Values of the group-by fields. */
  readonly group: ReadonlyMap<string, FieldValue>;
  readonly events: number;
}

/** What was left out because memory is bounded, or because it came too late. */
export interface CorrelatorCounters {
  late: number;
  evictedGroups: number;
  droppedEvents: number;
}

interface Running {
  readonly correlation: SigmaCorrelation;
  readonly meter: Meter;
  readonly groups: Map<string, Window>;
  /** Goes round over the groups; stays good while they come and go. */
  hand: MapIterator<[string, Window]>;
  readonly eventsMax: number;
}

/** Runs correlations over the matches of an event stream; keeps windows and nothing else, within fixed bounds. */
export class Correlator {
  readonly counters: CorrelatorCounters = { late: 0, evictedGroups: 0, droppedEvents: 0 };
  readonly #linked: Linked;
  readonly #limits: CorrelatorLimits;
  readonly #running: readonly Running[];
  #newestMs = Number.NEGATIVE_INFINITY;
  #groups = 0;
  #events = 0;
  #turn = 0;

  constructor(linked: Linked, limits: CorrelatorLimits = DEFAULT_CORRELATOR_LIMITS) {
    this.#linked = linked;
    this.#limits = limits;
    this.#running = linked.correlations.map((correlation) => {
      const groups = new Map<string, Window>();
      return {
        correlation,
        meter: makeMeter(correlation),
        groups,
        hand: groups.entries(),
        eventsMax: eventsMaxOf(correlation, limits.eventsPerGroupMax),
      };
    });
  }

  get size(): { readonly groups: number; readonly events: number } {
    return { groups: this.#groups, events: this.#events };
  }

  /** Takes the numbers of the rules that an event matched; gives the correlations that fired, each once for a timespan. */
  observe(matches: readonly number[], observed: Observed): readonly CorrelationMatch[] {
    const latest = observed.nowMs === undefined ? Number.POSITIVE_INFINITY : observed.nowMs + this.#limits.aheadMs;
    const timeMs = Math.min(observed.timeMs, latest);
    if (!Number.isFinite(timeMs)) return [];
    this.#newestMs = Math.max(this.#newestMs, timeMs);
    const isLate = timeMs < this.#newestMs - this.#limits.latenessMs;
    const fired: CorrelationMatch[] = [];
    const field = (name: string): FieldValue | undefined => observed.fields.get(name);
    for (const rule of matches) {
      const feeds = this.#linked.ofRule.get(rule);
      if (feeds === undefined) continue;
      if (isLate) {
        this.counters.late += 1;
        break;
      }
      for (const feed of feeds) this.#feed(feed, { timeMs, field }, fired);
    }
    this.#tidy();
    return fired;
  }

  /** A correlation that fires feeds others, which come after it: no circle, so this ends. */
  #feed(feed: Feed, input: Input, fired: CorrelationMatch[]): void {
    const match = this.#take(feed, input.timeMs, input.field);
    if (match === null) return;
    if (!this.#linked.quietCorrelations.has(feed.correlation)) fired.push(match);
    const field = (name: string): FieldValue | undefined => match.group.get(name) ?? input.field(name);
    for (const next of this.#linked.ofCorrelation.get(feed.correlation) ?? [])
      this.#feed(next, { timeMs: match.timeMs, field }, fired);
  }

  save(): CorrelatorState {
    return writeState(this.#newestMs, this.#running);
  }

  /** Takes up what was saved, for the correlations that are still the same; says how many those are. */
  load(state: unknown): number {
    const { newestMs, loaded } = readState(state, this.#running);
    this.#newestMs = Math.max(this.#newestMs, newestMs);
    this.#groups = this.#running.reduce((sum, { groups }) => sum + groups.size, 0);
    this.#events = this.#running.reduce(
      (sum, { groups }) => sum + [...groups.values()].reduce((all, window) => all + window.size, 0),
      0,
    );
    this.#evict();
    return loaded;
  }

  #take(feed: Feed, timeMs: number, field: (name: string) => FieldValue | undefined): CorrelationMatch | null {
    const running = this.#running[feed.correlation];
    if (running === undefined) return null;
    const { correlation, meter } = running;
    const resolved = resolver(correlation, feed.input, field);
    const key = groupKey(correlation, resolved);
    const value = key === null ? undefined : valueOf(correlation, feed.input, resolved);
    // An event without the group-by field or the value has nothing to be counted by.
    if (key === null || value === undefined) return null;
    const window = this.#touch(running, key);
    const at = window.insert(timeMs, meter.keepsValues ? value : undefined);
    this.#events += 1;
    const end = findEnd(window, { at, span: correlation.timespanMs }, meter);
    const events = end === null ? 0 : window.after(end) - window.after(end - correlation.timespanMs);
    this.#forget(window, running);
    if (end === null) return null;
    window.firedAt = end;
    const group = new Map(correlation.groupBy.map((name) => [name, resolved(name) ?? null]));
    return { correlation, timeMs: end, group, events };
  }

  #touch({ groups }: Running, key: string): Window {
    const known = groups.get(key);
    if (known !== undefined) {
      known.isRecent = true;
      return known;
    }
    const window = new Window();
    groups.set(key, window);
    this.#groups += 1;
    return window;
  }

  #forget(window: Window, { correlation, eventsMax }: Running): void {
    const horizon = this.#newestMs - this.#limits.latenessMs - correlation.timespanMs;
    const { expired, dropped } = window.forget(horizon, eventsMax);
    this.#events -= expired + dropped;
    this.counters.droppedEvents += dropped;
  }

  /** At each event a hand moves on over a few groups and lets go of those whose time is over; a fuller memory moves it faster. */
  #tidy(): void {
    this.#turn = (this.#turn + 1) % Math.max(1, this.#running.length);
    const running = this.#running[this.#turn];
    if (running !== undefined) for (let step = 0; step < STEPS; step += 1) this.#step(running, false);
    this.#evict();
  }

  /** What was not touched since the hand came by last goes first (second chance). */
  #evict(): void {
    while (this.#groups > this.#limits.groupsMax || this.#events > this.#limits.eventsMax) {
      const fullest = this.#running.reduce((most, other) => (other.groups.size > most.groups.size ? other : most));
      if (fullest.groups.size === 0) return;
      this.#step(fullest, true);
    }
  }

  #step(running: Running, mayEvict: boolean): void {
    const next = running.hand.next();
    if (next.done === true) {
      running.hand = running.groups.entries();
      return;
    }
    const [key, window] = next.value;
    const isOver = window.newest <= this.#newestMs - this.#limits.latenessMs - running.correlation.timespanMs;
    if (isOver || (mayEvict && !window.isRecent)) {
      this.#drop(running.groups, key, window);
      if (!isOver) this.counters.evictedGroups += 1;
    }
    window.isRecent = false;
  }

  #drop(groups: Map<string, Window>, key: string, window: Window): void {
    groups.delete(key);
    this.#groups -= 1;
    this.#events -= window.size;
  }
}

const STEPS = 4;

/** A count that the condition asks for must fit. */
function eventsMaxOf({ condition }: SigmaCorrelation, eventsPerGroupMax: number): number {
  const asked = condition.kind === 'bounds' && condition.fields.length < 2 ? condition.bounds.map(({ number }) => number) : [];
  return Math.max(eventsPerGroupMax, ...asked.map((number) => Math.min(Math.ceil(number) + 1, COUNT_MAX + 1)));
}

type Field = (name: string) => FieldValue | undefined;

interface Input {
  readonly timeMs: number;
  readonly field: Field;
}

/** An alias is the field that it has in events of this rule. */
function resolver({ aliases, rules }: SigmaCorrelation, input: number, field: Field): Field {
  if (aliases.size === 0) return field;
  const rule = rules[input] ?? '';
  return (name) => {
    const alias = aliases.get(name);
    return alias === undefined ? field(name) : field(alias.get(rule) ?? name);
  };
}

function groupKey({ groupBy }: SigmaCorrelation, field: Field): string | null {
  let key = '';
  for (const name of groupBy) {
    const value = field(name);
    if (value === undefined || value === null) return null;
    const text = isList(value) ? JSON.stringify(value) : String(value);
    // The length keeps `a,b` and `a` `,b` apart.
    key += `${text.length}:${compact(text)}`;
  }
  return key;
}

/** Undefined when the event has no such value. */
function valueOf({ type, condition }: SigmaCorrelation, input: number, field: Field): Counted | undefined {
  if (!type.startsWith('value_') || condition.kind === 'expression') return input;
  const values = condition.fields.map((name) => field(name) ?? null);
  if (values.includes(null)) return undefined;
  const [only = null] = values;
  const isCounted = type === 'value_count' || (type === 'value_percentile' && condition.percentile === null);
  if (isCounted) return compact(values.length === 1 && !isList(only) ? String(only) : JSON.stringify(values));
  return numberOf(isList(only) ? only[0] : only) ?? undefined;
}
