import type { FileBytes } from '../types.ts';
import type { Work } from './work.ts';

const WINDOW_BYTES = 8_192;
export const CHUNK_BYTES = 65_536;

/**
 * Numbers and short texts of a file through one small window. What lies beyond the end is -1 or short, never an exception: headers of
 * hostile files point anywhere.
 */
export class Reader implements FileBytes {
  readonly size: number;
  readonly #bytes: FileBytes;
  readonly #work: Work;
  #window: Uint8Array = new Uint8Array(0);
  #from = 0;
  /** Read by those who look at one chunk after another; null = it is in use, or not there yet. */
  #scan: FileBytes['read'] | null = null;

  constructor(bytes: FileBytes, work: Work) {
    this.size = bytes.size;
    this.#bytes = bytes;
    this.#work = work;
  }

  get work(): Work {
    return this.#work;
  }

  /** At most a chunk; shorter at the end of the file. */
  read(offset: number, length: number): Uint8Array {
    return this.#readBy((from, octets) => this.#bytes.read(from, octets), { offset, length });
  }

  /** The same, with results that are good until the next call only. */
  scan(): FileBytes['read'] {
    const read = scanOf(this.#bytes);
    return (offset, length) => this.#readBy(read, { offset, length });
  }

  #readBy(read: FileBytes['read'], { offset, length }: { offset: number; length: number }): Uint8Array {
    const wanted = Math.min(length, CHUNK_BYTES, this.size - offset);
    if (!(wanted > 0) || offset < 0) return new Uint8Array(0);
    this.#work.spend(wanted);
    const octets = read(offset, wanted);
    return octets.length > wanted ? octets.subarray(0, wanted) : octets;
  }

  u8(at: number): number {
    const inside = at - this.#from;
    if (inside >= 0 && inside < this.#window.length) return this.#window[inside] ?? -1;
    if (!(at >= 0) || at >= this.size) return -1;
    this.#from = at - (at % WINDOW_BYTES);
    this.#window = this.read(this.#from, WINDOW_BYTES);
    return this.#window[at - this.#from] ?? -1;
  }

  u16(at: number, isLittle: boolean): number {
    const [a, b] = [this.u8(at), this.u8(at + 1)];
    if (a < 0 || b < 0) return -1;
    return isLittle ? a | (b << 8) : (a << 8) | b;
  }

  u32(at: number, isLittle: boolean): number {
    const [a, b] = [this.u16(at, isLittle), this.u16(at + 2, isLittle)];
    if (a < 0 || b < 0) return -1;
    return isLittle ? a + b * 65_536 : a * 65_536 + b;
  }

  /** -1 also for what is no exact number: no file is that long. */
  u64(at: number, isLittle: boolean): number {
    const [a, b] = [this.u32(at, isLittle), this.u32(at + 4, isLittle)];
    if (a < 0 || b < 0) return -1;
    const value = isLittle ? a + b * 4_294_967_296 : a * 4_294_967_296 + b;
    return Number.isSafeInteger(value) ? value : -1;
  }

  /** Octets as characters, at most a chunk. */
  latin1(at: number, length: number): string {
    return latin1(this.read(at, length));
  }

  isAt(at: number, text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.u8(at + i) !== text.charCodeAt(i)) return false;
    return true;
  }

  /** Where a text of octets first begins in [from, to); -1 = nowhere. */
  find(text: string, from: number, to: number = this.size): number {
    const end = Math.min(to, this.size);
    const first = text.charCodeAt(0);
    let found = -1;
    this.each(Math.max(0, from), end, (chunk, at) => {
      for (let i = chunk.indexOf(first); i >= 0 && found < 0; i = chunk.indexOf(first, i + 1)) {
        if (isIn(chunk, i, text) || (i + text.length > chunk.length && at + i + text.length <= end && this.isAt(at + i, text)))
          found = at + i;
      }
      return found < 0;
    });
    return found;
  }

  /** Where a text of octets last begins in [from, to); -1 = nowhere. */
  findLast(text: string, from: number, to: number = this.size): number {
    const first = text.charCodeAt(0);
    for (let at = Math.min(to, this.size) - text.length; at >= Math.max(0, from); at--)
      if (this.u8(at) === first && this.isAt(at, text)) return at;
    return -1;
  }

  /** Every chunk of [from, to) in order; the visit returns false to end it. A chunk is good until the visit returns. */
  each(from: number, to: number, visit: VisitChunk): void {
    this.#each({ from, to, overlap: 0 }, visit);
  }

  /** Every chunk of the file, each with so many of the last octets of the one before. */
  eachWithOverlap(overlap: number, visit: VisitChunk): void {
    this.#each({ from: 0, to: this.size, overlap }, visit);
  }

  #each({ from, to, overlap }: { from: number; to: number; overlap: number }, visit: VisitChunk): void {
    // A visit may look at all of the file as well: it gets a room of its own.
    const read = this.#scan ?? this.scan();
    this.#scan = null;
    for (let at = from; at < Math.min(to, this.size); at += CHUNK_BYTES - overlap)
      if (visit(read(at, Math.min(CHUNK_BYTES, to - at)), at) === false) break;
    this.#scan = read;
  }
}

type VisitChunk = (chunk: Uint8Array, at: number) => boolean | void;

/** A `read` for whoever looks at all of a file, piece by piece: each result is good until the next call. */
export const scanOf = (bytes: FileBytes): FileBytes['read'] => bytes.scan?.() ?? ((offset, length) => bytes.read(offset, length));

function isIn(chunk: Uint8Array, at: number, text: string): boolean {
  if (at + text.length > chunk.length) return false;
  for (let i = 1; i < text.length; i++) if (chunk[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

const ARGUMENTS_MAX = 4096;
const WINDOWS_1252 = new TextDecoder('latin1');

/** Octets as the characters of the same numbers: for what is short. */
export function latin1(octets: Uint8Array): string {
  let text = '';
  // Arguments of a call lie on the stack: few at a time. A typed array is an array-like, which the type of `apply` does not say.
  for (let at = 0; at < octets.length; at += ARGUMENTS_MAX)
    text += String.fromCharCode.apply(null, octets.subarray(at, at + ARGUMENTS_MAX) as unknown as number[]);
  return text;
}

/** One character for each octet, of which the first 128 are ASCII: much faster, for texts in which only those matter. */
export function asciiText(octets: Uint8Array): string {
  return WINDOWS_1252.decode(octets);
}

/** The octets [from, to) of a file as a file. */
export function part(bytes: FileBytes, from: number, to: number): FileBytes {
  const begin = Math.max(0, Math.min(from, bytes.size));
  const size = Math.max(0, Math.min(to, bytes.size) - begin);
  const within =
    (read: FileBytes['read']): FileBytes['read'] =>
    (offset, length) =>
      read(begin + offset, Math.max(0, Math.min(length, size - offset)));
  return { size, read: within((offset, length) => bytes.read(offset, length)), scan: () => within(scanOf(bytes)) };
}

/** Octets in memory as a file. */
export function inMemory(octets: Uint8Array): FileBytes {
  return { size: octets.length, read: (offset, length) => octets.subarray(offset, offset + length) };
}
