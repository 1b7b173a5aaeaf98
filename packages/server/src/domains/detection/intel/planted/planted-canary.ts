import { intelEvents, requestCompleted, type EventRecord } from '@holdfast/contract';
import { entryId } from '../../../../platform/lookup/entry-id.ts';
import { textOf } from '../../watch/fields/payload.ts';
import { detectionsOf } from '../listed-event.ts';
import { PLANTED_SOURCE } from './planted-source.ts';

/** Met later than this it is missed: the table is made, the snapshot follows, and gateways load it beside their requests. */
const MISSED_MS = 60_000;
/** Gateways may be quicker than whoever planted it. */
const EARLY_MAX = 16;

export interface PlantedView {
  readonly plantedAt: number | null;
  readonly seenAt: number | null;
  readonly outcome: 'waiting' | 'seen' | 'missed' | 'idle';
}

interface Planted {
  readonly id: string;
  readonly at: number;
  readonly sinceMs: number;
}

/** The canary of threat intelligence: planted in the table, and found when a gateway meets it and a detection comes of that. */
export class PlantedCanary {
  readonly #met = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();
  #planted: Planted | null = null;

  /** Null = there is no table. */
  follow(planted: { readonly host: string; readonly at: number } | null, monotonicMs: number): void {
    const id = planted === null ? null : idOf(planted.host);
    if (id === this.#planted?.id) return;
    this.#planted = planted === null || id === null ? null : { id, at: planted.at, sinceMs: monotonicMs };
  }

  observe(event: EventRecord): void {
    if (event.type !== intelEvents.canaryMet.type || event.payload['isRefused'] !== true) return;
    for (const { entities } of detectionsOf(pretended(event)))
      for (const { kind, value } of entities) if (kind === 'indicator') this.#meet(value, event.time);
  }

  /** Resolves when a gateway met this one. */
  async whenMet(host: string): Promise<void> {
    const id = idOf(host);
    if (this.#met.has(id)) return;
    // oxlint-disable-next-line promise/avoid-new -- an event of somebody else
    await new Promise<void>((done) => {
      this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), done]);
    });
  }

  forget(host: string): void {
    this.#waiting.delete(idOf(host));
  }

  view(monotonicMs: number): PlantedView {
    if (this.#planted === null) return { plantedAt: null, seenAt: null, outcome: 'idle' };
    const { id, at, sinceMs } = this.#planted;
    const seenAt = this.#met.get(id) ?? null;
    const isLate = monotonicMs - sinceMs > MISSED_MS;
    return { plantedAt: at, seenAt, outcome: seenAt !== null ? 'seen' : isLate ? 'missed' : 'waiting' };
  }

  #meet(id: string, time: number): void {
    if (!this.#met.has(id)) this.#met.set(id, time);
    for (const old of this.#met.keys()) if (this.#met.size > EARLY_MAX && old !== this.#planted?.id) this.#met.delete(old);
    for (const done of this.#waiting.get(id) ?? []) done();
    this.#waiting.delete(id);
  }
}

const idOf = (host: string): string => entryId(PLANTED_SOURCE, 'host', host);

/** As the record of a request would be told: it is found by what finds those. */
function pretended(event: EventRecord): EventRecord {
  const detail = textOf(event.payload, 'detail') ?? '';
  const steps = [{ step: 'intel', verdict: 'listed', detail }];
  return { ...event, type: requestCompleted.type, payload: { address: '192.0.2.0', steps } };
}
