import { isolationEvents, ISOLATIONS_MAX, type Isolation } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import { actorName, type Actor, type Applications } from '../../applications/index.ts';
import { change, tablesOf, type Change, type ProtectionParts } from '../change.ts';
import { faultsOf, normalPrefixes } from './isolation-rules.ts';
import * as store from './isolation-store.ts';
import type { IsolationEnd, IsolationInput, IsolationRow, Isolations } from './isolations.ts';

/** What one sweep ends; the rest waits for the next second. Gateways look at the time themselves, so none bites longer. */
const OVER_PER_SWEEP = 200;
const CLOCK: Actor = { kind: 'system', ref: 'clock' };

export interface IsolationsParts extends ProtectionParts {
  readonly applications: Applications;
}

export function createIsolations(parts: IsolationsParts): Isolations {
  const { db, clock } = parts;
  const tables = tablesOf(db);
  return {
    check: async (input) => check(parts, input),
    add: async (input, actor) => add(parts, input, actor),
    end: async (id, why, actor) => change(parts, async (step) => end(parts, step, { id, why, actor })),
    async get(id) {
      const row = await store.readIsolation(tables, id);
      return row === null || isOver(row, clock.now()) ? null : row;
    },
    list: async () => store.readIsolations(tables, clock.now()),
    async count(refused) {
      for (const [id, count] of refused) await store.addRefused(tables, id, count);
    },
    keepChecks: async (id, checks) => store.writeChecks(tables, id, { checks, checkedAt: clock.now() }),
    async sweep() {
      const why = { cause: 'expired', reason: 'its time is over' } as const;
      for (const id of await store.readOver(tables, clock.now(), OVER_PER_SWEEP))
        await change(parts, async (step) => end(parts, step, { id, why, actor: CLOCK }));
    },
  };
}

const isOver = ({ expiresAt }: Pick<Isolation, 'expiresAt'>, now: number): boolean => expiresAt !== null && expiresAt <= now;

async function check({ applications }: IsolationsParts, input: IsolationInput): Promise<void> {
  const errors = faultsOf(input);
  const isKnown = (await applications.list()).some(({ application }) => application.id === input.application);
  if (!isKnown) errors.push({ pointer: '/application', detail: 'no such application' });
  if (errors.length > 0) throw new Refusal('input-invalid', { errors });
}

async function add(parts: IsolationsParts, input: IsolationInput, actor: Actor): Promise<IsolationRow> {
  await check(parts, input);
  const { application, kind, method, route, reason, forSeconds } = input;
  return change(parts, async ({ tx, now, events }) => {
    const id = input.id ?? parts.newId();
    const held = await store.readIsolation(tx, id);
    if (held !== null) return held;
    if ((await store.countIsolations(tx)) >= ISOLATIONS_MAX) {
      throw new Refusal('conflict', { errors: [{ pointer: '', detail: `at most ${ISOLATIONS_MAX}; isolate the application` }] });
    }
    const expiresAt = forSeconds === null ? null : now + forSeconds * 1000;
    const place = { application, kind, method, route, allow: normalPrefixes(input.allow) };
    const noted = { createdAt: now, createdBy: actorName(actor), reason, refused: 0, checks: [], checkedAt: null };
    const row: IsolationRow = { id, ...place, expiresAt, ...noted };
    await store.insertIsolation(tx, row);
    const payload = { isolation: id, kind, route, expiresAt };
    events.push(parts.bus.newEvent(isolationEvents.isolated, { actor, reason, application, target: id, payload }));
    return row;
  });
}

interface Ending {
  readonly id: string;
  readonly why: IsolationEnd;
  readonly actor: Actor;
}

async function end(parts: ProtectionParts, { tx, events }: Change, { id, why, actor }: Ending): Promise<IsolationRow | null> {
  const row = await store.deleteIsolation(tx, id);
  if (row === null) return null;
  const { cause, reason } = why;
  const checks = row.checks.map(({ name, state }) => `${name}: ${state}`);
  const payload = { isolation: id, cause, checks, refused: row.refused };
  const about = { actor, reason, application: row.application, target: id };
  events.push(parts.bus.newEvent(isolationEvents.released, { ...about, payload }));
  return row;
}
