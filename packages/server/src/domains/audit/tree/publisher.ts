import {
  decodeBundle,
  LedgerError,
  openCheckpoint,
  signCheckpoint,
  TileLog,
  tileWidth,
  type Head,
  type TileWrite,
} from '@holdfast/ledger';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../../platform/clock.ts';
import type { Log } from '../../../platform/log.ts';
import type { LastSigned } from './last-signed.ts';
import { Cursor } from '../segments/segment-cursor.ts';
import type { SegmentLog } from '../segments/segment-log.ts';
import type { SigningKeys } from './signing-key.ts';
import { CHECKPOINT_FILE, TRUST_FILE, type TreeFiles } from './tree-files.ts';

/** While the log grows a checkpoint is published this often. */
export const PUBLISH_MS = 1000;
/** While it does not, the published files are looked after this often. */
export const IDLE_MS = 60_000;
/** Records read at a time: some milliseconds of hashing between turns of the event loop. */
const CHUNK_RECORDS = 256;

/** Records that one head adds at most. */
const STEP_RECORDS = 32_768;

/** `damaged` = the log disagrees with what was signed: records are still taken, but no new head is signed. */
export type PublisherState = 'starting' | 'ok' | 'damaged';

export interface Published {
  readonly size: number;
  readonly root: Uint8Array;
  readonly note: string;
}

export interface PublisherParts {
  readonly segments: SegmentLog;
  readonly files: TreeFiles;
  readonly keys: SigningKeys;
  readonly signed: LastSigned;
  readonly clock: Clock;
  readonly log: Log;
  /** Told once for each thing found damaged. */
  readonly onDamage: (damage: { place: string; index: number | null; repaired: boolean }) => void;
}

