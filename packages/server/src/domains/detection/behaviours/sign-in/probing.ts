import { evidenceSchema, EVIDENCE_MAX, type Evidence } from '@holdfast/contract';
import { z } from 'zod';
import { BucketSums } from '../state/bucket-sums.ts';
import { EventWindow } from '../state/event-window.ts';

const PROBES_MAX = 512;
const PARTS = 10;

/** Which account was asked for, and how that was answered: status and length; empty = not known. */
export interface Probed {
  readonly time: number;
  readonly account: string;
  readonly answer: string;
}

const saved = z.object({
  firedAt: z.number(),
  requests: z.unknown(),
  probes: z
    .array(z.object({ time: z.number(), account: z.string().max(256), answer: z.string().max(64), evidence: evidenceSchema }))
    .max(PROBES_MAX + 1),
});

type Kept = Probed & { readonly evidence: Evidence };

/** What one network asks for at forms that take a name. */
export class Probing {
  readonly #window: EventWindow<Kept>;
  readonly #accounts = new Map<string, number>();
  /** All requests of the source. */
  readonly requests: BucketSums;
  firedAt = 0;
  #newest = 0;

  constructor(widthMs: number) {
    this.requests = new BucketSums(widthMs, PARTS);
    this.#window = new EventWindow({ widthMs, entriesMax: PROBES_MAX, onGone: (kept) => this.#count(kept, -1) });
  }

  add(probed: Probed, evidence: Evidence): void {
    const kept = { ...probed, evidence };
    this.#newest = Math.max(this.#newest, probed.time);
    this.#count(kept, 1);
    if (!this.#window.add(kept)) this.#count(kept, -1);
  }

  #count({ account }: Kept, by: 1 | -1): void {
    const count = (this.#accounts.get(account) ?? 0) + by;
    if (count <= 0) this.#accounts.delete(account);
    else this.#accounts.set(account, count);
  }

  get accounts(): number {
    return this.#accounts.size;
  }

  get count(): number {
    return this.#window.entries.length + this.#window.cut;
  }

  get probes(): readonly Probed[] {
    return this.#window.entries;
  }

  get evidence(): Evidence[] {
    return this.#window.entries.slice(-EVIDENCE_MAX).map(({ evidence }) => evidence);
  }

  get newest(): number {
    return Math.max(this.#newest, this.requests.newestMs);
  }

  get lastedMs(): number {
    return this.#window.newest - this.#window.oldest;
  }

  save(): unknown {
    return { firedAt: this.firedAt, requests: this.requests.save(), probes: this.#window.entries };
  }

  static load(state: unknown, widthMs: number): Probing | null {
    const { success, data } = saved.safeParse(state);
    if (!success) return null;
    const probing = new Probing(widthMs);
    probing.firedAt = data.firedAt;
    probing.requests.load(data.requests);
    for (const { evidence, ...probed } of data.probes) probing.add(probed, evidence);
    return probing;
  }
}
