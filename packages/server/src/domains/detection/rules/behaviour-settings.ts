import { detectionEvents, type BehaviourId, type BehaviourView, type RuleState } from '@holdfast/contract';
import { sql } from 'kysely';
import { Refusal, type FieldFault } from '../../../platform/refusal.ts';
import type { Actor } from '../../applications/index.ts';
import type { BehaviourDefinition } from '../behaviours/behaviour.ts';
import type { BehaviourFigures, BehaviourSetting, Hits } from '../watch/watch.ts';
import { change, type ChangeParts } from './change.ts';
import type { RuleDb } from './tables.ts';

interface Stored {
  readonly state: RuleState;
  readonly thresholds: Readonly<Record<string, number>>;
  readonly hits: number;
  readonly lastHitAt: number | null;
}

export interface BehaviourChange {
  readonly state?: RuleState | undefined;
  readonly thresholds?: Readonly<Record<string, number>> | undefined;
}

const UNSET: Stored = { state: 'on', thresholds: {}, hits: 0, lastHitAt: null };

async function readStored(db: RuleDb): Promise<ReadonlyMap<string, Stored>> {
  const rows = await db.selectFrom('detection_behaviour').selectAll().execute();
  return new Map(
    rows.map(({ id, state, thresholds, hits, last_hit_at: lastHitAt }) => [id, { state, thresholds, hits, lastHitAt }]),
  );
}

/** What the watch is given: thresholds of another release that no longer exist are left out. */
export async function readBehaviourSettings(
  db: RuleDb,
  definitions: readonly BehaviourDefinition[],
): Promise<readonly BehaviourSetting[]> {
  const stored = await readStored(db);
  return definitions.map(({ id, thresholds }) => {
    const { state, thresholds: set } = stored.get(id) ?? UNSET;
    const known = new Set(thresholds.map(({ name }) => name));
    return { id, state, thresholds: Object.fromEntries(Object.entries(set).filter(([name]) => known.has(name))) };
  });
}

export async function viewBehaviours(
  db: RuleDb,
  definitions: readonly BehaviourDefinition[],
  figures: readonly BehaviourFigures[],
): Promise<BehaviourView[]> {
  const stored = await readStored(db);
  const running = new Map(figures.map((each) => [each.id, each]));
  return definitions.map(({ id, title, summary, severity, thresholds }) => {
    const { state, hits, lastHitAt, thresholds: set } = stored.get(id) ?? UNSET;
    const values = new Map(Object.entries(set));
    const { keys = 0, evicted = 0, learningUntil = null } = running.get(id) ?? {};
    return {
      id,
      title,
      summary,
      severity,
      state,
      hits,
      lastHitAt,
      keys,
      evicted,
      learningUntil,
      thresholds: thresholds.map(({ name, fallback, unit, detail }) => ({
        name,
        fallback,
        unit,
        detail,
        value: values.get(name) ?? fallback,
      })),
    };
  });
}

interface Setting {
  readonly definition: BehaviourDefinition;
  readonly to: BehaviourChange;
  readonly actor: Actor;
  readonly reason: string | null;
}

/** A threshold that is set to its default is no longer set: a later release may know a better one. */
export async function setBehaviour(parts: ChangeParts, { definition, to, actor, reason }: Setting): Promise<void> {
  const faults = faultsOf(definition, to.thresholds ?? {});
  if (faults.length > 0) throw new Refusal('input-invalid', { errors: faults });
  if (to.state === 'off' && reason === null) throw new Refusal('input-invalid', { errors: [REASON_NEEDED] });
  const { id } = definition;
  await change(parts, async ({ tx, events, touch }) => {
    const before = (await readStored(tx)).get(id) ?? UNSET;
    const set = Object.entries({ ...before.thresholds, ...to.thresholds });
    const fallbacks = new Map(definition.thresholds.map(({ name, fallback }) => [name, fallback]));
    const thresholds = JSON.stringify(Object.fromEntries(set.filter(([name, value]) => fallbacks.get(name) !== value)));
    const state = to.state ?? before.state;
    const counts = state === before.state ? {} : { hits: 0, last_hit_at: null };
    await tx
      .insertInto('detection_behaviour')
      .values({ id, state, thresholds, hits: 0, last_hit_at: null })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ state, thresholds, ...counts }))
      .execute();
    for (const word of [to.state ?? [], to.thresholds === undefined ? [] : ('thresholds' as const)].flat())
      events.push(
        parts.bus.newEvent(detectionEvents.ruleChanged, {
          actor,
          target: id,
          reason,
          payload: { rule: id, change: word, reason },
        }),
      );
    touch();
  });
}

export const REASON_NEEDED: FieldFault = { pointer: '/reason', detail: 'what is no longer looked for needs a reason' };

function faultsOf({ thresholds }: BehaviourDefinition, given: Readonly<Record<string, number>>): FieldFault[] {
  const known = new Map(thresholds.map((each) => [each.name, each]));
  return Object.entries(given).flatMap(([name, value]) => {
    const pointer = `/thresholds/${name.slice(0, 64)}`;
    const threshold = known.get(name);
    if (threshold === undefined) return [{ pointer, detail: `it has ${[...known.keys()].join(', ') || 'no thresholds'}` }];
    const { min, max } = threshold;
    return value >= min && value <= max ? [] : [{ pointer, detail: `from ${min} to ${max}` }];
  });
}

export async function addBehaviourHits(
  db: RuleDb,
  id: BehaviourId,
  { hits, lastAt }: Pick<Hits, 'hits' | 'lastAt'>,
): Promise<void> {
  await db
    .insertInto('detection_behaviour')
    .values({ id, state: UNSET.state, thresholds: '{}', hits, last_hit_at: lastAt })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({
        hits: sql<number>`detection_behaviour.hits + ${hits}`,
        last_hit_at: sql<number>`greatest(coalesce(detection_behaviour.last_hit_at, 0), ${lastAt})`,
      }),
    )
    .execute();
}
