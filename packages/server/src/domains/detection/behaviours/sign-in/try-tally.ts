import { z } from 'zod';
import { EventWindow } from '../state/event-window.ts';
import { tryEntrySchema, type TryEntry } from './sign-in-try.ts';

/** More than one source sends in ten minutes of what still has to be told apart; then the newest are counted. */
const ENTRIES_MAX = 1024;
const SAVED_ENTRIES_MAX = 256;

/** What strangers did with one account. */
export interface Tried {
  failed: number;
  ok: number;
}

const savedHead = z.object({
  firedAt: z.number(),
  told: z.array(z.string().max(512)).max(10_000),
  entries: z.array(z.unknown()),
});

/**
 * The tries of one source, counted as they come and go. Devices that signed in to the account before are counted apart: whoever
 * tries stolen passwords has none of them, and an office whose sign-in is out of order has many.
 */
export class TryTally {
  readonly #window: EventWindow<TryEntry>;
  /** Of strangers only. */
  readonly #accounts = new Map<string, Tried>();
  #failed = 0;
  #ok = 0;
  #known = 0;
  #knownFailed = 0;
  /** When it was told last, and of what. */
  firedAt = 0;
  /** Made when it is needed: most sources are never told of. */
  #told: Set<string> | null = null;

  constructor(widthMs: number, entriesMax = ENTRIES_MAX) {
    this.#window = new EventWindow({ widthMs, entriesMax, onGone: (entry) => this.#count(entry, -1) });
  }

  add(entry: TryEntry): void {
    // Counted first: what is too much goes within the same call.
    this.#count(entry, 1);
    if (!this.#window.add(entry)) this.#count(entry, -1);
  }

  advance(now: number): void {
    this.#window.advance(now);
  }

  clear(): void {
    this.#window.clear();
  }

  #count({ account, isOk, isKnown }: TryEntry, by: 1 | -1): void {
    if (isKnown) {
      this.#known += by;
      if (!isOk) this.#knownFailed += by;
      return;
    }
    if (isOk) this.#ok += by;
    else this.#failed += by;
    const tried = this.#accounts.get(account) ?? { failed: 0, ok: 0 };
    tried[isOk ? 'ok' : 'failed'] += by;
    if (tried.failed + tried.ok <= 0) this.#accounts.delete(account);
    else this.#accounts.set(account, tried);
  }

  /** Oldest first, of strangers and others. */
  get entries(): readonly TryEntry[] {
    return this.#window.entries;
  }

  /** Of all tries, also those that were too many to keep. */
  get tries(): number {
    return this.entries.length + this.#window.cut;
  }

  get accounts(): ReadonlyMap<string, Tried> {
    return this.#accounts;
  }

  get failed(): number {
    return this.#failed;
  }

  /** Of the tries of strangers. */
  get failedShare(): number {
    return this.#failed === 0 ? 0 : this.#failed / (this.#failed + this.#ok);
  }

  get known(): number {
    return this.#known;
  }

  get knownShare(): number {
    return this.#known === 0 ? 0 : this.#known / this.entries.length;
  }

  get knownFailedShare(): number {
    return this.#known === 0 ? 0 : this.#knownFailed / this.#known;
  }

  get newest(): number {
    return this.#window.newest;
  }

  get lastedMs(): number {
    return this.#window.newest - this.#window.oldest;
  }

  get told(): Set<string> {
    this.#told ??= new Set();
    return this.#told;
  }

  save(): unknown {
    return { firedAt: this.firedAt, told: [...(this.#told ?? [])], entries: this.entries.slice(-SAVED_ENTRIES_MAX) };
  }

  /** What of it can be used is taken; false = nothing of it. */
  load(state: unknown): boolean {
    const { success, data } = savedHead.safeParse(state);
    if (!success) return false;
    this.firedAt = data.firedAt;
    for (const one of data.told) this.told.add(one);
    for (const entry of data.entries.slice(-SAVED_ENTRIES_MAX)) {
      const read = tryEntrySchema.safeParse(entry);
      if (read.success) this.add(read.data);
    }
    return this.entries.length > 0;
  }
}
