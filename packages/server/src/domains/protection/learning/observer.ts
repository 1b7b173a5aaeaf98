import { mergeModels, type LearnedModel } from '@holdfast/inspect';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Log } from '../../../platform/log.ts';
import { tablesOf } from '../change.ts';
import { createDelayedWrite } from '../../../platform/jobs/delayed-write.ts';
import { addLearned, readModel } from './learned-store.ts';

/** The whole model is read and written each time; whoever asks for it has what waits written first. */
const WRITE_AFTER_MS = 5000;
/** Applications whose lessons wait to be written; a gateway names only those of its snapshot. */
const PENDING_MAX = 1000;

export interface LearnedObserver extends AsyncDisposable {
  observe(application: string, model: string): void;
  flush(): Promise<void>;
}

export interface ObserverParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}

/** Adds up what the gateways tell. Losing a lesson at a crash loses nothing else: the next requests teach it again. */
export function createObserver({ db, clock, log }: ObserverParts): LearnedObserver {
  let pending = new Map<string, LearnedModel>();

  const writePending = async (): Promise<void> => {
    const batch = pending;
    pending = new Map();
    for (const [application, model] of batch) {
      try {
        const isKept = await addLearned(tablesOf(db), { application, model, now: clock.now() });
        if (!isKept) log.warn({ application }, 'what was learned does not fit any more');
      } catch (error) {
        log.warn({ err: error, application }, 'what was learned could not be kept');
      }
    }
  };
  const delayed = createDelayedWrite(writePending, WRITE_AFTER_MS);

  return {
    observe(application, text) {
      const model = readModel(text);
      if (model === null || pending.size >= PENDING_MAX) return;
      const before = pending.get(application);
      pending.set(application, before === undefined ? model : mergeModels(before, model));
      delayed.schedule();
    },
    flush: delayed.flush,
    [Symbol.asyncDispose]: delayed.flush,
  };
}
