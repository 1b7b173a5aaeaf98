import type { EventRecord } from '@holdfast/contract';
import { channelEvents } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Database, Transaction } from '../../../platform/db/database.ts';
import type { Log } from '../../../platform/log.ts';
import type { Metrics } from '../../../platform/metrics.ts';
import {
  claimChannel,
  countFailure,
  countSent,
  LEASE_MS,
  readDue,
  releaseChannel,
  renewLease,
  type Channel,
} from './channel-store.ts';
import { DAY_MS, isQuiet, pauseMs } from './filter.ts';
import { ChannelFault, wordsOf } from './kinds/channel-fault.ts';
import type { Kind } from './kinds/kind.ts';
import { buryLetter, buryOld, countLetters, countTries, readWaiting, removeLetters, type Letter } from './letter-store.ts';
import type { Message } from './message.ts';

const BATCH_MAX = 20;
const SEND_MS = 10_000;
/** Other nodes' letters, quiet hours that end: looked for so often when nothing wakes us. */
const LOOK_MS = 1000;
/** A message that is refused so often holds up the others no longer. */
const REFUSALS_MAX = 5;
/** So many failures in a row, a few seconds, are told: one alone is a hiccup. */
const FAILURES_TOLD = 3;
/** A process that was away for a day tries so often, minutes, before it gives anything up. */
const FAILURES_BEFORE_BURIAL = 5;
const BURIED_AT_ONCE = 200;

export interface SenderParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly log: Log;
  readonly node: string;
  readonly now: () => number;
  readonly metrics: Pick<Metrics, 'count'>;
  readonly kindOf: (channel: Channel) => Kind & { readonly name: string };
  readonly toMessage: (letter: Letter) => Message;
  /** False = the keys are put away: nothing that waits can be read. */
  readonly mayRead: () => boolean;
  /** Between 0 and 1. */
  readonly chance: () => number;
}

export interface Sender extends AsyncDisposable {
  start(): void;
  /** Looks for something to send now. */
  wake(): void;
  /** Until nothing is due. */
  settle(): Promise<void>;
}

/** Each channel on its own, one batch at a time, by one node at a time: what hangs holds up nobody else, and the order is kept. */
export function createSender(parts: SenderParts): Sender {
  const { db, log, now } = parts;
  const running = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  const state: { started: boolean; again: boolean; looking: Promise<void> | null; timer: NodeJS.Timeout | undefined } = {
    started: false,
    again: false,
    looking: null,
    timer: undefined,
  };
  const round = new ChannelRound(parts, stopping.signal);

  const send = (id: string): void => {
    if (running.has(id)) return;
    const work = round
      .run(id)
      .catch((error: unknown) => log.warn({ err: error, channel: id }, 'what waits for a channel could not be read'))
      .finally(() => running.delete(id));
    running.set(id, work);
  };
  const look = async (): Promise<void> => {
    do {
      state.again = false;
      const time = now();
      for (const { id, quiet, urgent } of await readDue(db, time)) if (urgent || !isQuiet(quiet, time)) send(id);
      // Read anew below: `wake` sets it while we wait.
    } while (state.again as boolean);
  };
  const wake = (): void => {
    if (!state.started || stopping.signal.aborted || !parts.mayRead()) return;
    state.again = true;
    state.looking ??= look()
      .catch((error: unknown) => log.warn({ err: error }, 'what waits for channels could not be read'))
      .finally(() => {
        state.looking = null;
      });
  };
  return {
    wake,
    start() {
      if (state.started) return wake();
      state.started = true;
      state.timer = setInterval(wake, LOOK_MS);
      state.timer.unref();
      wake();
    },
    async settle() {
      while (state.looking !== null || running.size > 0) {
        await state.looking;
        await Promise.all(running.values());
      }
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      clearInterval(state.timer);
      await state.looking;
      await Promise.all(running.values());
    },
  };
}

/** What is done for one channel when its turn comes. */
class ChannelRound {
  readonly #parts: SenderParts;
  readonly #stopping: AbortSignal;
  /** Failures in a row that this process saw itself. */
  readonly #seen = new Map<string, number>();

  constructor(parts: SenderParts, stopping: AbortSignal) {
    this.#parts = parts;
    this.#stopping = stopping;
  }

