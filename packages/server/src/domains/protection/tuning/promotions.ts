import { controlEvents, type Application, type PromotionInput, type PromotionPlan, type PromotionView } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import { actorName, type Actor, type Applications } from '../../applications/index.ts';
import { change, tablesOf, type ProtectionParts } from '../change.ts';
import { beforeOf, promoted, restored, whyNothingToPromote } from './promotion-rules.ts';
import { insertPromotion, movePromotion, readLatestPromotions, toPromotionView, type Promotion } from './promotion-store.ts';
import type { WindowFigures } from './watch.ts';

const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;
/** After everybody is judged the promotion is watched, and undone by itself if it hurts, for this long. */
const WATCH_MS = DAY_MS;
const NO_FIGURES: WindowFigures = { requests: 0, establishedBlocks: 0, establishedClients: 0 };

export interface PromotionParts extends ProtectionParts {
  readonly applications: Applications;
}

export interface PromoteWith extends PromotionPlan {
  readonly actor: Actor;
  /** How much time the simulation saw. */
  readonly seenMs: number;
}

const isUnderWay = ({ state }: Promotion): boolean => state === 'canary' || state === 'full';

async function refuseUnready(parts: PromotionParts, input: PromotionInput, { readiness }: PromoteWith): Promise<Application> {
  const { application } = await parts.applications.get(input.application);
  const nothing = whyNothingToPromote(application, input.group ?? null);
  if (nothing !== null) throw new Refusal('promotion-not-ready', { errors: [{ pointer: '/application', detail: nothing }] });
  const latest = (await readLatestPromotions(tablesOf(parts.db))).find((one) => one.application === application.id);
  if (latest !== undefined && isUnderWay(latest)) {
    const detail = 'a promotion is under way; it ends by itself, or with holdfast tune rollback';
    throw new Refusal('conflict', { errors: [{ pointer: '/application', detail }] });
  }
  const missing = readiness.lines.filter(({ passed }) => !passed);
  if (missing.length > 0 && !input.force) {
    const errors = missing.map(({ name, figure, next }) => ({ pointer: `/readiness/${name}`, detail: `${figure}: ${next}` }));
    throw new Refusal('promotion-not-ready', { errors });
  }
  return application;
}

/** Begins to block for a share of the clients, or for everybody when the share is 100. */
export async function promote(parts: PromotionParts, input: PromotionInput, by: PromoteWith): Promise<PromotionView> {
  const application = await refuseUnready(parts, input, by);
  const { share, reason = null, group = null } = input;
  const missing = by.readiness.lines.filter(({ passed }) => !passed).map(({ name, figure }) => `${name}: ${figure}`);
  return change(parts, async (step) => {
    const startedAt = step.now;
    const isCanary = share < 100;
    const until = startedAt + (isCanary ? input.forSeconds * 1000 : 0);
    const promotion: Promotion = {
      id: parts.newId(),
      application: application.id,
      group,
      share,
      state: isCanary ? 'canary' : 'full',
      startedAt,
      startedBy: actorName(by.actor),
      until,
      watchedUntil: until + WATCH_MS,
      forced: missing.length > 0,
      reason,
      endedAt: null,
      why: null,
      before: beforeOf(application, group),
      baseline: by.simulation.touched / Math.max(1, by.seenMs / QUARTER_MS),
    };
    await insertPromotion(step.tx, promotion);
    const next = (current: Application): Application =>
      isCanary ? { ...current, canary: { share, group, since: startedAt, until } } : promoted(current, group);
    await parts.applications.adjustIn(step.transaction, application.id, { actor: by.actor, reason: reason ?? 'promotion', next });
    const payload = { group, share, until, forced: promotion.forced, missing };
    const fields = { actor: by.actor, application: application.id, target: application.id, reason, payload };
    step.events.push(parts.bus.newEvent(controlEvents.tuningPromoted, fields));
    return toPromotionView(promotion);
  });
}

/** The share went through its time: now everybody. */
export async function advance(parts: PromotionParts, promotion: Promotion, figures: WindowFigures): Promise<void> {
  const actor: Actor = { kind: 'system', ref: 'tuning' };
  await change(parts, async (step) => {
    if (!(await movePromotion(step.tx, promotion, { state: 'full' }))) return;
    const { application, group } = promotion;
    const reason = 'the canary went through its time';
    const next = (current: Application): Application => promoted(current, group);
    await parts.applications.adjustIn(step.transaction, application, { actor, reason, next });
    const payload = { group, requests: figures.requests, establishedBlocks: figures.establishedBlocks };
    step.events.push(
      parts.bus.newEvent(controlEvents.tuningAdvanced, { actor, application, target: application, reason, payload }),
    );
  });
}

interface UndoBy {
  readonly actor: Actor;
  readonly why: string;
  readonly cause: 'operator' | 'established-clients-blocked';
  readonly figures?: WindowFigures;
}

/** Back to what was before, whatever the promotion has come to. */
export async function undoPromotion(parts: PromotionParts, promotion: Promotion, by: UndoBy): Promise<void> {
  const { actor, why, cause, figures = NO_FIGURES } = by;
  const { application, group, before, baseline } = promotion;
  await change(parts, async (step) => {
    const state = cause === 'operator' ? 'undone' : 'rolled-back';
    if (!(await movePromotion(step.tx, promotion, { state, endedAt: step.now, why }))) return;
    const next = (current: Application): Application => restored(current, group, before);
    await parts.applications.adjustIn(step.transaction, application, { actor, reason: why, next });
    const payload = { group, cause, ...figures, baselineBlocks: baseline };
    const fields = { actor, application, target: application, reason: why, payload };
    step.events.push(parts.bus.newEvent(controlEvents.tuningRolledBack, fields));
  });
}

/** Undoes the last promotion of an application by hand. */
export async function rollBackPromotion(
  parts: PromotionParts,
  { application, reason }: { readonly application: string; readonly reason?: string | undefined },
  actor: Actor,
): Promise<PromotionView> {
  await parts.applications.get(application);
  const find = async (): Promise<Promotion | undefined> =>
    (await readLatestPromotions(tablesOf(parts.db))).find((one) => one.application === application);
  const latest = await find();
  if (latest === undefined || latest.state === 'rolled-back' || latest.state === 'undone') {
    throw new Refusal('conflict', { errors: [{ pointer: '/application', detail: 'it has no promotion that could be undone' }] });
  }
  await undoPromotion(parts, latest, { actor, why: reason ?? 'undone by an operator', cause: 'operator' });
  return toPromotionView((await find()) ?? latest);
}
