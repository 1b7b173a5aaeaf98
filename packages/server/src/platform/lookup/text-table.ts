import { NO_SET, type MarkPool } from './marks.ts';

const SLOTS_MIN = 16;
const LATIN1_MAX = 255;
const PRIME = 16_777_619;

export interface TextArrays {
  /** Open addressing: index of an entry plus one, or 0. */
  readonly slots: Uint32Array;
  /** Where each entry begins in `bytes`; one more at the end. */
  readonly offsets: Uint32Array;
  /** Latin-1, as headers come. */
  readonly bytes: Uint8Array;
  readonly sets: Uint32Array;
  /** One number: whoever writes a list cannot know which of its entries meet in one slot. */
  readonly seed: Uint32Array;
}

function hashOf(seed: number, kind: number, text: string): number {
  let hash = Math.imul(seed ^ kind, PRIME);
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), PRIME);
  // Neighbours differ in their low bits only; mixed once, so that they spread (MurmurHash3 finalizer).
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Exact texts, each with the letter of its kind in front: hashed to a place, and compared there character by character. */
export class TextTable {
  readonly #arrays: TextArrays;

  constructor(arrays: TextArrays) {
    this.#arrays = arrays;
  }

  /** `kind` is the code of one character. The set of marks of the text, or `NO_SET`. */
  find(kind: number, text: string): number {
    const { slots, sets, seed } = this.#arrays;
    if (sets.length === 0) return NO_SET;
    const mask = slots.length - 1;
    let slot = hashOf(seed[0]!, kind, text) & mask;
    // Half of the slots at least are empty: the walk ends.
    for (let held = slots[slot]!; held !== 0; held = slots[slot]!) {
      if (this.#isAt(held - 1, kind, text)) return sets[held - 1]!;
      slot = (slot + 1) & mask;
    }
    return NO_SET;
  }

  #isAt(entry: number, kind: number, text: string): boolean {
    const { offsets, bytes } = this.#arrays;
    const from = offsets[entry]!;
    if (offsets[entry + 1]! - from !== text.length + 1 || bytes[from] !== kind) return false;
    for (let at = 0; at < text.length; at += 1) if (bytes[from + 1 + at] !== text.charCodeAt(at)) return false;
    return true;
  }
}

export class TextTableBuilder {
  readonly #sets = new Map<string, number>();
  readonly #pool: MarkPool;

  constructor(pool: MarkPool) {
    this.#pool = pool;
  }

  /** False when it holds what no header can: nothing would ever match. */
  add(kind: number, text: string, mark: number): boolean {
    for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > LATIN1_MAX) return false;
    const key = String.fromCharCode(kind) + text;
    this.#sets.set(key, this.#pool.union(this.#sets.get(key) ?? NO_SET, mark));
    return true;
  }

  build(seed: number): TextArrays {
    const count = this.#sets.size;
    let slotCount = SLOTS_MIN;
    while (slotCount < count * 2) slotCount *= 2;
    const slots = new Uint32Array(slotCount);
    const offsets = new Uint32Array(count + 1);
    const sets = new Uint32Array(count);
    const texts = [...this.#sets.keys()];
    for (const [index, text] of texts.entries()) offsets[index + 1] = offsets[index]! + text.length;
    const bytes = Buffer.alloc(offsets[count]!);
    for (const [index, text] of texts.entries()) {
      bytes.write(text, offsets[index]!, 'latin1');
      sets[index] = this.#sets.get(text)!;
      let slot = hashOf(seed, text.charCodeAt(0), text.slice(1)) & (slotCount - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slotCount - 1);
      slots[slot] = index + 1;
    }
    return { slots, offsets, bytes, sets, seed: Uint32Array.of(seed) };
  }
}
