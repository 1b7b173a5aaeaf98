import { readInto } from './content.ts';
import type { Content } from './content.ts';
import type { Spool } from './take/spool.ts';

/** Larger pieces than a socket takes at once: fewer turns for the same octets. */
export const PIECE_BYTES = 131_072;

/** A stretch of what is handed on. */
export interface Stretch {
  readonly content: Content;
  readonly spool: Spool | null;
  readonly from: number;
  readonly to: number;
}

export const stretchesBytes = (stretches: readonly Stretch[]): number =>
  stretches.reduce((sum, { from, to }) => sum + to - from, 0);

/** What was held, in order, in two pieces of memory that are used in turn: while one is written, the next is read into the other. */
export class SpooledPieces {
  readonly #stretches: readonly Stretch[];
  readonly #rooms: Buffer[] = [];
  #turn = 0;
  #index = 0;
  #at = 0;

  constructor(stretches: readonly Stretch[]) {
    this.#stretches = stretches.filter(({ from, to }) => to > from);
  }

  get lengthBytes(): number {
    return stretchesBytes(this.#stretches);
  }

  /** Null = that was all. One is asked for at a time; it is good until the next but one is asked for. */
  async next(): Promise<Uint8Array | null> {
    const stretch = this.#stretches[this.#index];
    if (stretch === undefined) return null;
    const bytes = await this.#read(stretch);
    this.#at += bytes.length;
    if (stretch.from + this.#at >= stretch.to) {
      this.#index += 1;
      this.#at = 0;
    }
    return bytes;
  }

  async #read({ content, spool, from, to }: Stretch): Promise<Uint8Array> {
    const start = from + this.#at;
    const bytes = Math.min(PIECE_BYTES, to - start);
    if (content.kind === 'memory') return content.bytes.subarray(start, start + bytes);
    this.#turn = 1 - this.#turn;
    const room = (this.#rooms[this.#turn] ??= Buffer.allocUnsafeSlow(PIECE_BYTES)).subarray(0, bytes);
    const read = (): Promise<number> => readInto(content.fd, room, start);
    const count = await (spool === null ? read() : spool.reading(read));
    if (count === 0) throw new Error('assertion: a spooled body has the size that was written');
    return room.subarray(0, count);
  }
}
