import { detectionEvents, type Detection, type EventRecord } from '@holdfast/contract';
import type { Bus } from '../../../../platform/bus/bus.ts';
import type { Clock } from '../../../../platform/clock.ts';
import type { Log } from '../../../../platform/log.ts';

/** Why events are not judged. */
export type Cause = 'silent' | 'behind' | 'canary' | 'failed';

export interface TroubleParts {
  readonly bus: Pick<Bus, 'newEvent' | 'record'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly node: string;
  /** The watch cannot tell of itself when it is ill: this comes from outside of it. */
  readonly onDetection: (detection: Detection) => void;
}

const DETAIL_MAX = 300;

/** What is wrong with the watch: told once when it begins, and once when it is over. */
export class Trouble {
  readonly #parts: TroubleParts;
  readonly #current = new Map<Cause, string>();
  #begun: { readonly atMs: number; readonly missed: number } | null = null;

  constructor(parts: TroubleParts) {
    this.#parts = parts;
  }

  get causes(): ReadonlySet<Cause> {
    return new Set(this.#current.keys());
  }

  /** In words; null = all is well. */
  get detail(): string | null {
    const [first] = this.#current.values();
    return first ?? null;
  }

  raise(cause: Cause, detail: string, missed: number): void {
    if (this.#current.has(cause)) return;
    this.#current.set(cause, detail);
    const { bus, clock, log, node, onDetection } = this.#parts;
    this.#begun ??= { atMs: clock.monotonicMs(), missed };
    log.error({ cause, detail }, 'the watch does not judge events');
    const event = bus.newEvent(detectionEvents.watchStopped, {
      payload: { cause, detail: detail.slice(0, DETAIL_MAX) },
      outcome: 'failed',
    });
    this.#record(event);
    onDetection({
      kind: 'health',
      detector: `watch-${cause}`,
      title: 'Events are not judged',
      severity: 'critical',
      time: clock.now(),
      application: null,
      entities: [{ kind: 'application', value: node }],
      reason: detail.slice(0, DETAIL_MAX),
      figures: { cause },
      attacks: [],
      evidence: [
        {
          event: event.id,
          type: event.type,
          time: event.time,
          requestId: null,
          outcome: event.outcome,
          summary: detail.slice(0, DETAIL_MAX),
        },
      ],
      events: 1,
      answers: [],
    });
  }

  /** `missed` counts since the start; what is told is what was missed meanwhile. */
  clear(cause: Cause, missed: number): void {
    if (!this.#current.delete(cause) || this.#current.size > 0 || this.#begun === null) return;
    const { bus, clock, log } = this.#parts;
    const payload = { afterMs: Math.round(clock.monotonicMs() - this.#begun.atMs), missed: missed - this.#begun.missed };
    this.#begun = null;
    log.warn(payload, 'the watch judges events again');
    this.#record(bus.newEvent(detectionEvents.watchRecovered, { payload }));
  }

  #record(event: EventRecord): void {
    const { bus, log } = this.#parts;
    bus.record(event).catch((error: unknown) => log.error({ err: error, type: event.type }, 'an event was not recorded'));
  }
}
