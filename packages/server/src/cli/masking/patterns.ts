import { formsOf } from './forms.ts';

const KEY_BYTES = 4;
const PAIRS = 65_536;

/** `undecided` = what is there may be the beginning of one: more is needed to tell. */
export type Match =
  | { readonly kind: 'found'; readonly length: number }
  | { readonly kind: 'none' }
  | { readonly kind: 'undecided' };

const NONE: Match = { kind: 'none' };
const UNDECIDED: Match = { kind: 'undecided' };

/** Finds the longest of many byte strings at a place. Each has at least six bytes, so four of them are a key to look it up by. */
export class Patterns {
  readonly #all: readonly Buffer[];
  readonly #byKey = new Map<number, Buffer[]>();
  /** Most places in ordinary output begin none: two bytes tell. */
  readonly #begins = new Uint8Array(PAIRS);

  constructor(values: Iterable<string>) {
    this.#all = [...new Set(values)].flatMap(formsOf).sort((a, b) => b.length - a.length);
    for (const pattern of this.#all) {
      this.#begins[pattern.readUInt16BE(0)] = 1;
      const key = pattern.readUInt32BE(0);
      const known = this.#byKey.get(key);
      if (known === undefined) this.#byKey.set(key, [pattern]);
      else known.push(pattern);
    }
  }

  get isEmpty(): boolean {
    return this.#all.length === 0;
  }

  /** `isEnd`: nothing follows any more, so what has only begun is none. */
  matchAt(data: Buffer, at: number, isEnd: boolean): Match {
    const left = data.length - at;
    if (left >= 2 && this.#begins[data.readUInt16BE(at)] === 0) return NONE;
    const candidates = left >= KEY_BYTES ? this.#byKey.get(data.readUInt32BE(at)) : this.#all;
    // Longest first: one that could still become longer decides, whatever shorter one is there already.
    for (const pattern of candidates ?? []) {
      const length = Math.min(pattern.length, left);
      if (data.compare(pattern, 0, length, at, at + length) !== 0) continue;
      if (length === pattern.length) return { kind: 'found', length };
      if (!isEnd) return UNDECIDED;
    }
    return NONE;
  }
}
