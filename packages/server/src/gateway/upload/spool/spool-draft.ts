import { close } from 'node:fs';
import { heard } from '../take/arrived.ts';
import type { Arrived } from '../take/arrived.ts';
import type { WrittenWhole } from './spool-protocol.ts';
import { SpoolFault } from './spool-fault.ts';
import { PIECE_BYTES_MIN } from './spool-room.ts';
import type { SpoolRoom } from './spool-room.ts';
import type { SpoolFile, SpoolListener } from './spool-writer.ts';

const ORDER_PIECES_MAX = 64;
/** Of less than this a copy costs less than memory of its own. */
const SMALL_BYTES = 512;
const SMALL_MEMORY_BYTES = 4096;

interface Order {
  readonly pieces: Uint8Array<ArrayBuffer>[];
  bytes: number;
  /** Memory in which small pieces stand. */
  small: Uint8Array<ArrayBuffer> | null;
  smallBytes: number;
}

/** A file on its way to the disk. The memory that holds it goes to the thread that hashes, searches and writes down; nothing is copied. */
export class SpoolDraft implements SpoolListener {
  readonly #room: SpoolRoom;
  readonly #file: SpoolFile;
  readonly #opening: Promise<void>;
  #fd: number | null = null;
  /** Orders that wait for the file to be open, the last of them for more octets. */
  readonly #ready: Order[] = [];
  /** Octets of each order that the thread has. */
  readonly #posted: number[] = [];
  #waiting = 0;
  /** Octets of the disk that are taken. */
  #bytes = 0;
  #position = 0;
  #pacing: PromiseWithResolvers<void> | null = null;
  #ending: PromiseWithResolvers<WrittenWhole> | null = null;
  #fault: unknown = null;
  #isWhole = false;
  #isClosed = false;
  #isReleased = false;

  constructor(room: SpoolRoom) {
    this.#room = room;
    this.#file = room.writer.begin(this);
    room.files += 1;
    this.#opening = this.#open();
  }

  /** A promise = no more may come until it is settled; throws what went wrong with what came before. Memory that is its own is gone then. */
  write({ bytes, isOwn }: Arrived): Promise<void> | null {
    this.#throwFault();
    this.#takeRoom(bytes.length);
    const last = this.#ready.at(-1);
    const order = last === undefined || this.#isFull(last) ? newOrder(this.#ready) : last;
    if (bytes.length < SMALL_BYTES) addSmall(order, bytes);
    else order.pieces.push(isOwn && isTransferable(bytes) ? bytes : new Uint8Array(bytes));
    order.bytes += bytes.length;
    // Whoever waits is told when an order was written down, so none may be left here: the share shrinks while one is gathered.
    if (this.#isFull(order) || !this.#mayGoOn) this.#post();
    if (this.#mayGoOn) return null;
    this.#pacing ??= Promise.withResolvers();
    return heard(this.#pacing.promise);
  }

  /** Nothing more comes. */
  async finish(): Promise<{ readonly fd: number; readonly whole: WrittenWhole }> {
    this.#throwFault();
    await this.#opening;
    this.#post();
    this.#throwFault();
    this.#ending = Promise.withResolvers();
    this.#file.end();
    const whole = await this.#ending.promise;
    if (this.#fd === null) throw new Error('assertion: a file that was written is open');
    return { fd: this.#fd, whole };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#ready.length = 0;
    if (!this.#isWhole) {
      this.#file.drop();
      // The thread says no more of it to whoever waits still.
      this.#fault ??= new SpoolFault('upload-spool-ended');
    }
    this.#stir();
  }

  onWritten(): void {
    this.#waiting -= this.#posted.shift() ?? 0;
    this.#stir();
  }

  onFailed(code: string): void {
    this.#fault ??= hasNoRoom(code) ? new SpoolFault('upload-spool-full') : new Error(`write: ${code}`);
    this.onWritten();
  }

  onGone(): void {
    this.#fault ??= new SpoolFault('upload-spool-ended');
    this.#posted.length = 0;
    this.#stir();
  }

  onWhole(whole: WrittenWhole): void {
    this.#isWhole = true;
    this.#ending?.resolve(whole);
  }

  async #open(): Promise<void> {
    try {
      this.#fd = await this.#room.open();
    } catch (fault) {
      const isFull = fault instanceof Error && 'code' in fault && hasNoRoom(String(fault.code));
      this.#fault ??= isFull ? new SpoolFault('upload-spool-full') : fault;
    }
    this.#post();
    this.#stir();
  }

  #takeRoom(bytes: number): void {
    try {
      this.#room.take(bytes);
    } catch (fault) {
      this.#fault ??= fault;
      throw fault;
    }
    this.#bytes += bytes;
    this.#waiting += bytes;
  }

  #post(): void {
    // What a thread that has ended is asked is never answered, and the descriptor would be kept for the answer.
    if (this.#fd === null || this.#isClosed || this.#fault !== null) return;
    for (const { pieces, bytes } of this.#ready.splice(0)) {
      this.#posted.push(bytes);
      this.#file.write({ fd: this.#fd, position: this.#position, pieces });
      this.#position += bytes;
    }
  }

  get #mayGoOn(): boolean {
    return this.#waiting < Math.max(PIECE_BYTES_MIN, this.#room.shareBytes);
  }

  #isFull({ pieces, bytes }: Order): boolean {
    return bytes >= this.#room.pieceBytes || pieces.length >= ORDER_PIECES_MAX;
  }

  /** Tells whoever waits what has become of it. */
  #stir(): void {
    if (this.#fault !== null) {
      this.#pacing?.reject(this.#fault);
      this.#ending?.reject(this.#fault);
      this.#pacing = null;
    } else if (this.#mayGoOn) {
      this.#pacing?.resolve();
      this.#pacing = null;
    }
    this.#release();
  }

  /** The descriptor stays while the thread may write to it: its number may be another file's at once. */
  #release(): void {
    if (!this.#isClosed || this.#posted.length > 0) return;
    if (!this.#isReleased) this.#room.files -= 1;
    this.#isReleased = true;
    this.#room.give(this.#bytes);
    this.#bytes = 0;
    const fd = this.#fd;
    this.#fd = null;
    if (fd !== null) close(fd, () => undefined);
  }

  #throwFault(): void {
    if (this.#fault !== null) throw this.#fault;
  }
}

function newOrder(orders: Order[]): Order {
  const order: Order = { pieces: [], bytes: 0, small: null, smallBytes: 0 };
  orders.push(order);
  return order;
}

/** Those that come in a row are one piece, so that one octet at a time takes no more memory than all of them at once. */
function addSmall(order: Order, bytes: Uint8Array): void {
  if (order.small === null || order.smallBytes + bytes.length > order.small.length) {
    order.small = new Uint8Array(SMALL_MEMORY_BYTES);
    order.smallBytes = 0;
  }
  const memory = order.small;
  const last = order.pieces.at(-1);
  const isNext = last?.buffer === memory.buffer;
  const from = isNext ? last.byteOffset : order.smallBytes;
  memory.set(bytes, order.smallBytes);
  order.smallBytes += bytes.length;
  order.pieces.splice(isNext ? -1 : order.pieces.length, 1, memory.subarray(from, order.smallBytes));
}

/** errno(3): no room on the disk, none in its share of somebody, or no descriptor left for another file. */
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE']);
const hasNoRoom = (code: string): boolean => FULL.has(code);
const isTransferable = (bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> => bytes.buffer instanceof ArrayBuffer;
