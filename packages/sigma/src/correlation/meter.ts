import type { Condition } from '../rule/detection.ts';
import { compare } from '../value/value.ts';
import type { Bound, SigmaCorrelation } from './correlation.ts';
import { Distinct, Percentile, Share, Sum, type Counted, type Tally } from './tally.ts';
import type { Window } from './window.ts';

/** Judges windows of one correlation. */
export interface Meter {
  /** Whether events are kept with what they count with. */
  readonly keepsValues: boolean;
  /** Whether the window that ends with event `last` satisfies the condition; `tally` covers it where one is made. */
  readonly holds: (window: Window, range: Range, tally: Tally | null) => boolean;
  /** Null where only the number or the order of events matters. */
  readonly makeTally: (() => Tally) | null;
}

interface Range {
  readonly first: number;
  readonly last: number;
}

export function makeMeter(correlation: SigmaCorrelation): Meter {
  const { condition, type } = correlation;
  if (condition.kind === 'expression') return expressionMeter(correlation, condition.condition);
  const { bounds } = condition;
  if (type === 'event_count') {
    return { keepsValues: false, makeTally: null, holds: (_window, { first, last }) => within(last - first + 1, bounds) };
  }
  if (type === 'temporal_ordered') return orderedMeter(bounds);
  const makeTally = tallyOf(correlation);
  return {
    keepsValues: true,
    makeTally,
    holds: (window, { last }, tally) => {
      const quantity = tally?.read(window.values[last] ?? null) ?? null;
      return quantity !== null && within(quantity, bounds);
    },
  };
}

function tallyOf({ type, condition }: SigmaCorrelation): () => Tally {
  const percentile = condition.kind === 'bounds' ? condition.percentile : null;
  if (type === 'value_sum' || type === 'value_avg') return () => new Sum(type === 'value_avg');
  if (type === 'value_median') return () => new Percentile(50);
  // Without a percentile, the specification's own example asks how seldom a value is.
  if (type === 'value_percentile') return () => (percentile === null ? new Share() : new Percentile(percentile));
  return () => new Distinct();
}

function within(quantity: number, bounds: readonly Bound[]): boolean {
  return bounds.every(({ op, number }) => compare(quantity, op, number));
}

/** The number of rules that matched in the order given must be within the bounds. */
function orderedMeter(bounds: readonly Bound[]): Meter {
  const least = Math.max(0, ...bounds.map(({ op, number }) => (op === 'gte' || op === 'eq' ? number : 0)));
  return {
    keepsValues: true,
    makeTally: () => new Distinct(),
    holds: (window, range, tally) => (tally?.read(null) ?? 0) >= least && within(longestChain(window, range), bounds),
  };
}

function expressionMeter({ type, rules }: SigmaCorrelation, condition: Condition): Meter {
  return {
    keepsValues: true,
    makeTally: null,
    holds: (window, range) => {
      const present = new Set(window.values.slice(range.first, range.last + 1));
      if (!isTrue(condition, (name) => present.has(rules.indexOf(name)))) return false;
      return type === 'temporal' || longestChain(window, range) === present.size;
    },
  };
}

function isTrue(condition: Condition, has: (name: string) => boolean): boolean {
  switch (condition.kind) {
    case 'identifier':
      return has(condition.name);
    case 'not':
      return !isTrue(condition.part, has);
    case 'all':
      return condition.parts.every((part) => isTrue(part, has));
    case 'any':
      return condition.parts.some((part) => isTrue(part, has));
    case 'selector':
      break;
  }
  return false;
}

/** The most rules that can be found one after the other; events of the same time stand in any order. */
export function longestChain({ times, values }: Window, { first, last }: Range): number {
  const best: number[] = [];
  for (let index = first; index <= last;) {
    const run: number[] = [];
    const time = times[index];
    for (; index <= last && times[index] === time; index += 1) run.push(ruleOf(values[index]));
    for (const rule of run.sort((a, b) => a - b)) {
      let before = 0;
      for (let other = 0; other < rule; other += 1) before = Math.max(before, best[other] ?? 0);
      best[rule] = Math.max(best[rule] ?? 0, before + 1);
    }
  }
  return best.reduce((most, length) => Math.max(most, length ?? 0), 0);
}

function ruleOf(value: Counted | undefined): number {
  return typeof value === 'number' ? value : 0;
}

/**
 * The earliest window end, from event `at` on, at which the condition holds and that does not lie within a timespan of the
 * last firing; null when there is none. An event in order has one end to look at. A late one also changes the windows of
 * those that came before it, so each of their ends is looked at, with a tally that is moved along.
 */
export function findEnd(window: Window, { at, span }: { at: number; span: number }, meter: Meter): number | null {
  const { times } = window;
  const isFree = (end: number): boolean => window.firedAt === null || Math.abs(end - window.firedAt) >= span;
  if (at === times.length - 1) {
    const end = times[at] ?? 0;
    if (!isFree(end)) return null;
    const first = window.after(end - span);
    const tally = meter.makeTally === null ? null : window.tallyFrom(first, meter.makeTally);
    return meter.holds(window, { first, last: at }, tally) ? end : null;
  }
  return findLaterEnd(window, { at, span, isFree }, meter);
}

function findLaterEnd(
  window: Window,
  { at, span, isFree }: { at: number; span: number; isFree: (end: number) => boolean },
  meter: Meter,
): number | null {
  const { times } = window;
  const start = times[at] ?? 0;
  const slider = new Slider(window, window.after(start - span), meter.makeTally?.() ?? null);
  for (let last = at; last < times.length && (times[last] ?? 0) < start + span; last += 1) {
    const end = times[last] ?? 0;
    // Of events of the same time, the window of the last one has them all.
    if (times[last + 1] === end) continue;
    const first = slider.move(end - span, last);
    if (isFree(end) && meter.holds(window, { first, last }, slider.tally)) return end;
  }
  return null;
}

/** A tally over a part of a window that only moves forward. */
class Slider {
  readonly tally: Tally | null;
  readonly #window: Window;
  #first: number;
  #counted: number;

  constructor(window: Window, first: number, tally: Tally | null) {
    this.#window = window;
    this.tally = tally;
    this.#first = first;
    this.#counted = first;
  }

  /** Takes in events up to `last`, lets go of those up to a time, and says which is the first left. */
  move(until: number, last: number): number {
    const { times, values } = this.#window;
    for (; this.#counted <= last; this.#counted += 1) this.tally?.add(values[this.#counted] ?? null);
    for (; (times[this.#first] ?? 0) <= until; this.#first += 1) this.tally?.remove(values[this.#first] ?? null);
    return this.#first;
  }
}
