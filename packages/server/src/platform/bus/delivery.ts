import type { EventRecord } from '@holdfast/contract';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import type { Log } from '../log.ts';
import { claimDue, finish, markHandled, nextDueIn, postpone, readHandled, type DueEvent } from './outbox.ts';

const ATTEMPTS_MAX = 12;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MS_MAX = 60_000;
/** Another node may have died holding a lease: look again at least this often. */
const POLL_MS_MAX = 30_000;
/** Between two looks, so that a row due now but locked elsewhere is no busy loop. */
const WAIT_MS_MIN = 20;
const BATCHES_PER_ROUND_MAX = 1000;

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

/** At least once after the commit: claim, hand over, mark, finish; a handler that fails is tried again with growing waits. */
export function createDelivery({ db, clock, log }: { db: Database; clock: Clock; log: Log }): Delivery {
  const subscriptions: Subscription[] = [];
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let isStarted = false;
  let isWoken = false;

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

  const round = async (): Promise<void> => {
    for (let batch = 0; batch < BATCHES_PER_ROUND_MAX && isStarted; batch += 1) {
      isWoken = false;
      const due = await claimDue(db, clock.now());
      for (const each of due) await deliver(each);
      if (due.length === 0 && !isWoken) return;
    }
  };

  const schedule = (waitMs: number): void => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => wake(), waitMs);
    timer.unref();
  };

  const wake = (): void => {
    if (!isStarted) return;
    isWoken = true;
    if (running !== null) return;
    running = round()
      .then(() => nextDueIn(db, clock.now()))
      .then((waitMs) => Math.min(waitMs ?? POLL_MS_MAX, POLL_MS_MAX))
      .catch((error: unknown) => {
        log.warn({ err: error }, 'events wait: the outbox cannot be read');
        return BACKOFF_FIRST_MS;
      })
      .then((waitMs) => {
        running = null;
        if (!isStarted) return;
        if (isWoken) wake();
        else schedule(Math.max(waitMs, WAIT_MS_MIN));
      });
  };

  return {
    subscribe: (subscription) => {
      const isTaken = subscriptions.some(
        ({ subscriber, type }) => subscriber === subscription.subscriber && type === subscription.type,
      );
      if (isTaken) throw new Error(`assertion: ${subscription.subscriber} subscribes twice to ${subscription.type}`);
      subscriptions.push(subscription);
    },
    start: () => {
      isStarted = true;
      wake();
    },
    wake,
    tellNow: async (event) => {
      for (const subscription of listenersOf(event)) await tell(subscription, event);
    },
    settle: async () => {
      wake();
      while (running !== null) await running;
    },
    close: async () => {
      isStarted = false;
      if (timer !== null) clearTimeout(timer);
      await running;
    },
  };
}
