import { hashOf } from './hash.ts';

const DEPTH = 4;

/**
 * How often each of any number of texts came, in a fixed space: never too few, and too many by e / width of all at most, in 98
 * of 100 cases (Cormode and Muthukrishnan, 2005). Only the smallest counters of a text are raised, which errs less.
 */
export class CountMin {
  readonly #width: number;
  readonly #counters: Uint32Array;

  constructor(width = 8192) {
    this.#width = width;
    this.#counters = new Uint32Array(width * DEPTH);
  }

  /** Answers how often it came, this time included. */
  add(text: string): number {
    const places = this.#places(text);
    const count = this.#least(places) + 1;
    for (const place of places) this.#counters[place] = Math.max(this.#counters[place] ?? 0, count);
    return count;
  }

  count(text: string): number {
    return this.#least(this.#places(text));
  }

  clear(): void {
    this.#counters.fill(0);
  }

  #least(places: readonly number[]): number {
    return Math.min(...places.map((place) => this.#counters[place] ?? 0));
  }

  /** Two hashes make all rows (Kirsch and Mitzenmacher, 2006). */
  #places(text: string): number[] {
    const first = hashOf(text, 0x51ed270b);
    const step = hashOf(text, 0x7f4a7c15) | 1;
    return Array.from({ length: DEPTH }, (_, row) => row * this.#width + (((first + row * step) >>> 0) % this.#width));
  }

  save(): string {
    return Buffer.from(this.#counters.buffer).toString('base64');
  }

  load(state: unknown): void {
    if (typeof state !== 'string') return;
    const bytes = Buffer.from(state, 'base64');
    if (bytes.length !== this.#counters.byteLength) return;
    this.#counters.set(new Uint32Array(Uint8Array.from(bytes).buffer));
  }
}
