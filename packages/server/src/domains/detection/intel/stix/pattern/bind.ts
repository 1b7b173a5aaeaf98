import { MatchFault } from './fault.ts';

/** Steps of the search: patterns with nested repetitions have no other end. */
export const SEARCH_STEPS_MAX = 200_000;
const CANDIDATES_MAX = 5000;
/** Different observations that one repetition is put together from: each is a level of the search. */
const DEPTH_MAX = 1000;

/** When and how often something was observed. */
export interface Span {
  readonly firstAt: bigint;
  readonly lastAt: bigint;
  readonly times: number;
}

/**
 * Observations that stand for a part of the pattern, each as often as it is used. `latest` first time and `earliest` last time
 * of them say all about time: they fit in a window of `d` when `latest - earliest <= d`.
 */
export interface Binding {
  readonly uses: ReadonlyMap<number, number>;
  readonly latest: bigint;
  readonly earliest: bigint;
}

/** A pattern whose brackets are judged: `matched` are the observations for which one holds. */
export type Bindable =
  | { readonly kind: 'leaf'; readonly matched: readonly number[] }
  | { readonly kind: 'and' | 'or' | 'followed-by'; readonly parts: readonly Bindable[] }
  | { readonly kind: 'within'; readonly part: Bindable; readonly nanos: bigint }
  | { readonly kind: 'repeats'; readonly part: Bindable; readonly times: number }
  | { readonly kind: 'between'; readonly part: Bindable; readonly start: bigint; readonly stop: bigint };

/** What the parts around ask: known while searching, so that what cannot fit is not built. */
interface Around {
  readonly within: bigint | null;
  readonly windows: readonly { readonly start: bigint; readonly stop: bigint }[];
}

/** Finds observations for every part of a pattern, none used more often than it was seen. */
export class Search {
  readonly #spans: readonly Span[];
  #steps: number;

  constructor(spans: readonly Span[], stepsMax: number) {
    this.#spans = spans;
    this.#steps = stepsMax;
  }

  first(pattern: Bindable): Binding | null {
    for (const binding of this.#find(pattern, { within: null, windows: [] })) return binding;
    return null;
  }

  *#find(pattern: Bindable, around: Around): Generator<Binding> {
    switch (pattern.kind) {
      case 'leaf':
        yield* this.#leaf(pattern.matched, around);
        return;
      case 'or':
        for (const part of pattern.parts) yield* this.#find(part, around);
        return;
      case 'and':
      case 'followed-by':
        yield* this.#all(pattern, 0, { around, so: null });
        return;
      case 'within': {
        const within = around.within === null || pattern.nanos < around.within ? pattern.nanos : around.within;
        yield* this.#find(pattern.part, { ...around, within });
        return;
      }
      case 'between':
        // The end is not part of it, so an empty span has nothing in it (STIX 2.1 §9.5).
        if (pattern.start < pattern.stop) yield* this.#find(pattern.part, { ...around, windows: [...around.windows, pattern] });
        return;
      case 'repeats':
        break;
    }
    yield* this.#repeated(pattern, around);
  }

