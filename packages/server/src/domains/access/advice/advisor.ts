import { randomBytes } from 'node:crypto';
import {
  adviceEvents,
  type AdviceApplied,
  type AdviceBatch,
  type AdviceProposal,
  type AdviceUndone,
  type AdviceView,
  type EventRecord,
} from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { createUlid } from '../../../platform/ulid.ts';
import { advise, replayOf, type Observed } from '../advisor/advise.ts';
import { DAY_MS, type Usage } from '../usage/usage.ts';
import { insertBatch, keepItems, lastApplied, markUndone, type AdviceTables } from './advice-store.ts';
import { applyItems, undoItems } from './change-rights.ts';
import type { Rights } from './rights.ts';

type Actor = EventRecord['actor'];

export interface AdvisorParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly usage: Usage;
  readonly rights: Rights;
}

export interface Applying {
  readonly days: number;
  /** Null = every proposal that is not young. */
  readonly ids: readonly string[] | null;
  readonly actor: Actor;
  /** Throws where whoever applies it may not change what this is about. */
  readonly assertMay: (proposal: AdviceProposal) => void;
}

/** Takes away what nobody uses, and gives it back in one command. */
export interface Advisor {
  show(days: number): Promise<AdviceView>;
  apply(applying: Applying): Promise<AdviceApplied>;
  /** What was applied last and is still in force; what somebody changed since stays. */
  undo(undoing: Pick<Applying, 'actor' | 'assertMay'>): Promise<AdviceUndone>;
}

const byName = ({ kind, ref }: Actor): string => `${kind}:${ref}`;

export function createAdvisor(parts: AdvisorParts): Advisor {
  const { db, clock, usage, rights } = parts;
  const observe = async (days: number): Promise<Observed & { since: number | null }> => {
    const { firstDay, lost, uses } = await usage.window(days);
    const today = Math.floor(clock.now() / DAY_MS) * DAY_MS;
    // The window begins with its first whole day, or when counting did.
    const windowFrom = today - (days - 1) * DAY_MS;
    const since = firstDay === null ? null : firstDay * DAY_MS;
    return { grants: await rights.read(), uses, windowFrom, countedFrom: since ?? clock.now(), since, incomplete: lost > 0 };
  };
  return {
    async show(days) {
      const observed = await observe(days);
      const { grants, policies, proposals, replay } = advise(observed);
      const { since, incomplete } = observed;
      const applied = await lastApplied(db.kysely.withTables<AdviceTables>());
      return {
        days,
        since,
        incomplete,
        grants: [...grants],
        policies: [...policies],
        proposals: [...proposals],
        replay,
        applied,
      };
    },
    async apply(applying) {
      const observed = await observe(applying.days);
      const items = chosen(advise(observed).proposals, applying.ids);
      for (const item of items) applying.assertMay(item);
      const replay = replayOf(observed, items);
      return { batch: await applyBatch(parts, { items, replay, ...applying }), replay };
    },
    undo: async (undoing) => undoLast(parts, undoing),
  };
}

function chosen(proposals: readonly AdviceProposal[], ids: readonly string[] | null): AdviceProposal[] {
  const items = ids === null ? proposals.filter(({ young }) => !young) : proposals.filter(({ id }) => ids.includes(id));
  const missing = (ids ?? []).filter((id) => !items.some((item) => item.id === id));
  if (missing.length > 0) {
    const errors = missing.map((id) => ({ pointer: '/ids', detail: `${id} is not proposed` }));
    throw new Refusal('advice-missing', { errors });
  }
  if (items.length === 0) throw new Refusal('advice-missing');
  return items;
}

interface Batching extends Pick<Applying, 'actor' | 'days'> {
  readonly items: readonly AdviceProposal[];
  readonly replay: AdviceApplied['replay'];
}

/** What was before is durable before anything changes: whatever happens in between can be undone. */
async function applyBatch({ db, bus, clock, rights }: AdvisorParts, batching: Batching): Promise<AdviceBatch> {
  const { actor, days, items, replay } = batching;
  const newId = createUlid({ clock, random: (bytes) => randomBytes(bytes) });
  const batch = { id: newId(), items: [...items], appliedAt: clock.now(), appliedBy: byName(actor), undoneAt: null };
  await db.transaction(async (transaction) => {
    await insertBatch(transaction.kysely.withTables<AdviceTables>(), batch);
    const { decisions, changed } = replay;
    const payload = { batch: batch.id, items: items.map(({ id }) => id), days, decisions, changed };
    await bus.publish(transaction, [bus.newEvent(adviceEvents.applied, { actor, target: batch.id, payload })]);
  });
  const { done, fault } = await applyItems(rights, items, actor);
  if (done.length < items.length) await keepItems(db.kysely.withTables<AdviceTables>(), batch.id, done);
  if (fault !== null) throw fault;
  return { ...batch, items: done };
}

async function undoLast(
  { db, bus, clock, rights }: AdvisorParts,
  undoing: Pick<Applying, 'actor' | 'assertMay'>,
): Promise<AdviceUndone> {
  const { actor, assertMay } = undoing;
  const batch = await lastApplied(db.kysely.withTables<AdviceTables>());
  if (batch === null) throw new Refusal('advice-missing');
  for (const item of batch.items) assertMay(item);
  const { done, fault } = await undoItems(rights, batch.items, actor);
  // What could not be given back now is tried again by the next command.
  if (fault !== null) throw fault;
  const skipped = batch.items.flatMap(({ id }) => (done.some((item) => item.id === id) ? [] : [id]));
  const at = clock.now();
  await db.transaction(async (transaction) => {
    if (!(await markUndone(transaction.kysely.withTables<AdviceTables>(), batch.id, { at, who: byName(actor) })))
      throw new Refusal('conflict');
    const payload = { batch: batch.id, items: done.map(({ id }) => id), skipped };
    await bus.publish(transaction, [bus.newEvent(adviceEvents.undone, { actor, target: batch.id, payload })]);
  });
  return { batch: { ...batch, undoneAt: at }, skipped };
}
