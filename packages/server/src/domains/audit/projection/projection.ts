import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from '../../../platform/db/database.ts';
import type { Log } from '../../../platform/log.ts';
import type { SearchKeys } from '../search/search-keys.ts';
import { Cursor } from '../segments/segment-cursor.ts';
import type { SegmentLog } from '../segments/segment-log.ts';
import { dropRows, readBookmark, rowOf, writeBookmark, writeRows } from './store.ts';

/** Rows of one transaction. Larger ones are no faster, and preparing them holds up acknowledgements (bench/ledger.bench.ts). */
const BATCH_MAX = 256;
/** Records that come one by one are gathered this long. */
const GATHER_MS = 50;
/** Records that wait for the disk come first: with more than this the projection pauses between batches. */
const OUTSTANDING_BUSY = 1024;
const PAUSE_MS = 200;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MS_MAX = 10_000;

export interface ProjectionParts {
  readonly db: Database;
  readonly segments: SegmentLog;
  readonly origin: string;
  readonly keys: SearchKeys;
  readonly log: Log;
}

/** Copies records into SQL, behind the acknowledgement: while the database is away the segments are the spool. */
export class Projection {
  readonly #parts: ProjectionParts;
  #cursor: Cursor | null = null;
  #next = 0;
  #turn: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #backoffMs = 0;
  #isClosed = false;

  constructor(parts: ProjectionParts) {
    this.#parts = parts;
  }

  /** Records below this index have a row. */
  get next(): number {
    return this.#next;
  }
  get lag(): number {
    return this.#parts.segments.size - this.#next;
  }
  get isBehindForTrouble(): boolean {
    return this.#backoffMs > 0;
  }

  start(): void {
    this.#parts.segments.onDurable(() => this.#schedule(GATHER_MS));
    this.#schedule(0);
  }

  /** Everything durable now has a row when it resolves, unless the database is away. */
  catchUp(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#run());
    return this.#turn;
  }

  /** From the first record on, as for a new database. */
  async rebuild(): Promise<void> {
    const { db, origin } = this.#parts;
    this.#turn = this.#turn
      .then(() => this.#rewind())
      .then(() => writeBookmark(db, origin, 0).catch((error: unknown) => this.#away(error)));
    await this.catchUp();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#turn;
    await this.#cursor?.close();
  }

  #schedule(waitMs: number): void {
    if (this.#timer !== null || this.#isClosed) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        void this.catchUp();
      },
      Math.max(waitMs, this.#backoffMs),
    );
    this.#timer.unref();
  }

  async #rewind(): Promise<void> {
    await this.#cursor?.close();
    this.#cursor = null;
    this.#next = 0;
  }

  async #run(): Promise<void> {
    const { segments } = this.#parts;
    try {
      const cursor = this.#cursor ?? (await this.#open());
      // Up to what is durable now: whoever waits must not wait for what comes meanwhile.
      const { size } = segments;
      while (cursor.index < size && !this.#isClosed) await this.#copy(cursor, size);
      this.#backoffMs = 0;
    } catch (error) {
      // The cursor may stand behind rows that were rolled back: begin again at the bookmark.
      await this.#rewind();
      this.#away(error);
    }
  }

  async #open(): Promise<Cursor> {
    const { db, origin, segments } = this.#parts;
    const bookmark = await readBookmark(db, origin);
    // A bookmark beyond the log belongs to a log that was restored from a backup: its rows are wrong as well.
    const from = bookmark > segments.size ? 0 : bookmark;
    if (from !== bookmark) await dropRows(db, origin, { from });
    this.#next = from;
    this.#cursor = new Cursor(segments, from);
    return this.#cursor;
  }

  async #copy(cursor: Cursor, size: number): Promise<void> {
    const { db, origin, keys, segments } = this.#parts;
    if (segments.outstanding > OUTSTANDING_BUSY) await wait(PAUSE_MS);
    const step = await cursor.next(size, BATCH_MAX);
    // Records that cannot be read have no row; the scrubber speaks of them and repairs them.
    const rows = step.kind === 'lost' ? [] : step.frames.map((frame) => rowOf({ origin, keys }, frame));
    await db.transaction(async (tx) => {
      if (rows.length > 0) await writeRows(tx, rows);
      await writeBookmark(tx, origin, cursor.index);
    });
    this.#next = cursor.index;
  }

  #away(error: unknown): void {
    this.#backoffMs = Math.min(BACKOFF_MS_MAX, Math.max(BACKOFF_FIRST_MS, this.#backoffMs * 2));
    this.#parts.log.warn({ err: error, lag: this.lag }, 'records wait for the database; nothing is lost');
  }
}
