import type { EventRecord, WatchHealth } from '@holdfast/contract';
import { randomBytes } from 'node:crypto';
import { CANARIES } from '../canary-events.ts';

const CANARY_EVERY_MS = 900_000;
/** Seen later than this is missed. */
const MISSED_MS = 60_000;
const NONCE_BYTES = 12;

interface Planted {
  readonly nonce: string;
  readonly plantedAt: number;
  readonly sinceMs: number;
  seenAt: number | null;
  isMissed: boolean;
}

type NewCanary = (payload: { readonly canary: string; readonly nonce: string }) => EventRecord;

/** Events that are planted to see whether the watch finds them. Nobody can guess what makes one count as found. */
export class Canaries {
  readonly #newCanary: NewCanary;
  readonly #planted = new Map<string, Planted>();
  #dueMs = Number.NEGATIVE_INFINITY;

  constructor(newCanary: NewCanary) {
    this.#newCanary = newCanary;
  }

  /** The events of one round; none when it is not due. */
  plant(now: { readonly wallMs: number; readonly monotonicMs: number }): readonly EventRecord[] {
    if (now.monotonicMs < this.#dueMs) return [];
    this.#dueMs = now.monotonicMs + CANARY_EVERY_MS;
    return CANARIES.flatMap(({ name, steps }) => {
      const nonce = randomBytes(NONCE_BYTES).toString('hex');
      this.#planted.set(name, { nonce, plantedAt: now.wallMs, sinceMs: now.monotonicMs, seenAt: null, isMissed: false });
      return Array.from({ length: steps }, () => this.#newCanary({ canary: name, nonce }));
    });
  }

  /** The next round begins at once. */
  plantSoon(): void {
    this.#dueMs = Number.NEGATIVE_INFINITY;
  }

  seen({ name, nonce }: { readonly name: string; readonly nonce: string }, wallMs: number): void {
    const planted = this.#planted.get(name);
    if (planted?.nonce !== nonce) return;
    planted.seenAt = wallMs;
    planted.isMissed = false;
  }

  /** Names of those that were not seen in time. */
  missed(monotonicMs: number): readonly string[] {
    for (const planted of this.#planted.values())
      if (planted.seenAt === null && monotonicMs - planted.sinceMs > MISSED_MS) planted.isMissed = true;
    return [...this.#planted].filter(([, { isMissed }]) => isMissed).map(([name]) => name);
  }

  view(): WatchHealth['canaries'] {
    return CANARIES.map(({ name }) => {
      const planted = this.#planted.get(name);
      if (planted === undefined) return { name, plantedAt: null, seenAt: null, outcome: 'waiting' };
      const { plantedAt, seenAt, isMissed } = planted;
      return { name, plantedAt, seenAt, outcome: seenAt !== null ? 'seen' : isMissed ? 'missed' : 'waiting' };
    });
  }
}
