import { LEARNED_CHARS_MAX, type Application, type UpMessage } from '@holdfast/contract';
import { createModel, observe, takeDelta } from '@holdfast/inspect';
import type { LearnedModel } from '@holdfast/inspect';
import type { Clock } from '../../platform/clock.ts';
import type { Exchange } from '../exchange.ts';

/** Learned from at most so many requests of an application a second: under load the rest passes unread. */
const OBSERVED_PER_SECOND_MAX = 100;
const TELL_EVERY_MS = 2000;
/** From this doubt on a request may be an attack, and an attack is no example. */
const SCORE_MAX = 0.3;

export interface Learner {
  /** Looks at a request that has ended. */
  note(exchange: Exchange): void;
  /** Forgets applications that are gone or do not learn. */
  follow(applications: readonly Application[]): void;
  /** Tells what is not told yet. */
  close(): void;
}

export interface LearnerParts {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly send: (message: UpMessage) => void;
}

interface Lesson {
  readonly model: LearnedModel;
  second: number;
  observed: number;
}

/**
 * Learns the form of honest requests. What is told are counts and forms; a value leaves this process only when several
 * requests had it.
 */
export function createLearner({ clock, send }: LearnerParts): Learner {
  const lessons = new Map<string, Lesson>();
  let timer: NodeJS.Timeout | null = null;

  const tell = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    for (const [application, { model }] of lessons) {
      const delta = takeDelta(model);
      const text = delta === null ? '' : JSON.stringify(delta);
      if (text !== '' && text.length <= LEARNED_CHARS_MAX) send({ kind: 'learned', application, model: text });
    }
  };

  const lessonOf = (application: string): Lesson => {
    const held = lessons.get(application);
    if (held !== undefined) return held;
    const made = { model: createModel(), second: 0, observed: 0 };
    // Bounded by the applications of the snapshot.
    lessons.set(application, made);
    return made;
  };

  return {
    note(exchange) {
      const { application, canonical } = exchange;
      if (application === null || canonical === null || application.learning !== 'on' || !isExample(exchange)) return;
      const lesson = lessonOf(application.id);
      const second = Math.trunc(clock.monotonicMs() / 1000);
      if (lesson.second !== second) {
        lesson.second = second;
        lesson.observed = 0;
      }
      if (lesson.observed >= OBSERVED_PER_SECOND_MAX) return;
      lesson.observed += 1;
      observe(lesson.model, canonical);
      timer ??= setTimeout(tell, TELL_EVERY_MS).unref();
    },
    follow(applications) {
      const learning = new Set(applications.filter((each) => each.learning === 'on').map(({ id }) => id));
      for (const id of lessons.keys()) if (!learning.has(id)) lessons.delete(id);
    },
    close: tell,
  };
}

/**
 * An honest request that the application answered. One that was recorded for the schema only is one as well: otherwise an
 * application that changed could never be learned anew. A body that streamed past was not seen whole.
 */
function isExample({ record, body, upgrade, forwardAuth }: Exchange): boolean {
  const isHonest =
    record.outcome === 'allowed' || (record.outcome === 'recorded' && record.reason?.startsWith('schema.') === true);
  return (
    isHonest &&
    record.score <= SCORE_MAX &&
    record.problem === null &&
    record.status >= 200 &&
    record.status < 400 &&
    body.kind !== 'stream' &&
    body.kind !== 'spooled' &&
    upgrade === undefined &&
    // Nobody here saw its body, nor how the application answered.
    forwardAuth === null
  );
}
