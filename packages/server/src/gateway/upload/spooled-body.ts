import { Readable } from 'node:stream';
import type { Content } from './content.ts';
import { readInto } from './content.ts';
import type { Spool } from './take/spool.ts';

/** Larger pieces than a socket takes at once: fewer turns for the same octets. */
const CHUNK_BYTES = 131_072;

/** A stretch of what is handed on. */
export interface Stretch {
  readonly content: Content;
  readonly spool: Spool | null;
  readonly from: number;
  readonly to: number;
}

export const stretchesBytes = (stretches: readonly Stretch[]): number =>
  stretches.reduce((sum, { from, to }) => sum + to - from, 0);

/** What was held, in order, for the application. */
export class SpooledBody extends Readable {
  readonly #stretches: readonly Stretch[];
  #index = 0;
  #at = 0;

  constructor(stretches: readonly Stretch[]) {
    super({ highWaterMark: CHUNK_BYTES });
    this.#stretches = stretches.filter(({ from, to }) => to > from);
  }

  override _read(): void {
    const stretch = this.#stretches[this.#index];
    if (stretch === undefined) {
      this.push(null);
      return;
    }
    void this.#give(stretch);
  }

  async #give(stretch: Stretch): Promise<void> {
    try {
      const bytes = await this.#piece(stretch);
      this.#at += bytes.length;
      if (stretch.from + this.#at >= stretch.to) {
        this.#index += 1;
        this.#at = 0;
      }
      this.push(bytes);
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error('a spooled body could not be read'));
    }
  }

  async #piece({ content, spool, from, to }: Stretch): Promise<Uint8Array> {
    const start = from + this.#at;
    const bytes = Math.min(CHUNK_BYTES, to - start);
    if (content.kind === 'memory') return content.bytes.subarray(start, start + bytes);
    const room = Buffer.allocUnsafeSlow(bytes);
    const read = (): Promise<number> => readInto(content.fd, room, start);
    const count = await (spool === null ? read() : spool.reading(read));
    if (count === 0) throw new Error('assertion: a spooled body has the size that was written');
    return room.subarray(0, count);
  }
}
