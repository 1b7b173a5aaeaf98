import { randomBytes } from 'node:crypto';
import {
  channelChangeSchema,
  channelEvents,
  channelInputSchema,
  type AlertDetail,
  type AlertView,
  type ChannelChange,
  type ChannelInput,
  type ChannelTarget,
  type ChannelTest,
  type ChannelView,
  type DeadLetterView,
  type Page,
  type WatchHealth,
} from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Queryable, Transaction } from '../../../platform/db/database.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import type { Log } from '../../../platform/log.ts';
import type { Mail } from '../../../platform/mail/mail.ts';
import type { Metrics } from '../../../platform/metrics.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { createUlid } from '../../../platform/ulid.ts';
import { readVersion } from '../../../platform/version.ts';
import { actorName, type Actor } from '../../applications/index.ts';
import {
  insertChannel,
  makeDue,
  readChannel,
  readChannels,
  removeChannel,
  replaceChannel,
  type Channel,
} from './channel-store.ts';
import type { Channels } from './channels.ts';
import { DAY_MS, fits } from './filter.ts';
import { ChannelFault, wordsOf } from './kinds/channel-fault.ts';
import { createKind } from './kinds/kinds.ts';
import { createLetterQueue, type LetterQueue } from './letter-queue.ts';
import {
  countLetters,
  forgetOld,
  readDead,
  readTold,
  removeDead,
  revive,
  type Counts,
  type DeadLetter,
  type Letter,
} from './letter-store.ts';
import type { Message } from './message.ts';
import { createChannelSeal, type ChannelSeal } from './sealed.ts';
import { createSender, sendWithin, type Sender } from './sender.ts';
import { assertTarget, keepSecrets, withoutSecrets } from './target.ts';
import type { TextMessage } from './text-message.ts';
import { trialAlert } from './trial-alert.ts';

const CHANNELS_MAX = 50;
const KEPT_MS = 30 * DAY_MS;

export interface ChannelsParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Pick<Clock, 'now' | 'monotonicMs'>;
  readonly log: Log;
  readonly keyring: Pick<Keyring, 'seal' | 'open' | 'isSealed'>;
  readonly dataDir: string;
  readonly node: string;
  readonly metrics: Pick<Metrics, 'count' | 'set'>;
  readonly mail: Pick<Mail, 'deliver'>;
  /** Of the page that shows an alert; null = there is none. */
  readonly link: (alert: string) => string | null;
}

/**
 * Where alerts are told.
 *
 * @example const channels = createChannels(parts); await channels.start(); channels.tell(alert);
 */
export function createChannels(parts: ChannelsParts): Channels {
  return new StoredChannels(parts);
}

class StoredChannels implements Channels {
  readonly #parts: ChannelsParts;
  readonly #seal: ChannelSeal;
  readonly #newId: () => string;
  readonly #queue: LetterQueue;
  readonly #sender: Sender;
  readonly #version = readVersion();
  readonly #stopping = new AbortController();

