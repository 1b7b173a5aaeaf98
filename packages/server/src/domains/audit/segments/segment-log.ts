import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { syncFolder } from '../../../platform/atomic-file.ts';
import type { Log } from '../../../platform/log.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { frameOf, writeFrame } from './frame.ts';
import { RecentRecords } from './recent-records.ts';
import { listSegments, scanSegment, segmentAt, type Segment, type SegmentScan } from './segment-files.ts';

/** So many records start a synchronisation at once; fewer wait for the flush interval. */
const GROUP_MIN = 512;
/** Records that one synchronisation makes durable together when more have gathered meanwhile. */
const GROUP_MAX = 2048;
/** Records encoded before other work of the process gets a turn. */
const SLICE_MAX = 64;
/** Records not yet durable; beyond it appending waits. */
export const OUTSTANDING_MAX = 4096;
const WAITING_MAX = 65_536;
/** Between two tries while the disk is full. */
const PROBE_MS = 500;
const PROBE_BYTES = 65_536;

/** `full` = the last write failed: nothing is acknowledged until a probe succeeds. `fenced` = another process wrote here. */
export type LogState = 'open' | 'full' | 'fenced' | 'closed';

/** Makes the bytes of a record once its place is known; a throw refuses this record only. */
export type Encode = (index: number) => Uint8Array;

export interface SegmentLogParts {
  /** `<dataDir>/ledger/segments`. */
  readonly folder: string;
  readonly segmentBytesMax: number;
  readonly flushMs: number;
  readonly log: Log;
  /** Must be durable before the records are: the keys of their ciphertexts. */
  readonly beforeSync: () => Promise<void>;
}

/** Encoded, with its place in the log, and not yet written. */
interface Group {
  readonly frames: Buffer[];
  readonly taken: Pending[];
}

interface Pending {
  readonly encode: Encode;
  readonly resolve: (index: number) => void;
  readonly reject: (error: unknown) => void;
}

const refused = (detail: string, cause?: unknown): Refusal => new Refusal('audit-unavailable', { detail, cause });

/**
 * The source of truth: records in append-only files, one writer, acknowledged when the disk has them. Opening is recovering;
 * there is no other way in, so that a crash at any point is an ordinary start.
 */
export class SegmentLog {
  readonly #parts: SegmentLogParts;
  readonly #segments: Segment[];
  readonly #listeners: ((size: number) => void)[] = [];
  readonly #waiting: (() => void)[] = [];
  #handle: FileHandle;
  #position: number;
  #size: number;
  #pending: Pending[] = [];
  /** When the last group was taken: groups begin at least the flush interval apart, and a lone record waits for nobody. */
  #takenAtMs = -Infinity;
  #inFlight = 0;
  #state: LogState = 'open';
  #timer: NodeJS.Timeout | null = null;
  #work: Promise<void> | null = null;
  #probe: NodeJS.Timeout | null = null;
  #bytesWritten = 0;
  /** What opening found in the last segment. */
  readonly scan: SegmentScan;
  /** The newest records, so that followers that keep up need not read them back from the disk. */
  readonly recent: RecentRecords = new RecentRecords();

  private constructor(parts: SegmentLogParts, opened: { segments: Segment[]; handle: FileHandle; scan: SegmentScan }) {
    this.#parts = parts;
    this.#segments = opened.segments;
    this.#handle = opened.handle;
    this.#position = opened.scan.bytes;
    this.#size = opened.scan.size;
    this.scan = opened.scan;
  }

