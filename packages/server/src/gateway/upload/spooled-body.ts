import { Readable } from 'node:stream';
import type { Content } from './content.ts';
import { PIECE_BYTES, SpooledPieces } from './spooled-pieces.ts';
import type { Spool } from './take/spool.ts';

/** A stretch of what is handed on. */
export interface Stretch {
  readonly content: Content;
  readonly spool: Spool | null;
  readonly from: number;
  readonly to: number;
}

export const stretchesBytes = (stretches: readonly Stretch[]): number =>
  stretches.reduce((sum, { from, to }) => sum + to - from, 0);

/** What was held, in order, for whoever takes a stream: nobody tells it when a piece is written, so each has memory of its own. */
export class SpooledBody extends Readable {
  readonly #pieces: SpooledPieces;

  constructor(stretches: readonly Stretch[]) {
    super({ highWaterMark: PIECE_BYTES });
    this.#pieces = new SpooledPieces(stretches);
  }

  override _read(): void {
    void this.#give();
  }

  async #give(): Promise<void> {
    try {
      const piece = await this.#pieces.next();
      this.push(piece === null ? null : Buffer.from(piece));
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error('a spooled body could not be read'));
    }
  }
}