  constructor(parts: ChannelsParts) {
    const { db, bus, clock, log, node, metrics, keyring } = parts;
    const now = (): number => clock.now();
    this.#parts = parts;
    this.#seal = createChannelSeal(keyring);
    this.#newId = createUlid({ clock: { now, monotonicMs: () => clock.monotonicMs() }, random: (bytes) => randomBytes(bytes) });
    const wake = (): void => this.#sender.wake();
    this.#sender = createSender({
      db,
      bus,
      log,
      node,
      now,
      metrics,
      mayRead: () => !keyring.isSealed,
      chance: () => randomBytes(1).readUInt8() / 255,
      kindOf: (channel) => this.#kindOf(channel),
      toMessage: (letter) => this.#messageOf(letter),
    });
    this.#queue = createLetterQueue({ db, log, now, wake, seal: this.#seal, newId: this.#newId });
  }

  tell(alert: AlertDetail): void {
    this.#queue.put(alert);
  }

  tellIn(tx: Transaction, alert: AlertDetail): Promise<void> {
    return this.#queue.putIn(tx, alert);
  }

  async tellText(text: TextMessage): Promise<number> {
    return this.#parts.db.transaction((tx) => this.tellTextIn(tx, text));
  }

  tellTextIn(tx: Transaction, text: TextMessage): Promise<number> {
    return this.#queue.putText(tx, text);
  }

  async untold(alerts: readonly AlertView[]): Promise<readonly string[]> {
    const { db } = this.#parts;
    const channels = await readChannels(db);
    const told = await readTold(
      db,
      alerts.map(({ id }) => id),
    );
    const isUntold = (alert: AlertView): boolean =>
      channels.some(
        (channel) => fits(channel, alert) && alert.createdAt >= channel.changedAt && !told.has(`${channel.id} ${alert.id}`),
      );
    return alerts.filter(isUntold).map(({ id }) => id);
  }

  async list(): Promise<readonly ChannelView[]> {
    const { db } = this.#parts;
    const counts = await countLetters(db);
    return (await readChannels(db)).map((channel) => this.#view(channel, counts.get(channel.id)));
  }

  async show(word: string): Promise<ChannelView> {
    const { db } = this.#parts;
    const channel = await found(db, word);
    return this.#view(channel, (await countLetters(db)).get(channel.id));
  }

  async add(input: ChannelInput, actor: Actor): Promise<ChannelView> {
    const { db, bus, clock } = this.#parts;
    const { name, target, ...settings } = channelInputSchema.parse(input);
    assertTarget(target);
    const id = this.#newId();
    await db.transaction(async (tx) => {
      const others = await readChannels(tx);
      if (others.length >= CHANNELS_MAX) throw conflict('', `at most ${CHANNELS_MAX} channels; remove some`);
      this.#assertOwnFile(target, others);
      const sealed = this.#seal.sealTarget(id, target);
      const row = { ...settings, id, name, target: sealed, createdAt: clock.now(), createdBy: actorName(actor) };
      if (!(await insertChannel(tx, row))) throw conflict('/name', 'a channel has this name');
      const payload = { channel: id, name, change: 'added' as const };
      await bus.publish(tx, [bus.newEvent(channelEvents.changed, { actor, target: id, payload })]);
    });
    return this.show(id);
  }

  async change(word: string, to: ChannelChange, actor: Actor): Promise<ChannelView> {
    const { db, bus, clock } = this.#parts;
    const { target: wanted, enabled, severity, kinds, application, quiet } = channelChangeSchema.parse(to);
    const id = await db.transaction(async (tx) => {
      const before = await found(tx, word);
      const target = wanted === undefined ? null : keepSecrets(wanted, this.#seal.openTarget(before.id, before.target));
      if (target !== null) {
        assertTarget(target);
        this.#assertOwnFile(
          target,
          (await readChannels(tx)).filter((other) => other.id !== before.id),
        );
      }
      await replaceChannel(tx, {
        id: before.id,
        target: target === null ? before.target : this.#seal.sealTarget(before.id, target),
        severity: severity ?? before.severity,
        kinds: kinds ?? before.kinds,
        application: application === undefined ? before.application : application,
        quiet: quiet === undefined ? before.quiet : quiet,
        enabled: enabled ?? before.enabled,
        changedAt: clock.now(),
      });
      const isSwitch = enabled !== undefined && Object.keys(to).length === 1;
      const change = isSwitch ? (enabled ? 'enabled' : 'disabled') : 'changed';
      const payload = { channel: before.id, name: before.name, change } as const;
      await bus.publish(tx, [bus.newEvent(channelEvents.changed, { actor, target: before.id, payload })]);
      return before.id;
    });
    this.#sender.wake();
    return this.show(id);
  }

  async remove(word: string, actor: Actor): Promise<void> {
    const { db, bus } = this.#parts;
    await db.transaction(async (tx) => {
      const { id, name } = await found(tx, word);
      await removeChannel(tx, id);
      const payload = { channel: id, name, change: 'removed' as const };
      await bus.publish(tx, [bus.newEvent(channelEvents.changed, { actor, target: id, payload })]);
    });
  }

  async test(word: string): Promise<ChannelTest> {
    const { db, clock } = this.#parts;
    const channel = await found(db, word);
    const kind = this.#kindOf(channel);
    const id = this.#newId();
    const began = clock.monotonicMs();
    const ended = (outcome: ChannelTest['outcome'], detail: string): ChannelTest => ({
      outcome,
      ms: Math.round(clock.monotonicMs() - began),
      detail: detail.slice(0, 300),
    });
    try {
      const now = clock.now();
      const message: Message = { id, alert: trialAlert(id, now), isTest: true, link: null, now };
      const words = await sendWithin(kind, [message], this.#stopping.signal);
      // It works again: what waits goes out now.
      await makeDue(db, channel.id);
      this.#sender.wake();
      return ended('sent', words);
    } catch (error) {
      return ended('failed', error instanceof ChannelFault ? error.message : wordsOf(error));
    }
  }

  async deadLetters(
    word: string,
    query: { readonly cursor?: string | undefined; readonly limit: number },
  ): Promise<Page<DeadLetterView>> {
    const { db } = this.#parts;
    const { id } = await found(db, word);
    const rows = await readDead(db, id, { before: query.cursor ?? null, limit: query.limit + 1 });
    const items = rows.slice(0, query.limit).map((letter) => this.#deadView(id, letter));
    return { items, next: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null };
  }

  async resend(word: string, letter: string, actor: Actor): Promise<void> {
    const { db, clock } = this.#parts;
    await db.transaction(async (tx) => {
      const { id, name } = await found(tx, word);
      const alert = await revive(tx, { channel: id, id: letter, now: clock.now() });
      await makeDue(tx, id);
      await this.#decided(tx, { channel: id, name, alert, decision: 'resent', reason: null }, actor);
    });
    this.#sender.wake();
  }

  async drop(word: string, letter: string, { actor, reason }: { readonly actor: Actor; readonly reason: string }): Promise<void> {
    const { db } = this.#parts;
    await db.transaction(async (tx) => {
      const { id, name } = await found(tx, word);
      const alert = await removeDead(tx, { channel: id, id: letter });
      await this.#decided(tx, { channel: id, name, alert, decision: 'dropped', reason }, actor);
    });
  }

  async figures(): Promise<WatchHealth['channels']> {
    const { db } = this.#parts;
    const counts = [...(await countLetters(db)).values()];
    const enabled = (await readChannels(db)).filter((channel) => channel.enabled);
    const failing = enabled.filter(({ failingSince }) => failingSince !== null).length;
    const sum = (of: keyof Counts): number => counts.reduce((total, one) => total + one[of], 0);
    return { working: enabled.length - failing, failing, waiting: sum('waiting'), dead: sum('dead') };
  }

  async start(): Promise<void> {
    this.#sender.start();
    await this.#count();
  }

  async tick(): Promise<void> {
    const { db, clock } = this.#parts;
    const before = clock.now() - KEPT_MS;
    await forgetOld(db, { deadBefore: before, toldBefore: before });
    await this.#count();
  }

  async settle(): Promise<void> {
    await this.#queue.settle();
    await this.#sender.settle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#queue[Symbol.asyncDispose]();
    await this.#sender[Symbol.asyncDispose]();
  }

  async #count(): Promise<void> {
    const { metrics } = this.#parts;
    const { failing, waiting, dead } = await this.figures();
    metrics.set('holdfast_alert_channels_failing', failing);
    metrics.set('holdfast_alert_letters', waiting, ['waiting']);
    metrics.set('holdfast_alert_letters', dead, ['dead']);
  }

  async #decided(
    tx: Transaction,
    decided: { channel: string; name: string; alert: string | null; decision: 'resent' | 'dropped'; reason: string | null },
    actor: Actor,
  ): Promise<void> {
    const { bus } = this.#parts;
    if (decided.alert === null) throw new Refusal('not-found');
    await bus.publish(tx, [bus.newEvent(channelEvents.decided, { actor, target: decided.channel, payload: decided })]);
  }

  #kindOf({ id, target: sealed }: Channel) {
    const { dataDir, mail } = this.#parts;
    const target = this.#seal.openTarget(id, sealed);
    const kind = createKind(target, { dataDir, version: this.#version, deliver: (letter) => mail.deliver(letter) });
    return { ...kind, name: target.kind };
  }

  #messageOf({ id, content }: Letter): Message {
    const { link, clock } = this.#parts;
    const alert = this.#seal.openAlert(id, content);
    const page = alert.plain === undefined ? link(alert.id) : alert.plain.link;
    return { id, alert, isTest: false, link: page, now: clock.now() };
  }

  /** Two that write one file would move it away under each other. */
  #assertOwnFile(target: ChannelTarget, others: readonly Channel[]): void {
    if (target.kind !== 'file') return;
    const targets = others.map((other) => this.#seal.openTarget(other.id, other.target));
    if (targets.some((other) => other.kind === 'file' && other.file === target.file))
      throw conflict('/target/file', 'another channel writes this file');
  }

  #view(channel: Channel, counts: Counts = { waiting: 0, dead: 0 }): ChannelView {
    const { target, failures: _failures, changedAt: _changedAt, failingSince, ...shown } = channel;
    const idle = channel.sent === 0 ? 'unused' : 'working';
    return {
      ...shown,
      ...counts,
      target: withoutSecrets(this.#seal.openTarget(channel.id, target)),
      state: failingSince === null ? idle : 'failing',
    };
  }

  #titleOf({ id, content }: Letter): string {
    try {
      return this.#seal.openAlert(id, content).title;
    } catch {
      return '(does not open)';
    }
  }

  #deadView(channel: string, letter: DeadLetter): DeadLetterView {
    const { id, alert, tries, firstTriedAt, lastTriedAt, deadAt, trouble } = letter;
    const title = this.#titleOf(letter);
    const tried = { firstTriedAt: firstTriedAt ?? deadAt, lastTriedAt: lastTriedAt ?? deadAt };
    return { id, channel, alert, title, tries, ...tried, trouble: trouble ?? '' };
  }
}

const conflict = (pointer: string, detail: string): Refusal => new Refusal('conflict', { errors: [{ pointer, detail }] });

async function found(db: Queryable, word: string): Promise<Channel> {
  const channel = await readChannel(db, word);
  if (channel === null) throw new Refusal('not-found');
  return channel;
}
