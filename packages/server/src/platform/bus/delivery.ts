import type { EventRecord } from '@holdfast/contract';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import type { Log } from '../log.ts';
import { claimDue, finish, markHandled, nextDueIn, postpone, readHandled, type DueEvent, type OutboxSeal } from './outbox.ts';
import { createPump } from './pump.ts';

const ATTEMPTS_MAX = 12;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MS_MAX = 60_000;

export type Handler = (event: EventRecord) => void | Promise<void>;

export interface Subscription {
  readonly subscriber: string;
  /** One event type, or `*`. */
  readonly type: string;
  readonly handler: Handler;
}

export interface Delivery {
  subscribe(subscription: Subscription): void;
  start(): void;
  wake(): void;
  tellNow(event: EventRecord): Promise<void>;
  settle(): Promise<void>;
  close(): Promise<void>;
}

export interface DeliveryParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly keyring: OutboxSeal | null;
}

/** At least once after the commit: claim, hand over, mark, finish; a handler that fails is tried again with growing waits. */
export function createDelivery({ db, clock, log, keyring }: DeliveryParts): Delivery {
  const subscriptions: Subscription[] = [];

  const listenersOf = (event: EventRecord): Subscription[] =>
    subscriptions.filter(({ type }) => type === '*' || type === event.type);

  const tell = async ({ subscriber, handler }: Subscription, event: EventRecord): Promise<boolean> => {
    try {
      await handler(event);
      return true;
    } catch (error) {
      log.warn({ err: error, subscriber, type: event.type }, 'a subscriber failed');
      return false;
    }
  };

  const deliver = async ({ event, attempts }: DueEvent): Promise<void> => {
    const handled = await readHandled(db, event.id);
    let isComplete = true;
    for (const subscription of listenersOf(event)) {
      const { subscriber } = subscription;
      if (handled.has(subscriber)) continue;
      if (await tell(subscription, event)) await markHandled(db, { subscriber, eventId: event.id, now: clock.now() });
      else isComplete = false;
    }
    if (isComplete) return finish(db, event.id);
    if (attempts >= ATTEMPTS_MAX) {
      log.error({ type: event.type, event: event.id, attempts }, 'an event could not be delivered and is given up');
      return finish(db, event.id);
    }
    return postpone(db, event.id, clock.now() + Math.min(BACKOFF_MS_MAX, BACKOFF_FIRST_MS * 2 ** (attempts - 1)));
  };

  const pump = createPump({
    log,
    work: async () => {
      const due = await claimDue(db, clock.now(), keyring);
      for (const each of due) await deliver(each);
      return due.length > 0;
    },
    nextInMs: () => nextDueIn(db, clock.now()),
  });

  return {
    subscribe: (subscription) => {
      const { subscriber, type } = subscription;
      const isTaken = subscriptions.some((other) => other.subscriber === subscriber && other.type === type);
      if (isTaken) throw new Error(`assertion: ${subscriber} subscribes twice to ${type}`);
      subscriptions.push(subscription);
    },
    tellNow: async (event) => {
      for (const subscription of listenersOf(event)) await tell(subscription, event);
    },
    start: pump.start,
    wake: pump.wake,
    settle: pump.settle,
    close: pump.close,
  };
}
