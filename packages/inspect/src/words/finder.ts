import { ANY_ASCII, inBuckets, isLetter, type Bucket } from './fingerprint.ts';
import { BUCKET, LANES, PLACE, RECORD, WINDOW_BYTES, WORD_BYTES_MAX, WORD_BYTES_MIN, WORDS_MAX } from './layout.ts';
import { wordModule } from './module.ts';
import { wasm } from './webassembly.ts';

/** Looks for any of some words in octets that come in pieces. Letters of ASCII count in either case. */
export interface WordFinder {
  search(): WordSearch;
}

/** One text; those of one finder do not disturb each other. */
export interface WordSearch {
  /** True = a word stands in what was given so far; nothing more is looked at then. */
  take(bytes: Uint8Array): boolean;
}

interface Engine {
  readonly memory: Uint8Array;
  readonly find: (start: number, end: number) => number;
}

const CASE_BIT = 0x20;
const ASCII_BITS = 0x7f;
const NOTHING: WordFinder = { search: () => ({ take: () => false }) };

/** Compiled with the first finder; it holds code only. */
let compiled: object | null = null;

/**
 * Words are latin1: each character is an octet, and `ANY_ASCII` is any octet below 0x80. The empty list finds nothing. Where a text is made to look like the words, an octet
 * costs a comparison with each of them at the most.
 *
 * @example
 * const search = createWordFinder(['powershell', '<?=']).search();
 * for (const piece of pieces) if (search.take(piece)) return 'scan the whole file';
 *
 * @throws RangeError when there are more than WORDS_MAX words, or one is shorter than WORD_BYTES_MIN, longer than WORD_BYTES_MAX
 *   or not latin1.
 */
export function createWordFinder(words: readonly string[]): WordFinder {
  if (words.length > WORDS_MAX) throw new RangeError(`${words.length} words are more than ${WORDS_MAX}`);
  for (const [index, word] of words.entries()) checkWord(word, index);
  if (words.length === 0) return NOTHING;
  const engine = createEngine(inBuckets(words));
  const keepMax = Math.max(...words.map(({ length }) => length)) - 1;
  return { search: () => new Search(engine, keepMax) };
}

function checkWord(word: string, index: number): void {
  if (word.length < WORD_BYTES_MIN || word.length > WORD_BYTES_MAX)
    throw new RangeError(`word ${index} has ${word.length} octets, not ${WORD_BYTES_MIN} to ${WORD_BYTES_MAX}`);
  for (let at = 0; at < word.length; at += 1)
    if (word.charCodeAt(at) > 0xff && word[at] !== ANY_ASCII) throw new RangeError(`word ${index} is not latin1`);
}

/** A memory for each finder: nothing has to be put back before a search goes on. */
function createEngine(buckets: readonly Bucket[]): Engine {
  compiled ??= new wasm.Module(wordModule());
  // What wordModule exports.
  const { memory, find } = new wasm.Instance(compiled).exports as {
    readonly memory: { readonly buffer: ArrayBuffer };
    readonly find: Engine['find'];
  };
  writeTables(memory.buffer, buckets);
  return { memory: new Uint8Array(memory.buffer), find };
}

function writeTables(buffer: ArrayBuffer, buckets: readonly Bucket[]): void {
  const octets = new Uint8Array(buffer);
  const view = new DataView(buffer);
  let record: number = PLACE.words;
  for (const [index, { nibbles, members }] of buckets.entries()) {
    for (const [octet, { low, high }] of nibbles.entries()) {
      for (let nibble = 0; nibble < 16; nibble += 1) {
        const at = PLACE.nibbles + octet * 2 * LANES + nibble;
        octets[at]! |= ((low >>> nibble) & 1) << index;
        octets[at + LANES]! |= ((high >>> nibble) & 1) << index;
      }
    }
    view.setUint32(PLACE.buckets + index * BUCKET.bytes + BUCKET.from, record, true);
    for (const { word, offset, nibbles: own } of members) {
      view.setUint32(record + RECORD.back, offset + own.length - 1, true);
      view.setUint32(record + RECORD.length, word.length, true);
      writeWord(octets.subarray(record + RECORD.vectors, record + RECORD.bytes), word);
      record += RECORD.bytes;
    }
    view.setUint32(PLACE.buckets + index * BUCKET.bytes + BUCKET.to, record, true);
  }
}

/** Behind the word, all bits are set in the text and expected; for any octet of ASCII, all but the highest. */
function writeWord(pairs: Uint8Array, word: string): void {
  pairs.fill(0xff);
  for (let index = 0; index < word.length; index += 1) {
    const octet = word.charCodeAt(index);
    const at = Math.floor(index / LANES) * RECORD.pairBytes + (index % LANES);
    const bits = word[index] === ANY_ASCII ? ASCII_BITS : isLetter(octet) ? CASE_BIT : 0;
    pairs[at] = octet | bits;
    pairs[at + LANES] = bits;
  }
}

class Search implements WordSearch {
  readonly #engine: Engine;
  /** The end of the text so far: a word that is not whole yet began there at the earliest. */
  readonly #kept: Uint8Array;
  #keptBytes = 0;
  #isFound = false;

  constructor(engine: Engine, keepMax: number) {
    this.#engine = engine;
    this.#kept = new Uint8Array(keepMax);
  }

  take(bytes: Uint8Array): boolean {
    if (this.#isFound || bytes.length === 0) return this.#isFound;
    const { memory, find } = this.#engine;
    let kept = this.#keptBytes;
    memory.set(this.#kept.subarray(0, kept), PLACE.fresh - kept);
    for (let at = 0; at < bytes.length; at += WINDOW_BYTES) {
      const window = bytes.subarray(at, at + WINDOW_BYTES);
      memory.set(window, PLACE.fresh);
      const end = PLACE.fresh + window.length;
      if (find(PLACE.fresh - kept, end) !== 0) {
        this.#isFound = true;
        return true;
      }
      const keep = Math.min(kept + window.length, this.#kept.length);
      memory.copyWithin(PLACE.fresh - keep, end - keep, end);
      kept = keep;
    }
    this.#kept.set(memory.subarray(PLACE.fresh - kept, PLACE.fresh));
    this.#keptBytes = kept;
    return false;
  }
}
