import { readInto } from './content.ts';
import type { Content } from './content.ts';
import { PIECE_BYTES_MIN } from './spool/spool-room.ts';
import type { Spool } from './spool/spool.ts';

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
    const bytes = Math.min(spool?.pieceBytes ?? PIECE_BYTES_MIN, to - start);
    if (content.kind === 'memory') return content.bytes.subarray(start, start + bytes);
    this.#turn = 1 - this.#turn;
    const held = this.#rooms[this.#turn];
    const room = held !== undefined && held.length >= bytes ? held : Buffer.allocUnsafeSlow(bytes);
    this.#rooms[this.#turn] = room;
    const read = (): Promise<number> => readInto(content.fd, room.subarray(0, bytes), start);
    const count = await (spool === null ? read() : spool.reading(read));
    if (count === 0) throw new Error('assertion: a spooled body has the size that was written');
    return room.subarray(0, count);
  }
}
