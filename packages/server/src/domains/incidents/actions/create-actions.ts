import type { ActionView } from '@holdfast/contract';
import { randomBytes } from 'node:crypto';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import { faultPoint } from '../../../platform/fault-point.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import type { Log } from '../../../platform/log.ts';
import { createUlid } from '../../../platform/ulid.ts';
import type { ActionKinds } from './action-kind.ts';
import type { ActionParts } from './action-parts.ts';
import { readDue, readLeft } from './action-store.ts';
import type { Actions } from './actions.ts';
import { askerOf, assertMay, planOf, redoAction, requestAction } from './asking.ts';
import { carryOn } from './carrying.ts';
import { approveAction, expireAction, refuseAction } from './deciding.ts';
import { listActions, showAction, timelineOf } from './reading.ts';
import { createActionSeal } from './sealed.ts';
import { tablesOf } from './tables.ts';
import { endAction, undoAction, undoRun } from './undoing.ts';

export interface ActionsOptions {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly keyring: Pick<Keyring, 'seal' | 'open'>;
  readonly node: string;
  readonly kinds: () => ActionKinds;
  readonly behindToken: (token: string) => Promise<string | null>;
  /** Only tests say another. */
  readonly fault?: (name: string) => void;
}

/** In one look; the rest waits for the next second. */
const DUE_MAX = 50;

/** @example const actions = createActions({ db, bus, clock, log, keyring, node, kinds: () => kinds, behindToken }) */
export function createActions({ keyring, fault = faultPoint, ...options }: ActionsOptions): Actions {
  const { clock, db, log, node } = options;
  const listeners: ((action: ActionView) => void)[] = [];
  const newId = createUlid({ clock, random: (bytes) => randomBytes(bytes) });
  const told = async (id: string): Promise<void> => {
    if (listeners.length === 0) return;
    const view = await showAction(parts, id);
    for (const listener of listeners) listener(view);
  };
  const parts: ActionParts = { ...options, fault, seal: createActionSeal(keyring), newId, told, busy: new Map() };
  const shown = async (id: string, work: Promise<unknown>): Promise<ActionView> => {
    await work;
    return showAction(parts, id);
  };
  const due = { decide: expireAction, end: endAction, work: carryOn };
  return {
    async plan({ incident: _incident, ...request }, by) {
      await assertMay(parts, request, by);
      return planOf(parts, request, askerOf(by));
    },
    request: async (input, by) => showAction(parts, await requestAction(parts, input, by)),
    approve: async (id, reason, by) => shown(id, approveAction(parts, id, { reason, by })),
    refuse: async (id, reason, by) => shown(id, refuseAction(parts, id, { reason, by })),
    undo: async (id, reason, by) => shown(id, undoAction(parts, id, { reason, by })),
    redo: async (id, reason, by) => shown(id, redoAction(parts, id, { reason, by })),
    undoRun: async (run, reason, by) => undoRun(parts, run, { reason, by }),
    show: async (id) => showAction(parts, id),
    list: async (query) => listActions(parts, query),
    onChanged: (listener) => void listeners.push(listener),
    timeline: async (incident) => timelineOf(parts, incident),
    async resume() {
      for (const id of await readLeft(tablesOf(db), node)) await tried(log, id, carryOn(parts, id));
    },
    async tick() {
      for (const one of await readDue(tablesOf(db), { now: clock.now(), limit: DUE_MAX }))
        await tried(log, one.id, due[one.due](parts, one.id));
    },
    async [Symbol.asyncDispose]() {
      // What is not done by then is taken up at the next start.
      await Promise.allSettled(parts.busy.values());
    },
  };
}

/** One that cannot be brought on now does not hold up the others. */
async function tried(log: Log, action: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    log.warn({ err: error, action }, 'an action could not be brought on; tried later');
  }
}
