import { requestCompleted, type EventRecord, type RequestCompleted } from '@holdfast/contract';
import type { Clock } from '../../../platform/clock.ts';

const SECONDS = 60;
const SECOND_MS = 1000;
const REASON = /^isolated\.([0-9A-HJKMNP-TV-Z]{26})$/u;

interface Ring {
  /** Of each second of a minute: which it is, and how many. */
  readonly at: Float64Array;
  readonly counts: Uint32Array;
}

/** Requests that gateways refused because something is cut off; as many rings as things are, which is bounded. */
export class Refusals {
  readonly #rings = new Map<string, Ring>();
  #pending = new Map<string, number>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get hasPending(): boolean {
    return this.#pending.size > 0;
  }

  observe(event: EventRecord): void {
    if (event.type !== requestCompleted.type || event.outcome !== 'refused') return;
    // Written by the gateway and checked by its schema when it came.
    const { problem } = event.payload as unknown as RequestCompleted;
    const id = problem === 'isolated' ? REASON.exec(event.reason ?? '')?.[1] : undefined;
    if (id === undefined) return;
    this.#pending.set(id, (this.#pending.get(id) ?? 0) + 1);
    const second = Math.floor(event.time / SECOND_MS);
    const ring = this.#ringOf(id);
    const place = second % SECONDS;
    if (ring.at[place] !== second) {
      ring.at[place] = second;
      ring.counts[place] = 0;
    }
    ring.counts[place]! += 1;
  }

  lastMinute(id: string): number {
    const ring = this.#rings.get(id);
    if (ring === undefined) return 0;
    const now = Math.floor(this.#clock.now() / SECOND_MS);
    return ring.counts.reduce((sum, count, place) => (now - (ring.at[place] ?? 0) < SECONDS ? sum + count : sum), 0);
  }

  /** What was not written down yet; it is the caller's from here on. */
  take(): ReadonlyMap<string, number> {
    const taken = this.#pending;
    this.#pending = new Map();
    return taken;
  }

  /** Written later: the database was away. */
  giveBack(counts: ReadonlyMap<string, number>): void {
    for (const [id, count] of counts) this.#pending.set(id, (this.#pending.get(id) ?? 0) + count);
  }

  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.#rings.keys()) if (!ids.has(id)) this.#rings.delete(id);
  }

  #ringOf(id: string): Ring {
    const held = this.#rings.get(id);
    if (held !== undefined) return held;
    const made = { at: new Float64Array(SECONDS), counts: new Uint32Array(SECONDS) };
    this.#rings.set(id, made);
    return made;
  }
}
