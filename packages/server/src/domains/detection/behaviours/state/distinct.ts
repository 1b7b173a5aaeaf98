import { z } from 'zod';
import { HyperLogLog } from './hyper-log-log.ts';
import { LATENESS_MS } from './lateness.ts';

export const EXACT_MAX = 256;
/** A window of sketches is that many parts: it is too long by one of them at most. */
const PANES = 6;

/** Sketches are large; a table of many keys gives them to as many as it can afford. */
export interface SketchBudget {
  left: number;
}

interface Pane {
  readonly from: number;
  readonly sketch: HyperLogLog;
}

const saved = z.object({
  members: z.array(z.tuple([z.string().max(512), z.number()])).max(EXACT_MAX),
  panes: z.array(z.object({ from: z.number(), sketch: z.string() })).max(PANES + 2),
});

/**
 * How many different members came within a window of event time. Exact up to 256; above that by HyperLogLog in panes, or, when
 * there is no budget for sketches left, "at least 256".
 */
export class Distinct {
  readonly #widthMs: number;
  readonly #budget: SketchBudget;
  /** Member and when it came last, in the order of arrival. */
  readonly #members = new Map<string, number>();
  #panes: Pane[] = [];
  #whole: HyperLogLog | null = null;
  #newest = 0;

  constructor(widthMs: number, budget: SketchBudget = { left: 0 }) {
    this.#widthMs = widthMs;
    this.#budget = budget;
  }

  add(time: number, member: string): void {
    if (time > this.#newest) this.#newest = time;
    else if (time < this.#newest - this.#widthMs) return;
    const before = this.#members.get(member);
    if (before !== undefined) this.#members.delete(member);
    this.#members.set(member, Math.max(time, before ?? time));
    this.#forget();
    if (this.#whole !== null) this.#sketch(time, member);
    else if (this.#members.size > EXACT_MAX && this.#budget.left > 0) this.#beginSketch();
    while (this.#members.size > EXACT_MAX) this.#dropOldest();
  }

  /** Of the window that ends with the newest event. */
  get count(): number {
    return Math.max(this.#members.size, this.#whole?.estimate() ?? 0);
  }

  /** False = more than this came, and how many more is estimated or not known. */
  get isExact(): boolean {
    return this.#whole === null && this.#members.size < EXACT_MAX;
  }

  /** Those that are known one by one, the latest last. */
  members(): IterableIterator<string> {
    return this.#members.keys();
  }

  /** As if nothing came until `now`. */
  advance(now: number): void {
    if (now > this.#newest) this.#newest = now;
    this.#forget();
  }

  #forget(): void {
    const since = this.#newest - this.#widthMs;
    for (const [member, time] of this.#members) {
      // Whoever arrived after this one is at most so much older than it.
      if (time >= since + LATENESS_MS) break;
      if (time < since) this.#members.delete(member);
    }
    const kept = this.#panes.filter(({ from }) => from + this.#paneMs > since);
    if (kept.length === this.#panes.length) return;
    this.#panes = kept;
    if (kept.length === 0) this.release();
    else this.#whole = mergeOf(kept);
  }

  get #paneMs(): number {
    return this.#widthMs / PANES;
  }

  #beginSketch(): void {
    this.#budget.left -= 1;
    this.#whole = new HyperLogLog();
    for (const [member, time] of this.#members) this.#sketch(time, member);
  }

  #sketch(time: number, member: string): void {
    const from = Math.floor(time / this.#paneMs) * this.#paneMs;
    let pane = this.#panes.find((one) => one.from === from);
    if (pane === undefined) this.#panes.push((pane = { from, sketch: new HyperLogLog() }));
    pane.sketch.add(member);
    this.#whole?.add(member);
  }

  #dropOldest(): void {
    const [oldest] = this.#members.keys();
    if (oldest !== undefined) this.#members.delete(oldest);
  }

  /** Gives its share of the budget back; whoever lets go of a counter calls it. */
  release(): void {
    if (this.#whole !== null) this.#budget.left += 1;
    this.#whole = null;
    this.#panes = [];
  }

  save(): unknown {
    return {
      members: [...this.#members],
      panes: this.#panes.map(({ from, sketch }) => ({ from, sketch: sketch.save() })),
    };
  }

  /** What of it can be used is taken. */
  load(state: unknown): void {
    const { success, data } = saved.safeParse(state);
    if (!success) return;
    for (const [member, time] of data.members) this.#members.set(member, time);
    const panes = data.panes.flatMap(({ from, sketch }) => {
      const loaded = HyperLogLog.load(sketch);
      return loaded === null ? [] : [{ from, sketch: loaded }];
    });
    this.#newest = Math.max(this.#newest, ...this.#members.values());
    if (panes.length === 0 || this.#budget.left <= 0) return;
    this.#budget.left -= 1;
    this.#panes = panes;
    this.#whole = mergeOf(panes);
  }
}

function mergeOf(panes: readonly Pane[]): HyperLogLog {
  const whole = new HyperLogLog();
  for (const { sketch } of panes) whole.merge(sketch);
  return whole;
}
