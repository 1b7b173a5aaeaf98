import { controlEvents, EVENTS, type EventDefinition, type EventRecord } from '@holdfast/contract';
import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../db/database.ts';
import type { Log } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { createUlid } from '../ulid.ts';
import { createDelivery, type Handler } from './delivery.ts';
import { isAudited, newEvent, type EventFields } from './new-event.ts';
import { writeOutbox, type OutboxSeal } from './outbox.ts';

/** A recorder that does not answer is a recorder that failed: the action is not done. */
const APPEND_TIMEOUT_MS = 10_000;
const EVENTS_PER_TRANSACTION_MAX = 1000;

/** The audit ledger as the bus sees it: resolves once the record is durable. */
export interface Recorder {
  append(event: EventRecord): Promise<{ readonly index: number }>;
}

export interface BusParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly node: string;
  /** Seals events while they wait for their listeners; left out = nothing is sealed here, as in tests. */
  readonly keyring?: OutboxSeal;
}

export interface Bus extends AsyncDisposable {
  newEvent<Payload extends z.ZodObject>(definition: EventDefinition<Payload>, fields: EventFields<Payload>): EventRecord;
  /** Writes the events with the change: all or nothing, and audited ones are durable in the ledger before the commit. */
  publish(tx: Transaction, events: readonly EventRecord[]): Promise<void>;
  /** An event that belongs to no change: recorded if audited, then told to subscribers once, without the outbox. */
  record(event: EventRecord): Promise<void>;
  /** At least once, in any order; the handler must be idempotent. `subscriber` names it for good. */
  subscribe(subscriber: string, type: string, handler: Handler): void;
  attachRecorder(recorder: Recorder): void;
  /** Starts delivery, also of what an earlier process left behind. */
  start(): void;
  /** Resolves when nothing is due any more; for tests and for shutdown. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** Events in, ledger first, subscribers after. */
export function createBus({ db, clock, log, node, keyring }: BusParts): Bus {
  const origin = { clock, node, ulid: createUlid({ clock, random: (bytes) => randomBytes(bytes) }) };
  const delivery = createDelivery({ db, clock, log, keyring: keyring ?? null });
  let recorder: Recorder | null = null;

  const append = async (event: EventRecord): Promise<void> => {
    if (recorder === null) throw new Refusal('audit-unavailable', { detail: 'The ledger is not open.' });
    try {
      await withTimeout(recorder.append(event), APPEND_TIMEOUT_MS);
    } catch (error) {
      throw new Refusal('audit-unavailable', { detail: `The ledger did not take ${event.type}.`, cause: error });
    }
  };

  const publish = async (tx: Transaction, events: readonly EventRecord[]): Promise<void> => {
    if (events.length > EVENTS_PER_TRANSACTION_MAX) throw new Error('assertion: too many events in one transaction');
    await writeOutbox(tx, { events, now: clock.now(), keyring: keyring ?? null });
    const appended: EventRecord[] = [];
    // Promise 1 of PRODUCT.md: no record, no action.
    tx.beforeCommit(async () => {
      for (const event of events.filter(isAuditedEvent)) {
        await append(event);
        appended.push(event);
      }
    });
    tx.afterRollback(async () => {
      for (const event of appended) {
        const payload = { event: event.id };
        await append(newEvent(controlEvents.actionRolledBack, { payload, actor: event.actor, outcome: 'failed' }, origin));
      }
    });
    tx.afterCommit(() => delivery.wake());
  };

  const close = (): Promise<void> => delivery.close();
  return {
    newEvent: (definition, fields) => newEvent(definition, fields, origin),
    publish,
    record: async (event) => {
      if (isAuditedEvent(event)) await append(event);
      await delivery.tellNow(event);
    },
    subscribe: (subscriber, type, handler) => delivery.subscribe({ subscriber, type, handler }),
    attachRecorder: (given) => {
      recorder = given;
    },
    start: () => delivery.start(),
    settle: () => delivery.settle(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function isAuditedEvent(event: EventRecord): boolean {
  const definition = EVENTS.get(event.type);
  // An event outside the catalogue is audited: better one record too many than one missing.
  return definition === undefined || isAudited(definition, event.outcome);
}

async function withTimeout<Value>(work: Promise<Value>, timeoutMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Refusal('audit-unavailable', { detail: 'The ledger did not answer in time.' })),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
