import type { Actor } from '../../applications/index.ts';
import { tablesOf } from '../change.ts';
import { stillHolds, whyUndo } from './promotion-rules.ts';
import { movePromotion, readActivePromotions, type Promotion } from './promotion-store.ts';
import { advance, undoPromotion, type PromotionParts } from './promotions.ts';
import type { Watch } from './watch.ts';

const TUNING: Actor = { kind: 'system', ref: 'tuning' };

/** Somebody wrote other settings: theirs hold, and the promotion is over without touching anything. */
async function giveUp({ db, clock }: PromotionParts, promotion: Promotion): Promise<void> {
  const why = 'its settings were changed by other means';
  await movePromotion(tablesOf(db), promotion, { state: 'undone', endedAt: clock.now(), why });
}

async function sweepOne(parts: PromotionParts, watch: Watch, promotion: Promotion): Promise<void> {
  const { applications, clock, db } = parts;
  const { application: id, group, startedAt, baseline, share } = promotion;
  const isCanary = promotion.state === 'canary';
  const found = (await applications.list()).find(({ application }) => application.id === id);
  if (found === undefined || !stillHolds(found.application, group, isCanary ? startedAt : null)) return giveUp(parts, promotion);
  const now = clock.now();
  const figures = watch.figures({ application: id, group, now, isCanary });
  const why = whyUndo(figures, isCanary ? (baseline * share) / 100 : baseline);
  if (why !== null) return undoPromotion(parts, promotion, { actor: TUNING, why, cause: 'established-clients-blocked', figures });
  if (isCanary && now >= promotion.until) return advance(parts, promotion, figures);
  if (!isCanary && now >= promotion.watchedUntil)
    await movePromotion(tablesOf(db), promotion, { state: 'settled', endedAt: now });
}

/** Advances, undoes and ends promotions. All of it is in the database, so a restart goes on where it was. */
export async function sweepPromotions(parts: PromotionParts, watch: Watch): Promise<void> {
  for (const promotion of await readActivePromotions(tablesOf(parts.db))) await sweepOne(parts, watch, promotion);
}
