import type { Reader } from './reader.ts';
import { buildCodes, FAST_BITS, FIXED_DISTANCES, FIXED_LITERALS, type Codes } from './huffman.ts';

const WINDOW_BYTES = 32_768;
const CHUNK_BYTES = 65_536;
const MATCH_BYTES_MAX = 258;
const FAST_MASK = (1 << FAST_BITS) - 1;
const END_OF_BLOCK = 256;

// RFC 1951 §3.2.5
const LENGTH_BASE = Uint16Array.from([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
]);
const LENGTH_EXTRA = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]);
const DISTANCE_BASE = Uint16Array.from([
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12_289,
  16_385, 24_577,
]);
const DISTANCE_EXTRA = Uint8Array.from([
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
]);
const LENGTHS_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

type Mode = 'head' | 'stored' | 'codes' | 'end' | 'broken';

/** Where an inflater stood: enough to go on from there. */
export interface InflateState {
  readonly source: number;
  readonly bits: number;
  readonly count: number;
  readonly mode: Mode;
  readonly isLast: boolean;
  readonly storedLeft: number;
  readonly literals: Codes;
  readonly distances: Codes;
  readonly window: Uint8Array;
  readonly produced: number;
}

/**
 * DEFLATE (RFC 1951) in chunks, with nothing in memory but its window. Our own and not zlib's: Node's has no synchronous stream, does
 * not tell where a stream ended, and cannot go back, which random access to members of archives needs.
 */
export class Inflater {
  produced = 0;
  #source: number;
  readonly #reader: Reader;
  readonly #to: number;
  #input: Uint8Array = new Uint8Array(0);
  #at = 0;
  #padded = 0;
  #bits = 0;
  #count = 0;
  #mode: Mode = 'head';
  #isLast = false;
  #storedLeft = 0;
  #literals: Codes = FIXED_LITERALS;
  #distances: Codes = FIXED_DISTANCES;
  readonly #out = new Uint8Array(WINDOW_BYTES + CHUNK_BYTES);
  #pos = WINDOW_BYTES;

  constructor(reader: Reader, from: number, to: number) {
    this.#reader = reader;
    this.#source = from;
    this.#to = to;
  }

