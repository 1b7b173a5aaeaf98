import type { FileBytes } from '../types.ts';
import { crc32 } from './crc32.ts';
import { Inflater, type InflateState } from './inflate.ts';
import { inMemory, type Reader } from './reader.ts';

/** Unpacked files up to this size are kept whole; of larger ones only places to go on from. */
const KEPT_BYTES_MAX = 4_194_304;
const APART_BYTES = 1_048_576;
const PLACES_MAX = 16;

export interface Stream {
  readonly reader: Reader;
  readonly from: number;
  readonly to: number;
}

export interface Unpacked {
  readonly bytes: FileBytes;
  readonly crc: number;
  /** Where in the packed file the stream ended. */
  readonly end: number;
}

/** Sees each chunk once, with the octets that were read for all so far; false = enough. */
export type WatchChunk = (chunk: Uint8Array, packed: number) => boolean;

/**
 * Unpacks a DEFLATE stream once from end to end, and gives its content as a file that can be read anywhere: memory stays within a
 * few megabytes whatever the size, because reading goes on from one of some states that were kept on the way.
 */
export function unpack({ reader, from, to }: Stream, watch: WatchChunk): Unpacked | 'broken' | 'stopped' {
  const inflater = new Inflater(reader, from, to);
  let places: InflateState[] = [inflater.save()];
  let apart = APART_BYTES;
  let kept: Uint8Array[] | null = [];
  let crc = 0;
  for (let chunk = inflater.next(); chunk !== null; chunk = inflater.next()) {
    crc = crc32(chunk, crc);
    if (!watch(chunk, inflater.position - from)) return 'stopped';
    if (inflater.produced > KEPT_BYTES_MAX) kept = null;
    kept?.push(chunk.slice());
    if (inflater.produced - (places.at(-1)?.produced ?? 0) < apart) continue;
    places.push(inflater.save());
    if (places.length <= PLACES_MAX) continue;
    places = places.filter((_, index) => index % 2 === 0);
    apart *= 2;
  }
  if (inflater.isBroken) return 'broken';
  const bytes = kept === null ? new Seeker(inflater, places) : inMemory(joined(kept, inflater.produced));
  return { bytes, crc, end: inflater.position };
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

class Seeker implements FileBytes {
  readonly size: number;
  readonly #inflater: Inflater;
  readonly #places: readonly InflateState[];
  #chunk: Uint8Array = new Uint8Array(0);
  #from: number;

  constructor(inflater: Inflater, places: readonly InflateState[]) {
    this.size = inflater.produced;
    this.#inflater = inflater;
    this.#places = places;
    this.#from = inflater.produced;
  }

  read(offset: number, length: number): Uint8Array {
    const wanted = Math.max(0, Math.min(length, this.size - offset));
    const result = new Uint8Array(wanted);
    for (let done = 0; done < wanted;) {
      if (!this.#reach(offset + done)) return result.subarray(0, done);
      const inside = this.#chunk.subarray(offset + done - this.#from, offset + wanted - this.#from);
      result.set(inside, done);
      done += inside.length;
    }
    return result;
  }

  /** Makes the chunk the one in which an octet lies. */
  #reach(offset: number): boolean {
    const place = this.#places.findLast(({ produced }) => produced <= offset);
    const isAhead = offset >= this.#from + this.#chunk.length;
    // Going on is cheaper than going back to a place that lies before where we are.
    if (place !== undefined && (offset < this.#from || (isAhead && place.produced > this.#inflater.produced))) {
      this.#inflater.restore(place);
      this.#from = place.produced;
      this.#chunk = new Uint8Array(0);
    }
    while (offset >= this.#from + this.#chunk.length) {
      this.#from += this.#chunk.length;
      const next = this.#inflater.next();
      if (next === null) return false;
      this.#chunk = next;
    }
    return offset >= this.#from;
  }
}
