import { alertEvents, ENTITIES_MAX, type Answered } from '@holdfast/contract';
import { BY_WATCH, changing, writeStep, type AlertChange, type AlertParts } from './alert-parts.ts';
import { changeAlert, findAlert, lockAlert } from './alert-store.ts';
import type { Answers } from './answers/answers.ts';
import { subjectOf } from './entities.ts';
import { MINUTE_MS } from './fold.ts';
import type { Taken } from './taking.ts';
import { tablesOf, type AlertRow } from './tables.ts';

/** What was done holds for an hour; what could not be done is tried again with a repetition that comes later. */
const DONE_MS = 60 * MINUTE_MS;
const TRIED_MS = 15 * MINUTE_MS;
const DETAIL_MAX = 300;

/** Carries out what detectors ask for, once each, and writes down what became of it. */
export async function answerAlert(parts: AlertParts, answers: Answers, taken: Taken): Promise<void> {
  const asked = taken.wanted.filter(({ answer }) => answer !== 'none');
  if (asked.length === 0) return;
  const row = await findAlert(tablesOf(parts.db), taken.id);
  if (row === null) return;
  const now = parts.clock.now();
  const isKnown = (one: (typeof asked)[number]): boolean => known(parts, row).some((done) => isSame(done, one, now));
  const due = new Map(asked.filter((one) => !isKnown(one)).map((one) => [`${one.answer} ${subjectOf(one.entity)}`, one]));
  if (due.size === 0) return;
  const { id: alert, detector, application } = row;
  const outcome = await answers.carryOut({ alert, detector, application, answers: [...due.values()] });
  await changing(parts, async (change) => writeAnswers(parts, change, { alert, outcome }));
}

const known = ({ seal }: AlertParts, { id, summary }: AlertRow): readonly Answered[] => seal.openSummary(id, summary).answered;

function isSame(done: Answered, { answer, entity }: Pick<Answered, 'answer' | 'entity'>, now: number): boolean {
  const holds = now - done.time < (done.outcome === 'done' ? DONE_MS : TRIED_MS);
  return holds && done.answer === answer && subjectOf(done.entity) === subjectOf(entity);
}

async function writeAnswers(
  parts: AlertParts,
  change: AlertChange,
  { alert, outcome }: { readonly alert: string; readonly outcome: readonly Answered[] },
): Promise<void> {
  const row = await lockAlert(change.tx, alert);
  if (row === null) return;
  const summary = parts.seal.openSummary(alert, row.summary);
  const answered = [...summary.answered, ...outcome].slice(-ENTITIES_MAX);
  await changeAlert(change.tx, alert, { summary: parts.seal.summary(alert, { ...summary, answered }) });
  for (const one of outcome) {
    const detail = `${one.answer} ${one.entity.value}: ${one.outcome}. ${one.detail}`;
    await writeStep(parts, change, { alert, what: 'answered', actor: BY_WATCH, detail });
    change.events.push(
      parts.bus.newEvent(alertEvents.answered, {
        actor: BY_WATCH,
        application: row.application,
        target: alert,
        subject: subjectOf(one.entity),
        payload: {
          alert,
          answer: one.answer,
          entity: one.entity.value,
          outcome: one.outcome,
          detail: one.detail.slice(0, DETAIL_MAX),
        },
      }),
    );
  }
}
