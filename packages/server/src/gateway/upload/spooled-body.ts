import { Readable } from 'node:stream';
import { PIECE_BYTES_MIN } from './spool/spool-room.ts';
import { SpooledPieces } from './spooled-pieces.ts';
import type { Stretch } from './spooled-pieces.ts';

/** What was held, in order, for whoever takes a stream: nobody tells it when a piece is written, so each has memory of its own. */
export class SpooledBody extends Readable {
  readonly #pieces: SpooledPieces;

  constructor(stretches: readonly Stretch[]) {
    super({ highWaterMark: PIECE_BYTES_MIN });
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
