import type { EventRecord, UpMessage } from '@holdfast/contract';
import type { Clock } from '../../platform/clock.ts';
import type { Identifiers } from '../identifiers.ts';

const BATCH_MAX = 200;
// `holdfast explain` is asked with the id of an answer just seen: by the time it is typed its record has arrived.
const BATCH_WAIT_MS = 50;
const QUEUE_MAX = 10_000;
/** The schema takes at most this many events in one message. */
const MESSAGE_EVENTS_MAX = 1000;

/** What the caller knows of an event; id, time, node and tenant are added here. */
export type EventDraft = Omit<EventRecord, 'id' | 'time' | 'node' | 'tenant' | 'actor'>;

export interface EventQueue {
  put(draft: EventDraft): void;
  count(metric: string, labels: readonly string[], amount: number): void;
  /** The same for a series that is counted often: found once and kept by the caller. */
  series(metric: string, labels: readonly string[]): Series;
  /** Sends what is waiting; also stops the timer when `last`. */
  flush(last?: boolean): void;
}

export interface Series {
  add(amount: number): void;
}

export interface EventQueueParts {
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly node: string;
  readonly send: (message: UpMessage) => void;
}

const VISITOR = { kind: 'visitor', ref: '' } as const;
const SERIES_MAX = 2000;

class Counted implements Series {
  readonly metric: string;
  readonly labels: string[];
  amount = 0;
  readonly #wake: () => void;

  constructor(metric: string, labels: string[], wake: () => void) {
    this.metric = metric;
    this.labels = labels;
    this.#wake = wake;
  }

  add(amount: number): void {
    this.amount += amount;
    this.#wake();
  }
}

/**
 * Events on their way up: batched, bounded, never waited for. What does not fit is counted and the count travels with the
 * next batch, so that the ledger can say that something is missing.
 */
export function createEventQueue({ clock, identifiers, node, send }: EventQueueParts): EventQueue {
  let waiting: EventRecord[] = [];
  let dropped = 0;
  let timer: NodeJS.Timeout | null = null;
  let burst: NodeJS.Immediate | null = null;
  const counters = new Map<string, Counted>();

  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    if (burst !== null) clearImmediate(burst);
    timer = null;
    burst = null;
    const events = waiting;
    waiting = [];
    for (let at = 0; at < events.length || dropped > 0; at += MESSAGE_EVENTS_MAX) {
      const lost = dropped;
      dropped = 0;
      send({ kind: 'events', events: events.slice(at, at + MESSAGE_EVENTS_MAX), dropped: lost });
    }
    const samples: [string, string[], number][] = [];
    for (const counted of counters.values()) {
      if (counted.amount > 0) samples.push([counted.metric, counted.labels, counted.amount]);
      counted.amount = 0;
    }
    if (samples.length > 0) send({ kind: 'counters', samples });
  };

  const wake = (): void => {
    timer ??= setTimeout(flush, BATCH_WAIT_MS).unref();
    // A full batch goes out at the end of this turn: the request that filled it does not pay for it.
    if (waiting.length >= BATCH_MAX) burst ??= setImmediate(flush);
  };

  const series = (metric: string, labels: readonly string[]): Counted => {
    const key = `${metric} ${labels.join(' ')}`;
    const held = counters.get(key);
    if (held !== undefined) return held;
    const made = new Counted(metric, [...labels], wake);
    // One too many is counted into nothing.
    if (counters.size < SERIES_MAX) counters.set(key, made);
    return made;
  };

  return {
    put(draft) {
      if (waiting.length >= QUEUE_MAX) {
        dropped += 1;
        return;
      }
      const time = clock.now();
      // Spread first: a copy of the whole shape, where one field after the other costs several times as much.
      waiting.push({ ...draft, id: identifiers.eventId(time), time, node, tenant: 'default', actor: VISITOR });
      wake();
    },
    count(metric, labels, amount) {
      series(metric, labels).add(amount);
    },
    series,
    flush,
  };
}