  get #goesOn(): boolean {
    return this.#mode !== 'end' && this.#mode !== 'broken';
  }

  get isBroken(): boolean {
    return this.#mode === 'broken';
  }

  /** Where the first octet behind what was read so far lies. */
  get position(): number {
    return this.#source - (this.#input.length - this.#at) - ((this.#count - this.#padded) >> 3);
  }

  /** The next octets; null = there are no more, or the stream is broken. They stay as they are until the next call. */
  next(): Uint8Array | null {
    if (!this.#goesOn) return null;
    if (this.#pos > WINDOW_BYTES) {
      this.#out.copyWithin(0, this.#pos - WINDOW_BYTES, this.#pos);
      this.#pos = WINDOW_BYTES;
    }
    const full = this.#out.length - MATCH_BYTES_MAX;
    while (this.#pos < full && this.#goesOn) this.#go(full);
    // Bits that were not there were read: what came of them is none of the stream.
    if (this.#padded > this.#count) this.#mode = 'broken';
    const octets = this.#pos - WINDOW_BYTES;
    this.#reader.work.spend(octets);
    this.produced += octets;
    return octets === 0 || this.isBroken ? null : this.#out.subarray(WINDOW_BYTES, this.#pos);
  }

  save(): InflateState {
    return {
      source: this.#source - (this.#input.length - this.#at),
      bits: this.#bits,
      count: this.#count,
      mode: this.#mode,
      isLast: this.#isLast,
      storedLeft: this.#storedLeft,
      literals: this.#literals,
      distances: this.#distances,
      window: this.#out.slice(this.#pos - WINDOW_BYTES, this.#pos),
      produced: this.produced,
    };
  }

  restore(state: InflateState): void {
    this.#source = state.source;
    this.#input = new Uint8Array(0);
    this.#at = 0;
    this.#padded = 0;
    this.#bits = state.bits;
    this.#count = state.count;
    this.#mode = state.mode;
    this.#isLast = state.isLast;
    this.#storedLeft = state.storedLeft;
    this.#literals = state.literals;
    this.#distances = state.distances;
    this.#out.set(state.window, 0);
    this.#pos = WINDOW_BYTES;
    this.produced = state.produced;
  }

  #go(full: number): void {
    if (this.#mode === 'head') this.#readHead();
    else if (this.#mode === 'stored') this.#copyStored(full);
    else this.#decode(full);
    if (this.#padded > this.#count) this.#mode = 'broken';
  }

  #octet(): number {
    if (this.#at >= this.#input.length) {
      this.#input =
        this.#source < this.#to ? this.#reader.read(this.#source, Math.min(CHUNK_BYTES, this.#to - this.#source)) : this.#input;
      if (this.#source >= this.#to || this.#input.length === 0) {
        this.#input = new Uint8Array(0);
        this.#at = 0;
        this.#padded += 8;
        return 0;
      }
      this.#source += this.#input.length;
      this.#at = 0;
    }
    // Within the array: checked above.
    return this.#input[this.#at++]!;
  }

  #need(count: number): void {
    while (this.#count < count) {
      this.#bits |= this.#octet() << this.#count;
      this.#count += 8;
    }
  }

  #take(count: number): number {
    this.#need(count);
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>>= count;
    this.#count -= count;
    return value;
  }

  #readHead(): void {
    if (this.#isLast) {
      this.#mode = 'end';
      return;
    }
    this.#isLast = this.#take(1) === 1;
    const kind = this.#take(2);
    if (kind === 0) this.#readStored();
    else if (kind === 1) this.#useCodes(FIXED_LITERALS, FIXED_DISTANCES);
    else if (kind === 2) this.#readCodes();
    else this.#mode = 'broken';
  }

  #readStored(): void {
    this.#take(this.#count & 7);
    const length = this.#take(16);
    const complement = this.#take(16);
    this.#storedLeft = length;
    this.#mode = (length ^ complement) === 0xff_ff ? 'stored' : 'broken';
  }

  #copyStored(full: number): void {
    let room = full - this.#pos;
    while (this.#storedLeft > 0 && room > 0 && this.#padded <= this.#count) {
      this.#out[this.#pos++] = this.#count > 0 ? this.#take(8) : this.#octet();
      this.#storedLeft--;
      room--;
    }
    if (this.#storedLeft === 0) this.#mode = 'head';
  }

  #useCodes(literals: Codes | null, distances: Codes | null): void {
    if (literals === null || distances === null) {
      this.#mode = 'broken';
      return;
    }
    this.#literals = literals;
    this.#distances = distances;
    this.#mode = 'codes';
  }

  /** RFC 1951 §3.2.7 */
  #readCodes(): void {
    const literalCount = this.#take(5) + 257;
    const distanceCount = this.#take(5) + 1;
    const lengthCount = this.#take(4) + 4;
    const order = new Uint8Array(19);
    for (const symbol of LENGTHS_ORDER.slice(0, lengthCount)) order[symbol] = this.#take(3);
    const codes = buildCodes(order, true);
    if (codes === null || literalCount > 286 || distanceCount > 30) return this.#useCodes(null, null);
    const lengths = new Uint8Array(literalCount + distanceCount);
    for (let at = 0; at < lengths.length;) {
      const run = this.#lengthRun(codes, lengths[at - 1]);
      if (run === null || at + run.times > lengths.length) return this.#useCodes(null, null);
      lengths.fill(run.value, at, at + run.times);
      at += run.times;
    }
    // A block that cannot end is none.
    if (lengths[END_OF_BLOCK] === 0) return this.#useCodes(null, null);
    this.#useCodes(buildCodes(lengths.subarray(0, literalCount), false), buildCodes(lengths.subarray(literalCount), false));
  }

  #lengthRun(codes: Codes, before: number | undefined): { value: number; times: number } | null {
    const symbol = this.#symbol(codes);
    if (symbol < 0) return null;
    if (symbol < 16) return { value: symbol, times: 1 };
    if (symbol === 17) return { value: 0, times: 3 + this.#take(3) };
    if (symbol === 18) return { value: 0, times: 11 + this.#take(7) };
    return before === undefined ? null : { value: before, times: 3 + this.#take(2) };
  }

  #symbol(codes: Codes): number {
    this.#need(15);
    const entry = codes.fast[this.#bits & FAST_MASK]!;
    if (entry === 0) return this.#longSymbol(codes);
    this.#bits >>>= entry & 15;
    this.#count -= entry & 15;
    return entry >>> 4;
  }

  #longSymbol({ counts, symbols }: Codes): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= 15; length++) {
      code |= (this.#bits >>> (length - 1)) & 1;
      const count = counts[length]!;
      if (code - first < count) {
        this.#bits >>>= length;
        this.#count -= length;
        return symbols[index + code - first]!;
      }
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return -1;
  }

  #decode(full: number): void {
    const out = this.#out;
    let pos = this.#pos;
    const literals = this.#literals;
    while (pos < full) {
      const symbol = this.#symbol(literals);
      if (symbol >= 0 && symbol < END_OF_BLOCK) {
        out[pos++] = symbol;
        continue;
      }
      if (symbol === END_OF_BLOCK) {
        this.#mode = 'head';
        break;
      }
      const length = this.#matchLength(symbol - 257);
      const distance = this.#matchDistance();
      if (length === 0 || distance === 0 || distance > this.produced + pos - WINDOW_BYTES) {
        this.#mode = 'broken';
        break;
      }
      for (let i = 0; i < length; i++, pos++) out[pos] = out[pos - distance]!;
    }
    this.#pos = pos;
  }

  #matchLength(code: number): number {
    const base = LENGTH_BASE[code];
    return base === undefined ? 0 : base + this.#take(LENGTH_EXTRA[code]!);
  }

  #matchDistance(): number {
    const code = this.#symbol(this.#distances);
    const base = DISTANCE_BASE[code];
    return base === undefined ? 0 : base + this.#take(DISTANCE_EXTRA[code]!);
  }
}
