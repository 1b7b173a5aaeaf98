import { z } from 'zod';
import { Quantiles } from '../state/quantiles.ts';
import type { Over } from './volume.ts';

/** Hours and days of others that have to be known before somebody new is compared with them. */
const VALUES_MIN = 20;
const MOST = 0.99;
/** Fewer are no group. */
const ASKERS_MIN = 5;

const saved = z.object({ hour: z.unknown(), day: z.unknown(), askers: z.array(z.string().max(256)).max(ASKERS_MIN) });

/** What accounts and sessions of one application usually fetch. */
export class Peers {
  readonly #hour = new Quantiles();
  readonly #day = new Quantiles();
  /** The first of them; that there are others at all is what matters. */
  readonly #askers = new Set<string>();

  add({ asker, hours, days }: Over & { readonly asker: string }): void {
    if (this.#askers.size < ASKERS_MIN) this.#askers.add(asker);
    if (hours !== null) this.#hour.add(hours);
    if (days !== null) this.#day.add(days);
  }

  /** Null = there are too few others. */
  usual(window: 'hour' | 'day', asker: string): number | null {
    const others = this.#askers.size - Number(this.#askers.has(asker));
    const sketch = window === 'hour' ? this.#hour : this.#day;
    return others < ASKERS_MIN - 1 || sketch.total < VALUES_MIN ? null : sketch.at(MOST);
  }

  save(): unknown {
    return { hour: this.#hour.save(), day: this.#day.save(), askers: [...this.#askers] };
  }

  load(state: unknown): this {
    const { success, data } = saved.safeParse(state);
    if (!success) return this;
    this.#hour.load(data.hour);
    this.#day.load(data.day);
    for (const asker of data.askers) this.#askers.add(asker);
    return this;
  }
}