  static async open(parts: SegmentLogParts): Promise<SegmentLog> {
    await mkdir(parts.folder, { recursive: true, mode: 0o700 });
    const segments = await listSegments(parts.folder);
    const last = segments.at(-1) ?? segmentAt(parts.folder, 0);
    const handle = await open(last.file, segments.length === 0 ? 'wx+' : 'r+', 0o600);
    try {
      if (segments.length === 0) segments.push(last);
      const scan = await scanSegment(last);
      if (scan.tornBytes > 0) await handle.truncate(scan.bytes);
      // What was found may only be in the page cache of a machine that is still up: make it durable before building on it.
      await handle.datasync();
      await syncFolder(parts.folder);
      return new SegmentLog(parts, { segments, handle, scan });
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Records that are durable. */
  get size(): number {
    return this.#size;
  }
  get state(): LogState {
    return this.#state;
  }
  get segments(): readonly Segment[] {
    return this.#segments;
  }
  get outstanding(): number {
    return this.#pending.length + this.#inFlight;
  }
  /** Mean bytes of a record since the start, for estimates of lag. */
  get recordBytes(): number {
    return this.#size === this.scan.size ? 0 : this.#bytesWritten / (this.#size - this.scan.size);
  }

  onDurable(listener: (size: number) => void): void {
    this.#listeners.push(listener);
  }

  /** Resolves with the record's index once it is durable; waits when too many are outstanding. */
  async append(encode: Encode): Promise<number> {
    while (this.outstanding >= OUTSTANDING_MAX && this.#state === 'open') {
      if (this.#waiting.length >= WAITING_MAX) throw refused('Too many records wait for the ledger.');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.#state !== 'open') throw refused(`The ledger cannot be written (${this.#state}).`);
    return new Promise((resolve, reject) => {
      this.#pending.push({ encode, resolve, reject });
      this.#schedule();
    });
  }

  /** Everything appended so far is durable or refused when it resolves. */
  async flush(): Promise<void> {
    while (this.outstanding > 0 && this.#state === 'open') {
      this.#start();
      await this.#work;
    }
  }

  async close(): Promise<void> {
    await this.flush();
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#probe !== null) clearTimeout(this.#probe);
    this.#state = 'closed';
    this.#release();
    await this.#work;
    await this.#handle.close();
  }

  #schedule(): void {
    if (this.#work !== null) return;
    if (this.#pending.length >= GROUP_MIN) this.#start();
    else {
      const waitMs = this.#takenAtMs + this.#parts.flushMs - performance.now();
      this.#timer ??= setTimeout(() => this.#start(), Math.max(0, waitMs));
    }
  }

  #start(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#work !== null || this.#pending.length === 0) return;
    this.#work = this.#commitAll().finally(() => {
      this.#work = null;
      this.#release();
      if (this.#pending.length > 0 && this.#state === 'open') this.#schedule();
    });
  }

  /** While one group is on its way to the disk the next one is encoded. Never throws: each record is told its own outcome. */
  async #commitAll(): Promise<void> {
    let group = await this.#encode(this.#size);
    while (group.taken.length > 0) {
      const written = this.#write(group).then(
        () => null,
        (error: unknown) => ({ error }),
      );
      const isMore = this.#pending.length >= GROUP_MIN;
      const following = isMore ? await this.#encode(this.#size + group.taken.length) : null;
      const failure = await written;
      if (failure !== null) return this.#fail([...group.taken, ...(following?.taken ?? [])], failure.error);
      this.#acknowledge(group);
      if (following === null) return;
      group = following;
    }
  }

  #acknowledge({ taken, frames }: Group): void {
    const first = this.#size;
    this.recent.add(frames.map((bytes, place) => frameOf(bytes, { index: first + place, group: first })));
    this.#size += taken.length;
    this.#inFlight -= taken.length;
    taken.forEach(({ resolve }, place) => resolve(first + place));
    this.#release();
    for (const listener of this.#listeners) listener(this.#size);
  }

  async #encode(first: number): Promise<Group> {
    const pending = this.#pending.splice(0, GROUP_MAX);
    this.#takenAtMs = performance.now();
    this.#inFlight += pending.length;
    const frames: Buffer[] = [];
    const taken: Pending[] = [];
    for (const [place, record] of pending.entries()) {
      if (place > 0 && place % SLICE_MAX === 0) await nextTurn();
      try {
        const index = first + taken.length;
        frames.push(writeFrame(record.encode(index), { index, group: first }));
        taken.push(record);
      } catch (error) {
        this.#inFlight -= 1;
        record.reject(error);
      }
    }
    return { frames, taken };
  }

  async #write({ frames }: Group): Promise<void> {
    const bytes = Buffer.concat(frames);
    if (this.#position > 0 && this.#position + bytes.length > this.#parts.segmentBytesMax) await this.#rotate();
    const { size } = await this.#handle.stat();
    if (size !== this.#position) {
      this.#state = 'fenced';
      throw refused('Another process writes this ledger.');
    }
    await Promise.all([writeAll(this.#handle, bytes, this.#position), this.#parts.beforeSync()]);
    await this.#handle.datasync();
    this.recent.mark({ index: this.#size, segment: this.#segments.at(-1)?.first ?? 0, offset: this.#position });
    this.#position += bytes.length;
    this.#bytesWritten += bytes.length;
  }

  async #rotate(): Promise<void> {
    const segment = segmentAt(this.#parts.folder, this.#size);
    const handle = await open(segment.file, 'wx+', 0o600);
    try {
      await syncFolder(path.dirname(segment.file));
    } catch (error) {
      await handle.close();
      // Left behind, it would make every later try fail.
      await rm(segment.file, { force: true });
      throw error;
    }
    const old = this.#handle;
    this.#handle = handle;
    this.#position = 0;
    this.#segments.push(segment);
    await old.close();
  }

  /** Nothing that was refused may appear later: the half-written group is cut off before anybody is told. */
  async #fail(group: readonly Pending[], error: unknown): Promise<void> {
    if (this.#state === 'open') {
      this.#state = 'full';
      this.#parts.log.error({ err: error, size: this.#size }, 'the ledger cannot be written; records are refused until it can');
      await this.#handle.truncate(this.#position).catch(() => {});
      this.#probeLater();
    }
    const refusal = error instanceof Refusal ? error : refused('The ledger could not be written.', error);
    this.#inFlight -= group.length;
    for (const { reject } of [...group, ...this.#pending.splice(0)]) reject(refusal);
  }

  #probeLater(): void {
    this.#probe = setTimeout(() => void this.#tryAgain(), PROBE_MS);
    this.#probe.unref();
  }

  /** Writes zeros behind the last record and takes them back: only a write proves that there is room again. */
  async #tryAgain(): Promise<void> {
    if (this.#state !== 'full') return;
    try {
      await this.#handle.truncate(this.#position);
      await writeAll(this.#handle, Buffer.alloc(PROBE_BYTES), this.#position);
      await this.#handle.datasync();
      await this.#handle.truncate(this.#position);
      await this.#handle.datasync();
      this.#state = 'open';
      this.#parts.log.warn({ size: this.#size }, 'the ledger can be written again');
    } catch {
      await this.#handle.truncate(this.#position).catch(() => {});
      this.#probeLater();
    }
  }

  #release(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** A full disk shows as a short write before it shows as an error. */
async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    if (bytesWritten === 0) throw refused('The disk takes no more bytes.');
    written += bytesWritten;
  }
}