/** Follows the segments, keeps the tree's files and signs its head. It is the only one that signs. */
export class Publisher {
  readonly #parts: PublisherParts;
  #tree: TileLog = TileLog.empty();
  #cursor: Cursor;
  readonly #unstored: TileWrite[] = [];
  #published: Published | null = null;
  #state: PublisherState = 'starting';
  #turn: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #publishedAtMs = -Infinity;
  #isIdle = false;
  #isClosed = false;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
    this.#cursor = new Cursor(parts.segments, 0);
  }

  get state(): PublisherState {
    return this.#state;
  }
  get published(): Published | null {
    return this.#published;
  }

  /** Brings the tree to the end of the segments, compares it with everything that was signed before, and signs. */
  async recover(): Promise<void> {
    try {
      await this.#recover();
      this.#state = 'ok';
    } catch (error) {
      this.#refuse(error);
    }
    await this.publish();
  }

  /** Keeps publishing. */
  start(): void {
    this.#parts.segments.onDurable(() => this.#grew());
    this.#schedule();
  }

  /** Publishes what is durable now, if that is more than before. One at a time; a failure is logged and tried again later. */
  publish(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#publish());
    return this.#turn;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.publish();
    await this.#cursor.close();
  }

  #schedule(): void {
    if (this.#timer !== null || this.#isClosed) return;
    const isBehind = this.#parts.segments.size > (this.#published?.size ?? -1);
    const sinceMs = performance.now() - this.#publishedAtMs;
    const waitMs = Math.max(0, (isBehind ? PUBLISH_MS : IDLE_MS) - sinceMs);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.publish().then(() => this.#schedule());
    }, waitMs);
    this.#timer.unref();
    this.#isIdle = !isBehind;
  }

  /** A timer of the idle kind must not keep the first record after a quiet time waiting. */
  #grew(): void {
    if (this.#timer !== null && this.#isIdle) {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
    this.#schedule();
  }

  async #publish(): Promise<void> {
    this.#publishedAtMs = performance.now();
    if (this.#state === 'damaged') return;
    try {
      if (this.#parts.segments.size === this.#published?.size) return await this.#look(this.#published);
      const { size } = this.#parts.segments;
      // In steps, so that heads are signed during a flood and not only after it.
      do {
        await this.#follow(Math.min(size, this.#tree.size + STEP_RECORDS));
        await this.#sign();
      } while (this.#tree.size < size);
    } catch (error) {
      if (error instanceof LedgerError) this.#refuse(error);
      else this.#parts.log.warn({ err: error }, 'no checkpoint could be published; it is tried again');
    }
  }

  /** Nothing new: the published files must still be what was published. */
  async #look({ note }: Published): Promise<void> {
    const { files, keys, onDamage } = this.#parts;
    for (const [name, wanted] of [[CHECKPOINT_FILE, note] as const, [TRUST_FILE, keys.trustText] as const]) {
      if ((await files.read(name))?.toString() === wanted) continue;
      await files.replace(name, wanted);
      onDamage({ place: name, index: null, repaired: true });
    }
  }

  async #sign(): Promise<void> {
    const { files, keys, signed, clock } = this.#parts;
    const head = this.#tree.head();
    await files.writeTiles(head.writes);
    await files.syncNames();
    await signed.advance(head, files.readTile);
    const note = signCheckpoint({ origin: keys.origin, size: head.size, root: head.root }, keys.signers());
    if ((await files.read(CHECKPOINT_FILE))?.toString() !== note) await files.replace(CHECKPOINT_FILE, note);
    await keys.retire(head.size, clock.now());
    if ((await files.read(TRUST_FILE))?.toString() !== keys.trustText) await files.replace(TRUST_FILE, keys.trustText);
    this.#published = { size: head.size, root: head.root, note };
  }

  /** Reads records into the tree and stores the tiles that became full, which are written while the next ones are hashed. */
  async #follow(size: number): Promise<void> {
    let storing = this.#store();
    try {
      while (this.#tree.size < size) {
        const step = await this.#cursor.next(size, CHUNK_RECORDS);
        if (step.kind === 'lost') {
          throw new LedgerError('entry-malformed', `record ${step.from} of the log cannot be read`, { index: step.from });
        }
        this.#unstored.push(...this.#tree.append(step.frames.map(({ entry }) => entry)).writes);
        await storing;
        storing = this.#store();
        // Whoever awaits it sees the failure; here it only must not count as unhandled meanwhile.
        storing.catch(() => {});
        await nextTurn();
      }
    } finally {
      await storing;
    }
    await this.#store();
  }

  /** A tile whose writing failed stays here and is written before anything is signed: the tree is past it already. */
  async #store(): Promise<void> {
    while (this.#unstored.length > 0) {
      const writes = [...this.#unstored];
      await this.#parts.files.writeTiles(writes);
      this.#unstored.splice(0, writes.length);
    }
  }

  async #recover(): Promise<void> {
    const { files, segments, signed } = this.#parts;
    const checkpoint = await this.#readCheckpoint();
    const known = [checkpoint, signed.head].filter((head) => head !== null).toSorted((a, b) => a.size - b.size);
    const last = known.at(-1) ?? null;
    await files.dropUnsigned({ signed: last?.size ?? 0, size: segments.size });
    let isTreeGood = checkpoint !== null && (await this.#resume(checkpoint));
    if (last !== null && segments.size < last.size) {
      await this.#refill(last.size);
      isTreeGood = false;
    }
    if (isTreeGood) isTreeGood = await this.#reaches(known);
    if (!isTreeGood) {
      await this.#restart(TileLog.empty());
      if (!(await this.#reaches(known)))
        throw new LedgerError('head-inconsistent', 'the segments do not add up to the last signed head');
      if (last !== null) this.#parts.onDamage({ place: `tree of ${last.size} records`, index: null, repaired: true });
    }
    await this.#follow(segments.size);
    await files.writeTiles(this.#tree.head().writes);
  }

  /** Null = there is none that our own keys signed. */
  async #readCheckpoint(): Promise<Head | null> {
    const { files, keys } = this.#parts;
    const note = await files.read(CHECKPOINT_FILE);
    if (note === null) return null;
    try {
      return openCheckpoint(note, keys.trust);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      this.#parts.onDamage({ place: CHECKPOINT_FILE, index: null, repaired: true });
      return null;
    }
  }

  async #resume(head: Head): Promise<boolean> {
    try {
      const tree = await TileLog.resume(head.size, this.#parts.files.readTile);
      if (!isSameRoot(tree.head(), head)) return false;
      await this.#restart(tree);
      return true;
    } catch (error) {
      if (error instanceof LedgerError) return false;
      throw error;
    }
  }

  async #restart(tree: TileLog): Promise<void> {
    await this.#cursor.close();
    this.#unstored.length = 0;
    this.#tree = tree;
    this.#cursor = new Cursor(this.#parts.segments, tree.size);
  }

  /** Whether the tree, grown from where it is, has each of these roots at its size. */
  async #reaches(heads: readonly Head[]): Promise<boolean> {
    for (const head of heads) {
      if (head.size < this.#tree.size) continue;
      await this.#follow(head.size);
      if (!isSameRoot(this.#tree.head(), head)) return false;
    }
    return true;
  }

  /** The last segment lost records that were signed: the entry bundles hold the same bytes, and the signed root will judge them. */
  async #refill(size: number): Promise<void> {
    const { segments, files } = this.#parts;
    while (segments.size < size) {
      const first = segments.size;
      const index = Math.floor(first / tileWidth);
      const width = Math.min(tileWidth, size - index * tileWidth);
      const bundle = await files.readTile('entries', index, width);
      if (bundle === null) throw new LedgerError('head-inconsistent', `the log has ${first} records but ${size} were signed`);
      const entries = decodeBundle(bundle, width).slice(first - index * tileWidth);
      await Promise.all(entries.map((entry) => segments.append(() => entry)));
      this.#parts.onDamage({ place: `segments from record ${first}`, index: first, repaired: true });
    }
  }

  #refuse(error: unknown): void {
    if (this.#state === 'damaged') return;
    this.#state = 'damaged';
    const index = error instanceof LedgerError ? (error.place.index ?? null) : null;
    this.#parts.log.error({ err: error }, 'the ledger disagrees with what was signed: no new head is signed');
    const place = error instanceof LedgerError ? `${error.code}: ${error.message}` : 'the signed head could not be checked';
    this.#parts.onDamage({ place, index, repaired: false });
  }
}

function isSameRoot(a: Head, b: Head): boolean {
  return a.size === b.size && Buffer.compare(a.root, b.root) === 0;
}