  /** Until nothing is due there, or nothing gets through. */
  async run(id: string): Promise<void> {
    const { db, node, now } = this.#parts;
    const channel = await claimChannel(db, id, { node, now: now() });
    if (channel === null) return;
    try {
      while (!this.#stopping.aborted && (await this.#sendSome(channel))) continue;
    } finally {
      await releaseChannel(db, id, node);
    }
  }

  /** True = there may be more. */
  async #sendSome(channel: Channel): Promise<boolean> {
    const { db, now, kindOf } = this.#parts;
    const onlyUrgent = isQuiet(channel.quiet, now());
    const letters = await readWaiting(db, channel.id, { onlyUrgent, limit: BATCH_MAX });
    const kind = kindOf(channel);
    for (let from = 0; from < letters.length; from += kind.batchMax) {
      if (!(await this.#holds(channel))) return false;
      if (!(await this.#sendOne(channel, kind, letters.slice(from, from + kind.batchMax)))) return false;
    }
    return letters.length > 0;
  }

  /** Before each message: while one was under way, the lease may have ended. */
  async #holds({ id }: Channel): Promise<boolean> {
    const { db, node, now } = this.#parts;
    return !this.#stopping.aborted && (await renewLease(db, id, { node, now: now() }));
  }

  /** False = the channel is to be left alone for a while. */
  async #sendOne(channel: Channel, kind: Kind & { readonly name: string }, letters: readonly Letter[]): Promise<boolean> {
    const { log, metrics, toMessage } = this.#parts;
    try {
      await sendWithin(kind, letters.map(readable(toMessage)), this.#stopping);
    } catch (error) {
      if (this.#stopping.aborted) return false;
      const fault = error instanceof ChannelFault ? error : new ChannelFault(wordsOf(error));
      log.warn({ channel: channel.name, kind: kind.name, trouble: fault.message }, 'alerts could not be told at a channel');
      metrics.count('holdfast_alerts_told_total', [kind.name, 'failed']);
      return this.#failed(channel, { kind, letters, fault });
    }
    metrics.count('holdfast_alerts_told_total', [kind.name, 'sent'], letters.length);
    await this.#sent(channel, letters);
    return true;
  }

  async #sent(channel: Channel, letters: readonly Letter[]): Promise<void> {
    const { db, bus, now } = this.#parts;
    const { id, name } = channel;
    this.#seen.delete(id);
    await db.transaction(async (tx) => {
      const [before] = await tx.query<{ failures: number }>('select failures from detection_channel where id = $1', [id]);
      if ((before?.failures ?? 0) >= FAILURES_TOLD) {
        const waited = (await countLetters(tx)).get(id)?.waiting ?? letters.length;
        await bus.publish(tx, [bus.newEvent(channelEvents.recovered, { payload: { channel: id, name, waited } })]);
      }
      await removeLetters(
        tx,
        letters.map((letter) => letter.id),
      );
      await countSent(tx, id, { now: now(), count: letters.length });
    });
  }

  async #failed(
    channel: Channel,
    failed: { kind: { name: string }; letters: readonly Letter[]; fault: ChannelFault },
  ): Promise<boolean> {
    const { kind, letters, fault } = failed;
    const { db, now, metrics } = this.#parts;
    const trouble = fault.message.slice(0, 300);
    const [letter] = letters;
    const isGivenUp = fault.what === 'never' || (fault.what === 'refused' && (letter?.tries ?? 0) + 1 >= REFUSALS_MAX);
    if (isGivenUp && letter !== undefined && letters.length === 1) {
      await db.transaction(async (tx) => {
        await buryLetter(tx, letter.id, { now: now(), trouble });
        await this.#tellDead(tx, channel, { letters, trouble });
      });
      metrics.count('holdfast_alerts_told_total', [kind.name, 'dead']);
      return true;
    }
    const seen = (this.#seen.get(channel.id) ?? 0) + 1;
    this.#seen.set(channel.id, seen);
    const since = await db.transaction((tx) => this.#count(tx, channel, { letters, fault, trouble }));
    if (since !== null && seen >= FAILURES_BEFORE_BURIAL) await this.#bury(channel, { kind, since, trouble });
    return false;
  }

  async #count(
    tx: Transaction,
    { id, name, failures: before }: Channel,
    { letters, fault, trouble }: { letters: readonly Letter[]; fault: ChannelFault; trouble: string },
  ): Promise<number | null> {
    const { bus, now, chance } = this.#parts;
    const time = now();
    const ids = letters.map((letter) => letter.id);
    await countTries(tx, ids, { now: time, trouble });
    const pause = pauseMs(before + 1, { chance: chance(), askedMs: fault.retryAfterMs });
    const counted = await countFailure(tx, id, { now: time, retryAt: time + pause, trouble });
    if (counted?.failures === FAILURES_TOLD) {
      const payload = { channel: id, name, detail: trouble };
      await bus.publish(tx, [bus.newEvent(channelEvents.failed, { payload, outcome: 'failed' })]);
    }
    return counted?.failingSince ?? null;
  }

  /** A day of trying is over for some: they are kept where somebody can look at them. */
  async #bury(
    channel: Channel,
    { kind, since, trouble }: { kind: { name: string }; since: number; trouble: string },
  ): Promise<void> {
    const { db, now, metrics } = this.#parts;
    for (;;) {
      const buried = await db.transaction(async (tx) => {
        const limits = { now: now(), trouble, failingSince: since, ageMs: DAY_MS, limit: BURIED_AT_ONCE };
        const letters = await buryOld(tx, channel.id, limits);
        await this.#tellDead(tx, channel, { letters, trouble });
        return letters.length;
      });
      if (buried > 0) metrics.count('holdfast_alerts_told_total', [kind.name, 'dead'], buried);
      if (buried < BURIED_AT_ONCE) return;
    }
  }

  async #tellDead(
    tx: Transaction,
    { id, name }: Channel,
    { letters, trouble }: { letters: readonly Pick<Letter, 'alert'>[]; trouble: string },
  ): Promise<void> {
    const { bus } = this.#parts;
    const events: EventRecord[] = letters.map(({ alert }) =>
      bus.newEvent(channelEvents.dead, { payload: { channel: id, name, alert, detail: trouble }, outcome: 'failed' }),
    );
    if (events.length > 0) await bus.publish(tx, events);
  }
}

/** One that does not open is nobody else's trouble. */
const readable = (toMessage: SenderParts['toMessage']) => (letter: Letter) => {
  try {
    return toMessage(letter);
  } catch {
    throw new ChannelFault('the alert that was kept does not open', { what: 'never' });
  }
};

/** Whatever a kind does with the signal, nobody waits longer than this. */
export async function sendWithin(kind: Kind, messages: readonly Message[], stopping: AbortSignal): Promise<string> {
  const ended = AbortSignal.any([stopping, AbortSignal.timeout(SEND_MS)]);
  const late = new Promise<never>((_resolve, reject) => {
    const end = (): void => reject(new ChannelFault('it did not answer within 10 seconds'));
    if (ended.aborted) end();
    ended.addEventListener('abort', end, { once: true });
  });
  return Promise.race([kind.send(messages, ended), late]);
}

if (SEND_MS >= LEASE_MS) throw new Error('assertion: a lease outlives the sending of one message');
