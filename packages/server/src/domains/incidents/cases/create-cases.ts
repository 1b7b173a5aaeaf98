import { incidentEvents, type EventRecord, type IncidentDetail } from '@holdfast/contract';
import { randomBytes } from 'node:crypto';
import { createTurns } from '../../../platform/in-turn.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { createUlid } from '../../../platform/ulid.ts';
import type { CaseParts, CasePlatform } from './case-parts.ts';
import { readExercises } from './case-store.ts';
import type { Cases, TimelineSource } from './cases.ts';
import { erasedSubject, forgetInCases } from './erasing.ts';
import { countIncidents } from './figures.ts';
import { addFile, readFile } from './files.ts';
import { createIntake } from './intake/intake.ts';
import { awareCase, editCase, linkCase, moveCase, openCase, openFor } from './life.ts';
import { addNote } from './notes.ts';
import { listCases, showCase } from './reading.ts';
import { makeReport } from './report/make-report.ts';
import { createCaseSeal } from './sealed.ts';
import { tablesOf } from './tables.ts';
import { addTask, finishTask } from './tasks.ts';
import { readTimeline } from './timeline.ts';

const COUNT_EVERY_MS = 5000;

type Told = Parameters<Parameters<Cases['onChanged']>[0]>;
/** What is told of an incident that only got a note, a file or a report: nothing. */
const TOLD_CHANGES: ReadonlySet<unknown> = new Set(['edited', 'linked', 'aware']);

/** @example const cases = createCases({ db, bus, clock, log, keyring, node, metrics, pseudonym, alerts, … }) */
export function createCases(platform: CasePlatform): Cases {
  const { bus, clock, keyring, log } = platform;
  const newId = createUlid({ clock, random: (bytes) => randomBytes(bytes) });
  const parts: CaseParts = { ...platform, newId, seal: createCaseSeal(keyring) };
  const intake = createIntake(parts);
  const sources: TimelineSource[] = [];
  const erasing = createTurns();
  let countedAt = Number.NEGATIVE_INFINITY;

  const listeners = tellChanges(parts);
  const erase = (subject: string): void => {
    void erasing(async () => {
      await intake.settle();
      await forgetInCases(parts, subject);
    }).catch((error: unknown) => log.error({ err: error }, 'an erased subject was not taken out of the incidents'));
  };
  const shown = async (id: string, work: Promise<unknown>): Promise<IncidentDetail> => {
    await work;
    return showCase(parts, id);
  };
  return {
    take: ({ id }) => intake.put(id),
    observe(events: readonly EventRecord[]) {
      for (const event of events) {
        const subject = erasedSubject(event);
        if (subject !== null) erase(subject);
      }
    },
    open: async (input, actor) => showCase(parts, await openCase(parts, input, actor)),
    openFor: async (key, opening, actor) => showCase(parts, await openFor(parts, { key, ...opening }, actor)),
    openExercises: async () => readExercises(tablesOf(parts.db)),
    list: async (query) => listCases(parts, query),
    show: async (id) => showCase(parts, id),
    timeline: async (id) => readTimeline(parts, id, sources),
    move: async (id, input, by) => shown(id, moveCase(parts, id, { input, by })),
    change: async (id, input, by) => shown(id, editCase(parts, id, { input, by })),
    link: async (id, ids, by) => shown(id, linkCase(parts, id, { ids, by })),
    note: async (id, text, by) => shown(id, addNote(parts, id, { text, by })),
    addFile: async (id, input, by) => addFile(parts, id, { input, by }),
    readFile: async (id, file) => readFile(parts, id, file),
    addTask: async (id, input, by) => addTask(parts, id, { input, by }),
    finishTask: async (id, task, by) => finishTask(parts, id, { task, by }),
    aware: async (id, awareAt, by) => awareCase(parts, id, { awareAt, by }),
    report: async (id, by) => makeReport(parts, id, { by, sources }),
    onChanged: (listener) => void listeners.push(listener),
    joins: (source) => void sources.push(source),
    async settle() {
      await intake.settle();
      await erasing(async () => Promise.resolve());
      await bus.settle();
    },
    async tick() {
      intake.tick();
      if (clock.monotonicMs() < countedAt + COUNT_EVERY_MS) return;
      countedAt = clock.monotonicMs();
      await countIncidents(parts);
    },
    async [Symbol.asyncDispose]() {
      await intake.close();
      await erasing(async () => Promise.resolve());
    },
  };
}

/**
 * Through the outbox, so that whoever answers incidents hears of each also when this process is killed right now. The list that
 * listeners are put into.
 */
function tellChanges(parts: CaseParts): ((...told: Told) => void)[] {
  const listeners: ((...told: Told) => void)[] = [];
  const tell = async (incident: unknown, what: Told[1]): Promise<void> => {
    if (listeners.length === 0 || typeof incident !== 'string') return;
    const detail = await showCase(parts, incident).catch((error: unknown) => {
      if (error instanceof Refusal && error.code === 'not-found') return null;
      throw error;
    });
    if (detail === null) return;
    for (const listener of listeners) listener(detail, what);
  };
  const { opened, moved, changed } = incidentEvents;
  parts.bus.subscribe('incidents', opened.type, async ({ payload }) => tell(payload['incident'], 'opened'));
  parts.bus.subscribe('incidents', moved.type, async ({ payload }) => tell(payload['incident'], 'moved'));
  parts.bus.subscribe('incidents', changed.type, async ({ payload }) => {
    if (TOLD_CHANGES.has(payload['change'])) await tell(payload['incident'], 'changed');
  });
  return listeners;
}
