import { hash as hashOf } from 'node:crypto';
import { inMemory } from '../content.ts';
import type { Content } from '../content.ts';
import type { Arrived } from '../take/arrived.ts';
import { SpoolDraft } from './spool-draft.ts';
import type { SpoolRoom } from './spool-room.ts';

/** Up to this a file stays in memory. */
const MEMORY_BYTES_MAX = 65_536;
/** More are joined: one octet at a time would otherwise take some hundred times as much memory as it is. */
const CHUNKS_MAX = 64;

/** One file, or the frame around the files of a form, on its way in. */
export class Spool {
  readonly #room: SpoolRoom;
  #chunks: Arrived[] = [];
  #size = 0;
  #readers = 0;
  #isClosed = false;
  /** Null = all of it stands in memory. */
  #draft: SpoolDraft | null = null;

  constructor(room: SpoolRoom) {
    this.#room = room;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * A promise = no more may come until it is settled; throws, or rejects with, what went wrong with what came before. `isOwn` = nobody
   * else sees this memory, and nobody may look there again.
   */
  write(bytes: Uint8Array, isOwn: boolean): Promise<void> | null {
    const arrived = { bytes, isOwn };
    this.#size += bytes.length;
    if (this.#draft === null && this.#size <= MEMORY_BYTES_MAX) {
      this.#chunks.push(arrived);
      if (this.#chunks.length > CHUNKS_MAX) this.#chunks = [{ bytes: this.#joined(), isOwn: false }];
      return null;
    }
    if (this.#draft === null) {
      this.#draft = new SpoolDraft(this.#room);
      for (const chunk of this.#chunks.splice(0)) void this.#draft.write(chunk);
    }
    return this.#draft.write(arrived);
  }

  /** How much of it is read at once. */
  get pieceBytes(): number {
    return this.#room.pieceBytes;
  }

  /** Nothing more comes. */
  async finish(): Promise<{ readonly content: Content; readonly hash: string }> {
    if (this.#draft === null) {
      const bytes = this.#joined();
      this.#chunks = [];
      return { content: inMemory(bytes), hash: hashOf('sha256', bytes, 'hex') };
    }
    const { fd, whole } = await this.#draft.finish();
    return { content: { kind: 'disk', size: this.#size, fd, clearedBy: whole.clearedBy }, hash: whole.hash };
  }

  /** While somebody reads, the descriptor stays: its number may be another file's at once when it is given back. */
  async reading<Result>(read: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new Error('assertion: a spool is read before it is closed');
    this.#readers += 1;
    try {
      return await read();
    } finally {
      this.#readers -= 1;
      this.#release();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#chunks = [];
    this.#release();
  }

  #joined(): Buffer {
    return Buffer.concat(
      this.#chunks.map(({ bytes }) => bytes),
      this.#size,
    );
  }

  #release(): void {
    if (this.#isClosed && this.#readers === 0) this.#draft?.close();
  }
}
