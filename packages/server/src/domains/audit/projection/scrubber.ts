import type { VerifyView } from '@holdfast/contract';
import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from '../../../platform/db/database.ts';
import type { Log } from '../../../platform/log.ts';
import { checkRows, checkStrangers, type RowCheck } from './check-rows.ts';
import type { LastSigned } from '../tree/last-signed.ts';
import type { Projection } from './projection.ts';
import type { Publisher } from '../tree/publisher.ts';
import { repairSegment } from '../segments/repair-segment.ts';
import type { SearchKeys } from '../search/search-keys.ts';
import type { SegmentLog } from '../segments/segment-log.ts';
import type { SigningKeys } from '../tree/signing-key.ts';
import type { TreeFiles } from '../tree/tree-files.ts';
import { verifyLog, type Fault } from '../tree/verify-log.ts';

/** The whole ledger is read once in about this time, or in one bundle every `PACE_MS_MIN` if that is longer. */
const ROUND_MS = 480_000;
const PACE_MS_MIN = 4;
const PACE_MS_MAX = 2000;
const FAULTS_MAX = 1000;
const BUNDLE_RECORDS = 256;

export interface ScrubberParts {
  readonly segments: SegmentLog;
  readonly files: TreeFiles;
  readonly keys: SigningKeys;
  readonly signed: LastSigned;
  readonly publisher: Publisher;
  readonly projection: Projection;
  readonly db: Database;
  readonly searchKeys: SearchKeys;
  readonly log: Log;
  readonly onDamage: (damage: { place: string; index: number | null; repaired: boolean }) => void;
}

type Take = (fault: Fault) => Promise<void>;

/** Reads everything again, slowly and for ever; what does not fit is told, and put right where the right bytes are known. */
export class Scrubber {
  readonly #parts: ScrubberParts;
  readonly #stopping = new AbortController();
  #round: Promise<void> | null = null;

  constructor(parts: ScrubberParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#round = this.#forever();
  }

  /** Everything at once, changing nothing; names every place that does not fit. */
  async verify(): Promise<VerifyView> {
    const faults: string[] = [];
    const size = await this.#walk(
      async ({ place, index }) => {
        if (faults.length < FAULTS_MAX) faults.push(index === null ? place : `${place}, entry ${index}`);
        return Promise.resolve();
      },
      () => Promise.resolve(true),
    );
    return { ok: faults.length === 0, size, faults };
  }

  /** One whole round without pauses, with repairs. */
  async scrub(): Promise<void> {
    await this.#walk(
      (fault) => this.#repair(fault),
      () => Promise.resolve(!this.#stopping.signal.aborted),
    );
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#round;
  }

  async #walk(onFault: Take, pace: () => Promise<boolean>): Promise<number> {
    const { segments, files, keys, signed, publisher, projection, db, searchKeys } = this.#parts;
    // Looking must not repair what it looks for: only what is new is published first.
    if (segments.size !== publisher.published?.size) await publisher.publish();
    if (publisher.state === 'damaged') {
      await onFault({ place: 'the log disagrees with its last signed head', index: null, repair: null });
    }
    const rows: RowCheck = { db, origin: keys.origin, keys: searchKeys, next: () => projection.next, onFault };
    const size = await verifyLog({
      segments: segments.segments,
      files,
      keys,
      signed,
      onFault,
      onRecords: (records) => this.#whileThere(() => checkRows(records, rows)),
      repairRecords: repairSegment,
      pace,
    });
    await this.#whileThere(() => checkStrangers(segments.size, rows));
    return size;
  }

  /** A database that is away is no damage: its rows are checked in the next round. */
  async #whileThere(check: () => Promise<void>): Promise<void> {
    try {
      await check();
    } catch (error) {
      this.#parts.log.warn({ err: error }, 'rows of the ledger could not be checked');
    }
  }

  async #repair({ place, index, repair }: Fault): Promise<void> {
    let repaired = false;
    try {
      await repair?.();
      repaired = repair !== null;
    } catch (error) {
      this.#parts.log.error({ err: error, place }, 'a damaged place of the ledger could not be repaired');
    }
    this.#parts.onDamage({ place, index, repaired });
  }

  async #forever(): Promise<void> {
    const { signal } = this.#stopping;
    const pause = async (): Promise<boolean> => {
      const bundles = Math.max(1, this.#parts.segments.size / BUNDLE_RECORDS);
      const ms = Math.min(PACE_MS_MAX, Math.max(PACE_MS_MIN, ROUND_MS / bundles));
      await wait(ms, undefined, { signal, ref: false }).catch(() => {});
      return !signal.aborted;
    };
    while (!signal.aborted) {
      await wait(PACE_MS_MAX * 15, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      try {
        await this.#walk((fault) => this.#repair(fault), pause);
      } catch (error) {
        this.#parts.log.error({ err: error }, 'a round of the scrubber ended early');
      }
    }
  }
}
