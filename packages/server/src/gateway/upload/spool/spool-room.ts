import { randomUUID } from 'node:crypto';
import { close, mkdirSync, open, readdirSync, rmSync, unlink } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { GatewayLog } from '../../log.ts';
import { SpoolFault } from './spool-fault.ts';
import { SpoolWriter } from './spool-writer.ts';

const openFile = promisify(open);
const unlinkFile = promisify(unlink);

/** Of all files under way together. */
const MEMORY_BYTES = 16_777_216;
const SHARE_BYTES_MAX = 4_194_304;
export const PIECE_BYTES_MIN = 131_072;
const PIECE_BYTES_MAX = 1_048_576;
const PIECES_OF_SHARE = 4;

export interface SpoolRoomParts {
  readonly folder: string;
  readonly bytesMax: number;
  readonly rulesFolder: string | null;
  readonly log: GatewayLog;
}

/** The share of the disk that uploads under way may use in this process, the folder where they lie, and who writes them down. */
export class SpoolRoom {
  readonly writer: SpoolWriter;
  /** Under way, and not all in memory. */
  files = 0;
  readonly #folder: string;
  readonly #bytesMax: number;
  #used = 0;
  #isPrepared = false;

  constructor({ folder, bytesMax, rulesFolder, log }: SpoolRoomParts) {
    this.#folder = folder;
    this.#bytesMax = bytesMax;
    this.writer = new SpoolWriter({ log, rulesFolder });
  }

  /** What each file under way may have in memory, on its way in or out. */
  get shareBytes(): number {
    return Math.min(SHARE_BYTES_MAX, Math.floor(MEMORY_BYTES / Math.max(1, this.files)));
  }

  /**
   * How much of a file is told, read or written at once: two pieces may be filled in turn while copies of both are on their way. Waking
   * another thread for each costs more than what it does.
   */
  get pieceBytes(): number {
    return Math.min(PIECE_BYTES_MAX, Math.max(PIECE_BYTES_MIN, Math.floor(this.shareBytes / PIECES_OF_SHARE)));
  }

  get usedBytes(): number {
    return this.#used;
  }

  /** Throws when that is more than the share. */
  take(bytes: number): void {
    if (this.#used + bytes > this.#bytesMax) throw new SpoolFault('upload-spool-full');
    this.#used += bytes;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }

  /** A file that has no name any more: nobody else can open it, and nothing of it is left when this process ends. */
  async open(): Promise<number> {
    if (!this.#isPrepared) this.#prepare();
    this.#isPrepared = true;
    const file = path.join(this.#folder, `upload.${process.pid}.${randomUUID()}.part`);
    const fd = await openFile(file, 'wx+', 0o600);
    try {
      await unlinkFile(file);
    } catch (cause) {
      close(fd, () => undefined);
      throw cause;
    }
    return fd;
  }

  close(): Promise<void> {
    return this.writer.close();
  }

  /** A process that was killed between opening a file and taking its name away leaves an empty one. */
  #prepare(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const own = `.${process.pid}.`;
    for (const name of readdirSync(this.#folder)) {
      if (name.endsWith('.part') && !name.includes(own)) rmSync(path.join(this.#folder, name), { force: true });
    }
  }
}
