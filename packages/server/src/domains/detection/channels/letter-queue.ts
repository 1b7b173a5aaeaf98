import type { AlertDetail } from '@holdfast/contract';
import type { Database, Transaction } from '../../../platform/db/database.ts';
import { faultPoint } from '../../../platform/fault-point.ts';
import type { Log } from '../../../platform/log.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { readChannel, readChannels, type Channel } from './channel-store.ts';
import { fits, isUrgent, rank } from './filter.ts';
import { insertLetter, markTold } from './letter-store.ts';
import { toTold, type ToldAlert } from './message.ts';
import type { ChannelSeal } from './sealed.ts';
import { toldText, type TextMessage } from './text-message.ts';

/** Alerts that wait for the database; while it is away, more are not held. */
const HELD_MAX = 1000;
const AT_ONCE = 50;
const AGAIN_MS = 1000;

export interface QueueParts {
  readonly db: Database;
  readonly log: Log;
  readonly seal: ChannelSeal;
  readonly newId: () => string;
  readonly now: () => number;
  /** Something is to be sent. */
  readonly wake: () => void;
}

export interface LetterQueue extends AsyncDisposable {
  put(alert: AlertDetail): void;
  putIn(tx: Transaction, alert: AlertDetail): Promise<void>;
  /** How many channels have it, now or under its key before. */
  putText(tx: Transaction, text: TextMessage): Promise<number>;
  settle(): Promise<void>;
}

interface Put {
  readonly alert: ToldAlert;
  /** Under which it counts as told. */
  readonly key: string;
  readonly channels: readonly Channel[];
}

/** Each alert becomes a row for every channel that it fits, before anything is sent. */
export function createLetterQueue({ db, log, seal, newId, now, wake }: QueueParts): LetterQueue {
  const held: ToldAlert[] = [];
  const state: { working: Promise<void> | null; timer: NodeJS.Timeout | undefined } = { working: null, timer: undefined };

  const putAt = async (tx: Transaction, { alert, key, channels }: Put): Promise<void> => {
    for (const channel of channels) {
      const time = now();
      const told = { channel: channel.id, alert: key, times: alert.times, severity: rank(alert.severity), now: time };
      if (!(await markTold(tx, told))) continue;
      const id = newId();
      const letter = { id, channel: channel.id, alert: alert.id, content: seal.sealAlert(id, alert), urgent: isUrgent(alert) };
      if (!(await insertLetter(tx, letter, time)))
        log.error({ channel: channel.name, alert: alert.id }, 'an alert is not told: too many wait at this channel');
    }
    tx.afterCommit(wake);
  };
  const putIn = async (tx: Transaction, alert: ToldAlert): Promise<void> => {
    const channels = (await readChannels(tx)).filter((channel) => fits(channel, alert));
    await putAt(tx, { alert, key: alert.id, channels });
  };
  const store = async (): Promise<void> => {
    while (held.length > 0) {
      const batch = held.slice(0, AT_ONCE);
      await db.transaction(async (tx) => {
        for (const alert of batch) await putIn(tx, alert);
      });
      faultPoint('channel-letter-queued');
      held.splice(0, batch.length);
    }
  };
  const work = async (): Promise<void> => {
    clearTimeout(state.timer);
    try {
      await store();
    } catch (error) {
      log.warn({ err: error, held: held.length }, 'alerts could not be queued for channels; it is tried again');
      state.timer = setTimeout(start, AGAIN_MS);
      state.timer.unref();
    }
    state.working = null;
  };
  const start = (): void => {
    state.working ??= work();
  };
  return {
    put(alert) {
      if (held.length >= HELD_MAX) return log.error({ alert: alert.id }, 'an alert is not told: the database takes none');
      held.push(toTold(alert));
      start();
    },
    putIn: (tx, alert) => putIn(tx, toTold(alert)),
    async putText(tx, text) {
      const alert = toldText(newId(), text, now());
      const channels =
        text.channel === null
          ? (await readChannels(tx)).filter((channel) => fits(channel, alert))
          : [await namedChannel(tx, text.channel)];
      // Keys of texts are no ids of alerts.
      await putAt(tx, { alert, key: `text:${text.key}`, channels });
      return channels.length;
    },
    settle: async () => state.working ?? undefined,
    async [Symbol.asyncDispose]() {
      await state.working;
      clearTimeout(state.timer);
    },
  };
}

async function namedChannel(tx: Transaction, word: string): Promise<Channel> {
  const channel = await readChannel(tx, word);
  const detail = channel === null ? 'there is no such channel' : 'this channel is off';
  if (channel === null || !channel.enabled) throw new Refusal('conflict', { errors: [{ pointer: '/channel', detail }] });
  return channel;
}
