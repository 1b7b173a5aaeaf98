import { randomBytes } from 'node:crypto';
import type { Page, RunAnswer, RunDetail, RunQuery, RunView } from '@holdfast/contract';
import { Refusal } from '../../../../platform/refusal.ts';
import { createUlid } from '../../../../platform/ulid.ts';
import { beginRun, type Beginning } from './begin-run.ts';
import type { Driver } from './drive/driver.ts';
import { createFleet, type Fleet } from './drive/fleet.ts';
import { HOLD_MS } from './drive/holding.ts';
import { answerFaults, askedFor } from './machine/asked-for.ts';
import type { RunEvent } from './machine/state.ts';
import type { RunParts, RunPlatform } from './run-parts.ts';
import { shownWorldOf } from './run-world.ts';
import type { RunBy, Runs } from './runs.ts';
import { createRunSeal } from './store/sealed.ts';
import { findRun, readRuns, readVisits } from './store/run-store.ts';
import { tablesOf } from './store/tables.ts';
import { timelineOf } from './timeline.ts';
import { createTriggers, type TriggerParts } from './triggers/triggers.ts';
import { detailOf, viewOf } from './views.ts';

export type RunsParts = RunPlatform & TriggerParts;

export function createRuns(given: RunsParts): Runs {
  const ulid = createUlid({ clock: given.clock, random: (bytes) => randomBytes(bytes) });
  const parts: RunParts = { ...given, seal: createRunSeal(given.keyring), newId: ulid };
  const listeners: ((run: RunView) => void)[] = [];
  const tell = async (id: string): Promise<void> => {
    const row = await findRun(tablesOf(parts.db), id);
    if (row !== null) for (const listener of listeners) listener(viewOf(parts.seal, row));
  };
  const fleet = createFleet(parts, (id) => {
    if (listeners.length > 0)
      void tell(id).catch((error: unknown) => parts.log.warn({ err: error }, 'a run of a playbook could not be told'));
  });
  const start = async (beginning: Omit<Beginning, 'heldUntil'>): Promise<string | null> => {
    const heldUntil = fleet.hasRoom() ? parts.clock.now() + HOLD_MS : null;
    const begun = await beginRun(parts, { ...beginning, heldUntil });
    if (begun === null) return null;
    if (heldUntil !== null) fleet.add(begun);
    return begun.held.id;
  };
  const triggers = createTriggers({ ...given, start });
  return {
    begin: async (playbook, input, { actor }) => {
      const known = await triggers.known(input.incident);
      const id = await start({ playbook, input, actor, known, trigger: null });
      if (id === null) throw new Error('assertion: what somebody begins is always new');
      return show(parts, fleet, id);
    },
    list: async (query) => list(parts, query),
    show: async (id) => show(parts, fleet, id),
    async answer(...[id, step, input, by]) {
      const driver = await driverFor(parts, fleet, { id, by });
      await assertPosted(driver.post(saidTo(driver, step, input), by.actor));
      return show(parts, fleet, id);
    },
    cancel: async (id, input, by) => {
      const driver = await driverFor(parts, fleet, { id, by });
      await assertPosted(driver.post({ kind: 'cancel', why: `cancelled: ${input.reason}`, undo: input.undo }, by.actor));
      return show(parts, fleet, id);
    },
    onIncident: (incident) => triggers.onIncident(incident),
    onAlert: (alert) => triggers.onAlert(alert),
    onAction: ({ run }) => {
      if (run !== null) fleet.find(run)?.wake();
    },
    timeline: async (incident) => timelineOf(parts, incident),
    onChanged: (listener) => void listeners.push(listener),
    resume: async () => fleet.fill(),
    async tick() {
      await fleet.tick();
      await triggers.tick();
    },
    async settle() {
      await triggers.settle();
      await fleet.settle();
    },
    async [Symbol.asyncDispose]() {
      await triggers.settle();
      await fleet.stop();
    },
  };
}

async function list({ db, seal }: RunParts, query: RunQuery): Promise<Page<RunView>> {
  const rows = await readRuns(tablesOf(db), query);
  const last = rows.at(-1);
  return {
    items: rows.map((row) => viewOf(seal, row)),
    next: rows.length === query.limit && last !== undefined ? last.id : null,
  };
}

async function show(parts: RunParts, fleet: Fleet, id: string): Promise<RunDetail> {
  const { db, seal } = parts;
  const row = await findRun(tablesOf(db), id);
  if (row === null) throw new Refusal('not-found');
  const visits = await readVisits(tablesOf(db), id);
  return detailOf(seal, {
    row,
    visits: visits.map(({ seq, visit }) => seal.openVisit(id, seq, visit)),
    // One that is over, or that another node goes on with, is read again.
    world: fleet.find(id)?.world ?? shownWorldOf(parts, row),
  });
}

/** Of a run that goes on; one that another node holds is not changed here. */
async function driverFor(parts: RunParts, fleet: Fleet, { id, by }: { readonly id: string; readonly by: RunBy }) {
  const row = await findRun(tablesOf(parts.db), id);
  if (row === null) throw new Refusal('not-found');
  if ((by.revision ?? null) !== null && by.revision !== row.revision) throw new Refusal('precondition-failed');
  if (row.state !== 'running' && row.state !== 'waiting')
    throw new Refusal('conflict', { errors: [{ pointer: '', detail: `this run is ${row.state}` }] });
  const driver = fleet.find(id) ?? (await fleet.take(row));
  if (driver === null) throw new Refusal('conflict', { errors: [{ pointer: '', detail: 'another node goes on with this run' }] });
  return driver;
}

function saidTo(driver: Driver, step: string, { answer, reason, variables }: RunAnswer): RunEvent {
  const state = driver.state();
  const asking = [...state.visits.values()].filter(({ question }) => question !== null);
  const visit = asking.find((one) => String(one.seq) === step) ?? asking.find((one) => one.step === step);
  if (visit === undefined) throw new Refusal('conflict', { errors: [{ pointer: '', detail: 'this step asks nobody' }] });
  const values = new Map(Object.entries(variables));
  // What was not done gives nothing out.
  const asked = answer === 'done' ? askedFor({ world: driver.world, state }, visit) : [];
  const errors = answerFaults(asked, values);
  if (errors.length > 0) throw new Refusal('input-invalid', { errors: errors.slice(0, 50) });
  return { kind: 'said', seq: visit.seq, isDone: answer === 'done', detail: `${answer}: ${reason}`, values };
}

async function assertPosted(posting: Promise<boolean>): Promise<void> {
  if (!(await posting)) throw new Refusal('conflict', { errors: [{ pointer: '', detail: 'this run has ended meanwhile' }] });
}
