import { parseAddress } from '../address.ts';
import { NO_SET, type MarkPool } from './marks.ts';
import type { ReadPrefix } from './prefix.ts';

const V6_WORDS = 4;
const FIRST_ENTRIES = 1024;
/** IPv4 is found by its first 16 bits at once, and by halving within them. */
const HEADS = 65_536;
/** In place of a mark: nothing is listed there, whatever lies around it. */
export const EXEMPT = -1;

export interface AddressArrays {
  /** Where each stretch begins, in order; it reaches to the next one. */
  readonly v4: Uint32Array;
  readonly v4Sets: Uint32Array;
  /** Four words each. */
  readonly v6: Uint32Array;
  readonly v6Sets: Uint32Array;
}

const scratch = new Uint32Array(V6_WORDS);

/** Prefixes laid out as stretches that do not overlap, in flat arrays. A lookup halves them and allocates nothing. */
export class AddressTable {
  readonly #arrays: AddressArrays;
  readonly #heads = new Uint32Array(HEADS + 1);

  constructor(arrays: AddressArrays) {
    this.#arrays = arrays;
    let at = 0;
    for (let head = 0; head < HEADS; head += 1) {
      while (at < arrays.v4.length && arrays.v4[at]! >>> 16 < head) at += 1;
      this.#heads[head] = at;
    }
    this.#heads[HEADS] = arrays.v4.length;
  }

  /** The set of marks at an address, or `NO_SET`. */
  find(address: string): number {
    const bits = parseAddress(address, scratch);
    if (bits === 0) return NO_SET;
    return bits === 32 ? this.#findV4(scratch[0]!) : this.#findV6();
  }

  /** The same at the first address of a prefix. */
  at({ bits, words }: ReadPrefix): number {
    if (bits === 32) return this.#findV4(words[0]!);
    scratch.set(words);
    return this.#findV6();
  }

  #findV4(address: number): number {
    const { v4, v4Sets } = this.#arrays;
    const head = address >>> 16;
    let low = this.#heads[head]!;
    let high = this.#heads[head + 1]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (v4[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? NO_SET : v4Sets[low - 1]!;
  }

  #findV6(): number {
    const { v6, v6Sets } = this.#arrays;
    let low = 0;
    let high = v6Sets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(v6, middle * V6_WORDS, scratch) <= 0) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? NO_SET : v6Sets[low - 1]!;
  }
}

