import { createHash, randomUUID } from 'node:crypto';
import { close, mkdirSync, open, readdirSync, rmSync, unlink, writev } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { giveBack } from '../../body/give-back.ts';
import type { Content } from '../content.ts';
import { heard } from './arrived.ts';
import type { Arrived } from './arrived.ts';

const openFile = promisify(open);
const unlinkFile = promisify(unlink);
const closeFile = promisify(close);

/** Up to this a file stays in memory. */
const MEMORY_BYTES_MAX = 65_536;
/** What waits for the disk; more of the body is not read meanwhile. */
const WAITING_BYTES_MAX = 131_072;

/** The disk has no room, or its share for uploads is used up. */
export class SpoolFull extends Error {}

/** The share of the disk that uploads under way may use in this process, and the folder where they lie. */
export class SpoolRoom {
  readonly folder: string;
  readonly #bytesMax: number;
  #used = 0;
  #isPrepared = false;

  constructor(folder: string, bytesMax: number) {
    this.folder = folder;
    this.#bytesMax = bytesMax;
  }

  /** A process that was killed between opening a file and taking its name away leaves an empty one. */
  #prepare(): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const own = `.${process.pid}.`;
    for (const name of readdirSync(this.folder)) {
      if (name.endsWith('.part') && !name.includes(own)) rmSync(path.join(this.folder, name), { force: true });
    }
  }

  get usedBytes(): number {
    return this.#used;
  }

  take(bytes: number): void {
    if (this.#used + bytes > this.#bytesMax) throw new SpoolFull('the share of the disk for uploads is used up');
    this.#used += bytes;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }

  /** A file that has no name any more: nobody else can open it, and nothing of it is left when this process ends. */
  async open(): Promise<number> {
    if (!this.#isPrepared) this.#prepare();
    this.#isPrepared = true;
    const file = path.join(this.folder, `upload.${process.pid}.${randomUUID()}.part`);
    const fd = await openFile(file, 'wx+', 0o600);
    await unlinkFile(file);
    return fd;
  }
}

/** One file, or the frame around the files of a form, on its way in. */
export class Spool {
  readonly #room: SpoolRoom;
  readonly #hash = createHash('sha256');
  #chunks: Arrived[] = [];
  #waiting = 0;
  #size = 0;
  #onDisk = 0;
  #fd: number | null = null;
  #flight: Promise<void> | null = null;
  #fault: unknown = null;
  #readers = 0;
  #isClosed = false;

  constructor(room: SpoolRoom) {
    this.#room = room;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * A promise = no more may come until it is settled; throws, or rejects with, what went wrong with what came before. `isOwn` = nobody
   * else sees this memory, which is given back as soon as it is written down.
   */
  write(bytes: Uint8Array, isOwn: boolean): Promise<void> | null {
    this.#throwFault();
    this.#hash.update(bytes);
    this.#chunks.push({ bytes, isOwn });
    this.#size += bytes.length;
    this.#waiting += bytes.length;
    if (this.#fd === null && this.#size <= MEMORY_BYTES_MAX) return null;
    this.#flight ??= this.#flush();
    return this.#waiting > WAITING_BYTES_MAX ? heard(this.#landed(this.#flight)) : null;
  }

  async #landed(flight: Promise<void>): Promise<void> {
    await flight;
    this.#throwFault();
  }

  /** Nothing more comes. */
  async finish(): Promise<{ readonly content: Content; readonly hash: string }> {
    while (this.#flight !== null) await this.#flight;
    this.#throwFault();
    const hash = this.#hash.digest('hex');
    if (this.#fd === null) {
      const bytes = Buffer.concat(
        this.#chunks.map((chunk) => chunk.bytes),
        this.#size,
      );
      this.#chunks = [];
      return { content: { kind: 'memory', size: this.#size, bytes }, hash };
    }
    return { content: { kind: 'disk', size: this.#size, fd: this.#fd }, hash };
  }

  /** While somebody reads, the descriptor stays: its number may be another file's at once when it is given back. */
  async reading<Result>(read: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new Error('assertion: a spool is read before it is closed');
    this.#readers += 1;
    try {
      return await read();
    } finally {
      this.#readers -= 1;
      if (this.#isClosed) this.#release();
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#chunks = [];
    if (this.#flight === null) this.#release();
    else void this.#flight.then(() => this.#release());
  }

  #release(): void {
    if (this.#readers > 0 || this.#fd === null) return;
    const fd = this.#fd;
    this.#fd = null;
    this.#room.give(this.#onDisk);
    this.#onDisk = 0;
    void closeFile(fd).catch(() => undefined);
  }

  #throwFault(): void {
    if (this.#fault !== null) throw this.#fault;
  }

  /** One write at a time, of everything that has come meanwhile. Never rejects: the next call tells. */
  async #flush(): Promise<void> {
    try {
      this.#fd ??= await this.#room.open();
      while (this.#chunks.length > 0 && !this.#isClosed) {
        const chunks = this.#chunks;
        const bytes = this.#waiting;
        this.#chunks = [];
        this.#waiting = 0;
        this.#room.take(bytes);
        const position = this.#onDisk;
        this.#onDisk += bytes;
        await writeAll(
          this.#fd,
          chunks.map((chunk) => chunk.bytes),
          position,
        );
        for (const chunk of chunks) if (chunk.isOwn) giveBack(chunk.bytes);
      }
    } catch (fault) {
      this.#fault = fault;
    } finally {
      this.#flight = null;
    }
  }
}

async function writeAll(fd: number, chunks: readonly Uint8Array[], position: number): Promise<void> {
  let rest = chunks;
  let at = position;
  while (rest.length > 0) {
    const written = await writeSome(fd, rest, at);
    at += written;
    rest = behind(rest, written);
  }
}

function writeSome(fd: number, chunks: readonly Uint8Array[], position: number): Promise<number> {
  // oxlint-disable-next-line promise/avoid-new -- as in `content.ts`
  return new Promise((resolve, reject) => {
    writev(fd, chunks, position, (error, count) => {
      if (error === null) resolve(count);
      else reject(error.code === 'ENOSPC' || error.code === 'EDQUOT' ? new SpoolFull('the disk is full') : error);
    });
  });
}

/** A disk that is nearly full may take less than it was given. */
function behind(chunks: readonly Uint8Array[], written: number): readonly Uint8Array[] {
  let left = written;
  for (const [index, chunk] of chunks.entries()) {
    if (left < chunk.length) return [chunk.subarray(left), ...chunks.slice(index + 1)];
    left -= chunk.length;
  }
  return [];
}