  *#leaf(matched: readonly number[], { windows }: Around): Generator<Binding> {
    for (const index of matched) {
      this.#step();
      const span = this.#spans[index];
      if (span === undefined || windows.some(({ start, stop }) => span.lastAt < start || span.firstAt >= stop)) continue;
      yield { uses: new Map([[index, 1]]), latest: span.firstAt, earliest: span.lastAt };
    }
  }

  *#all(
    pattern: Extract<Bindable, { kind: 'and' | 'or' | 'followed-by' }>,
    from: number,
    { around, so }: { readonly around: Around; readonly so: Binding | null },
  ): Generator<Binding> {
    const part = pattern.parts[from];
    if (part === undefined) {
      if (so !== null) yield so;
      return;
    }
    for (const next of this.#find(part, around)) {
      if (pattern.kind === 'followed-by' && so !== null && so.latest > next.earliest) continue;
      const both = so === null ? next : this.#together(so, next, around);
      if (both !== null) yield* this.#all(pattern, from + 1, { around, so: both });
    }
  }

  *#repeated({ part, times }: Extract<Bindable, { kind: 'repeats' }>, around: Around): Generator<Binding> {
    const candidates: Binding[] = [];
    for (const binding of this.#find(part, around)) {
      candidates.push(binding);
      if (candidates.length > CANDIDATES_MAX) throw new MatchFault('too many ways in which a part repeats');
    }
    const ordered = candidates.toSorted((a, b) => (a.earliest < b.earliest ? -1 : a.earliest > b.earliest ? 1 : 0));
    yield* this.#choose(ordered, { left: times, around, so: null });
  }

  *#choose(
    candidates: readonly Binding[],
    { left, around, so, depth = 0 }: { left: number; around: Around; so: Binding | null; depth?: number },
  ): Generator<Binding> {
    if (left === 0) {
      if (so !== null) yield so;
      return;
    }
    if (depth > DEPTH_MAX) throw new MatchFault('too many parts of a repetition');
    const fitting = so === null ? candidates : candidates.filter((candidate) => this.#fit(so, candidate, around));
    for (let index = 0; index < fitting.length; index += 1) {
      const rest = fitting.slice(index);
      const [chosen] = rest;
      if (chosen === undefined || this.#roomFor(rest, so) < left) return;
      // As often as it was seen first, then less often: what comes after may need some of it.
      for (let count = this.#timesFree(chosen, so, left); count > 0; count -= 1) {
        const both = this.#taken(chosen, count, so);
        yield* this.#choose(rest.slice(1), { left: left - count, around, so: both, depth: depth + 1 });
      }
    }
  }

  #timesFree({ uses }: Binding, so: Binding | null, left: number): number {
    let free = left;
    for (const [index, count] of uses) {
      const span = (this.#spans[index]?.times ?? 0) - (so?.uses.get(index) ?? 0);
      free = Math.min(free, Math.floor(span / count));
    }
    return free;
  }

  #taken(chosen: Binding, count: number, so: Binding | null): Binding {
    this.#step();
    const uses = new Map(so?.uses);
    for (const [index, used] of chosen.uses) uses.set(index, (uses.get(index) ?? 0) + used * count);
    return { uses, ...timesOf(so ?? chosen, chosen) };
  }

  /** How many more of them there can be at most. */
  #roomFor(candidates: readonly Binding[], so: Binding | null): number {
    const observations = new Set<number>();
    let smallest = Number.POSITIVE_INFINITY;
    for (const { uses } of candidates) {
      let size = 0;
      for (const [index, count] of uses) {
        observations.add(index);
        size += count;
      }
      smallest = Math.min(smallest, size);
    }
    let room = 0;
    for (const index of observations) room += (this.#spans[index]?.times ?? 0) - (so?.uses.get(index) ?? 0);
    this.#step(candidates.length);
    return Math.floor(room / smallest);
  }

  #together(a: Binding, b: Binding, around: Around): Binding | null {
    if (!this.#fit(a, b, around)) return null;
    const uses = new Map(a.uses);
    for (const [index, count] of b.uses) uses.set(index, (uses.get(index) ?? 0) + count);
    return { uses, ...timesOf(a, b) };
  }

  #fit(a: Binding, b: Binding, { within }: Around): boolean {
    this.#step();
    const { latest, earliest } = timesOf(a, b);
    if (within !== null && latest - earliest > within) return false;
    for (const [index, count] of b.uses) if ((a.uses.get(index) ?? 0) + count > (this.#spans[index]?.times ?? 0)) return false;
    return true;
  }

  #step(cost = 1): void {
    this.#steps -= cost;
    if (this.#steps < 0) throw new MatchFault('too many ways in which the pattern may hold');
  }
}

function timesOf(a: Binding, b: Binding): Pick<Binding, 'latest' | 'earliest'> {
  return {
    latest: a.latest > b.latest ? a.latest : b.latest,
    earliest: a.earliest < b.earliest ? a.earliest : b.earliest,
  };
}
