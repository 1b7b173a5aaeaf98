import { controlEvents, SEVERITIES, type AlertDetail, type Detection, type EventRecord } from '@holdfast/contract';
import { randomBytes } from 'node:crypto';
import { createUlid } from '../../../platform/ulid.ts';
import { createTurns } from '../../../platform/in-turn.ts';
import type { AlertBy, Alerts } from './alerts.ts';
import type { AlertParts, AlertPlatform } from './alert-parts.ts';
import type { Answers } from './answers/answers.ts';
import { answerAlert } from './answering.ts';
import { createJournal, type Journal } from './journal.ts';
import { acknowledgeAlert, assignAlert, closeAlert, noteAlert, reopenAlert } from './life.ts';
import { createTakeQueue } from './queue.ts';
import { listAlerts, showAlert, summarise } from './reading.ts';
import { createAlertSeal } from './sealed.ts';
import { addSuppression, listSuppressions, removeSuppression } from './suppressions.ts';
import { takeBatch, type Taken } from './taking.ts';
import { tablesOf } from './tables.ts';
import { countOpen } from './tally.ts';
import { forgetSubject, sweepAlerts } from './upkeep.ts';

export interface AlertsOptions extends AlertPlatform {
  /** Closed ones are kept so long. */
  readonly keptDays: number;
  readonly answers: (journal: Journal) => Answers;
}

/** A flood of them is not counted each time. */
const COUNT_EVERY_MS = 5000;

type Told = (alert: AlertDetail) => void;

/** @example const alerts = createAlerts({ db, bus, clock, log, keyring, metrics, pseudonym, indexesOf, keptDays: 90, answers }) */
export function createAlerts(options: AlertsOptions): Alerts {
  const { clock, keyring, log, metrics, keptDays } = options;
  const journal = createJournal();
  const newId = createUlid({ clock, random: (bytes) => randomBytes(bytes) });
  const parts: AlertParts = { ...options, journal, newId, seal: createAlertSeal(keyring) };
  const answers = options.answers(journal);
  const listeners: Told[] = [];
  const queue = createTakeQueue({
    log,
    async take(batch: readonly Detection[]) {
      const taken = await takeBatch(parts, batch);
      // In turn with what was taken, so that an alert is told with what was done about it.
      for (const one of taken) await follow(parts, { taken: one, answers, listeners });
      if (clock.monotonicMs() > countedAt + COUNT_EVERY_MS) await countOpenAlerts();
    },
  });
  let countedAt = Number.NEGATIVE_INFINITY;
  const countOpenAlerts = async (): Promise<void> => {
    countedAt = clock.monotonicMs();
    for (const [rank, open] of (await countOpen(tablesOf(parts.db))).entries())
      metrics.set('holdfast_alerts_open', open, [SEVERITIES[rank] ?? 'info']);
  };
  const erasing = createTurns();
  const erase = (subject: string): void => {
    journal.forget((one) => parts.pseudonym(one) === subject);
    void erasing(async () => {
      await queue.settle();
      await forgetSubject(parts, subject);
    }).catch((error: unknown) => log.error({ err: error }, 'an erased subject was not taken out of the alerts'));
  };
  return {
    observe(events) {
      for (const event of events) {
        journal.add(event);
        const subject = erasedSubject(event);
        if (subject !== null) erase(subject);
      }
    },
    take: (found) => queue.put(found),
    onTold: (listener) => void listeners.push(listener),
    list: async (query) => listAlerts(parts, query),
    show: async (id) => showAlert(parts, id),
    ...lifeOf(parts, countOpenAlerts),
    summary: async () => summarise(parts),
    figures: () => queue.figures(),
    async tick() {
      await sweepAlerts(parts, keptDays);
      await countOpenAlerts();
    },
    async settle() {
      await queue.settle();
      await erasing(async () => Promise.resolve());
    },
    async [Symbol.asyncDispose]() {
      await queue[Symbol.asyncDispose]();
      await erasing(async () => Promise.resolve());
    },
  };
}

function erasedSubject({ type, payload: { subject } }: EventRecord): string | null {
  return type === controlEvents.subjectErased.type && typeof subject === 'string' ? subject : null;
}

interface Follow {
  readonly taken: Taken;
  readonly answers: Answers;
  readonly listeners: readonly Told[];
}

/** What comes after an alert is durable. Whatever fails here does not make the detection count again. */
async function follow(parts: AlertParts, { taken, answers, listeners }: Follow): Promise<void> {
  try {
    if (taken.state !== 'suppressed') await answerAlert(parts, answers, taken);
    if (!taken.isDue || listeners.length === 0) return;
    const alert = await showAlert(parts, taken.id);
    for (const listener of listeners) listener(alert);
  } catch (error) {
    parts.log.error({ err: error, alert: taken.id }, 'an alert was stored, and then not answered or told');
  }
}

type Life = Pick<Alerts, 'acknowledge' | 'assign' | 'note' | 'close' | 'reopen' | 'suppress' | 'suppressions' | 'unsuppress'>;

function lifeOf(parts: AlertParts, changed: () => Promise<void>): Life {
  const done = async (id: string, work: Promise<void>): Promise<AlertDetail> => {
    await work;
    await changed();
    return showAlert(parts, id);
  };
  return {
    acknowledge: async (id, { reason }, by: AlertBy) => done(id, acknowledgeAlert(parts, { id, by, reason })),
    assign: async (id, { assignee }, by) => done(id, assignAlert(parts, { id, by, assignee })),
    note: async (id, { text }, by) => done(id, noteAlert(parts, { id, by, text })),
    close: async (id, { verdict, reason }, by) => done(id, closeAlert(parts, { id, by, verdict, reason })),
    reopen: async (id, { reason }, by) => done(id, reopenAlert(parts, { id, by, reason })),
    async suppress(input, actor) {
      const view = await addSuppression(parts, input, actor);
      await changed();
      return view;
    },
    suppressions: async (query) => listSuppressions(parts, query),
    unsuppress: async (id, actor) => removeSuppression(parts, id, actor),
  };
}