/** An address somewhere in an array, with the one that `right` is. */
function compare(left: Uint32Array, leftAt: number, right: Uint32Array): number {
  for (let word = 0; word < right.length; word += 1) {
    const difference = left[leftAt + word]! - right[word]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Prefixes of one family as they come, grown by doubling. */
class Prefixes {
  readonly words: number;
  size = 0;
  starts: Uint32Array;
  lengths = new Uint8Array(FIRST_ENTRIES);
  marks = new Int32Array(FIRST_ENTRIES);

  constructor(words: number) {
    this.words = words;
    this.starts = new Uint32Array(FIRST_ENTRIES * words);
  }

  add({ words, length }: ReadPrefix, mark: number): void {
    if (this.size === this.lengths.length) this.#grow();
    for (let word = 0; word < this.words; word += 1) this.starts[this.size * this.words + word] = words[word]!;
    this.lengths[this.size] = length;
    this.marks[this.size] = mark;
    this.size += 1;
  }

  /** Wider prefixes before those inside them. */
  order(): Uint32Array {
    const { lengths } = this;
    const order = Uint32Array.from({ length: this.size }, (_, index) => index);
    return order.sort((left, right) => this.#compare(left, right) || lengths[left]! - lengths[right]!);
  }

  #compare(left: number, right: number): number {
    const { starts, words } = this;
    for (let word = 0; word < words; word += 1) {
      const difference = starts[left * words + word]! - starts[right * words + word]!;
      if (difference !== 0) return difference;
    }
    return 0;
  }

  #grow(): void {
    const size = this.size * 2;
    const grown = { starts: new Uint32Array(size * this.words), lengths: new Uint8Array(size), marks: new Int32Array(size) };
    grown.starts.set(this.starts);
    grown.lengths.set(this.lengths);
    grown.marks.set(this.marks);
    Object.assign(this, grown);
  }
}

/** Stretches as they are found, neighbours that mean the same joined. */
class Stretches {
  readonly #words: number;
  #points: Uint32Array;
  #sets: Uint32Array;
  #size = 0;

  constructor(words: number, prefixes: number) {
    this.#words = words;
    // Each prefix begins one stretch and ends one.
    this.#points = new Uint32Array(prefixes * 2 * words);
    this.#sets = new Uint32Array(prefixes * 2);
  }

  put(from: Uint32Array, at: number, set: number): void {
    const words = this.#words;
    if (this.#isLast(from, at)) this.#size -= 1;
    const before = this.#size === 0 ? NO_SET : this.#sets[this.#size - 1]!;
    if (before === set) return;
    for (let word = 0; word < words; word += 1) this.#points[this.#size * words + word] = from[at + word]!;
    this.#sets[this.#size] = set;
    this.#size += 1;
  }

  #isLast(from: Uint32Array, at: number): boolean {
    if (this.#size === 0) return false;
    const last = (this.#size - 1) * this.#words;
    for (let word = 0; word < this.#words; word += 1) if (this.#points[last + word] !== from[at + word]) return false;
    return true;
  }

  arrays(): { readonly points: Uint32Array; readonly sets: Uint32Array } {
    return { points: this.#points.slice(0, this.#size * this.#words), sets: this.#sets.slice(0, this.#size) };
  }
}

interface Open {
  /** The first address behind it; null = it reaches to the last one there is. */
  readonly end: Uint32Array | null;
  readonly set: number;
  readonly isExempt: boolean;
}

/** The address behind the last one of a prefix. */
function endOf({ starts, lengths, words }: Prefixes, index: number): Uint32Array | null {
  const length = lengths[index]!;
  if (length === 0) return null;
  const end = starts.slice(index * words, (index + 1) * words);
  let word = (length - 1) >> 5;
  let step = 2 ** (31 - ((length - 1) & 31));
  for (; word >= 0; word -= 1) {
    const sum = end[word]! + step;
    end[word] = sum;
    if (sum < 0x1_0000_0000) return end;
    step = 1;
  }
  return null;
}

function layOut(prefixes: Prefixes, pool: MarkPool): ReturnType<Stretches['arrays']> {
  const { starts, words, marks } = prefixes;
  const stretches = new Stretches(words, prefixes.size);
  const open: Open[] = [];
  const closeTop = (): void => {
    const end = open.pop()?.end ?? null;
    if (end !== null) stretches.put(end, 0, open.at(-1)?.set ?? NO_SET);
  };
  for (const index of prefixes.order()) {
    while (open.length > 0 && endsBefore(open.at(-1)!.end, prefixes, index)) closeTop();
    const around = open.at(-1);
    const mark = marks[index]!;
    const isExempt = mark === EXEMPT || around?.isExempt === true;
    const set = isExempt ? NO_SET : pool.union(around?.set ?? NO_SET, mark);
    stretches.put(starts, index * words, set);
    open.push({ end: endOf(prefixes, index), set, isExempt });
  }
  while (open.length > 0) closeTop();
  return stretches.arrays();
}

const endsBefore = (end: Uint32Array | null, { starts, words }: Prefixes, index: number): boolean =>
  end !== null && compare(starts, index * words, end) >= 0;

export class AddressTableBuilder {
  readonly #v4 = new Prefixes(1);
  readonly #v6 = new Prefixes(V6_WORDS);

  /** `mark` of the pool, or `EXEMPT`. */
  add(prefix: ReadPrefix, mark: number): void {
    (prefix.bits === 32 ? this.#v4 : this.#v6).add(prefix, mark);
  }

  build(pool: MarkPool): AddressArrays {
    const v4 = layOut(this.#v4, pool);
    const v6 = layOut(this.#v6, pool);
    return { v4: v4.points, v4Sets: v4.sets, v6: v6.points, v6Sets: v6.sets };
  }
}
