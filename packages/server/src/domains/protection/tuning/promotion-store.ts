import type { PromotionView, RuleGroup } from '@holdfast/contract';
import { sql, type Selectable } from 'kysely';
import type { ProtectionDb, ProtectionTables } from '../tables.ts';
import type { BeforePromotion } from './tables.ts';

const ACTIVE = ['canary', 'full'] as const;
const PER_APPLICATION_MAX = 100;

/** A promotion as it is kept: what is shown, and what undoing and judging it need. */
export interface Promotion extends PromotionView {
  readonly before: BeforePromotion;
  readonly baseline: number;
}

function toPromotion(row: Selectable<ProtectionTables['protection_tuning_promotion']>): Promotion {
  return {
    id: row.id,
    application: row.application,
    // Only groups of the contract are written.
    group: row.rule_group as RuleGroup | null,
    share: row.share,
    state: row.state,
    startedAt: row.started_at,
    startedBy: row.started_by,
    until: row.until,
    watchedUntil: row.watched_until,
    forced: row.forced,
    reason: row.reason,
    endedAt: row.ended_at,
    why: row.why,
    before: row.before,
    baseline: row.baseline,
  };
}

export const toPromotionView = ({ before: _before, baseline: _baseline, ...view }: Promotion): PromotionView => view;

export async function insertPromotion(tx: ProtectionDb, promotion: Promotion): Promise<void> {
  const { application } = promotion;
  await tx
    .insertInto('protection_tuning_promotion')
    .values({
      id: promotion.id,
      application,
      rule_group: promotion.group,
      share: promotion.share,
      state: promotion.state,
      before: JSON.stringify(promotion.before),
      baseline: promotion.baseline,
      started_at: promotion.startedAt,
      started_by: promotion.startedBy,
      until: promotion.until,
      watched_until: promotion.watchedUntil,
      forced: promotion.forced,
      reason: promotion.reason,
      ended_at: null,
      why: null,
    })
    .execute();
  const kept = tx
    .selectFrom('protection_tuning_promotion')
    .select('id')
    .where('application', '=', application)
    .orderBy('id', 'desc')
    .limit(PER_APPLICATION_MAX);
  await tx.deleteFrom('protection_tuning_promotion').where('application', '=', application).where('id', 'not in', kept).execute();
}

/** False when it is not in that state any more: somebody else was first. */
export async function movePromotion(
  tx: ProtectionDb,
  { id, state: from }: Pick<Promotion, 'id' | 'state'>,
  to: { readonly state: Promotion['state']; readonly endedAt?: number; readonly why?: string },
): Promise<boolean> {
  const result = await tx
    .updateTable('protection_tuning_promotion')
    .set({ state: to.state, ended_at: to.endedAt ?? null, why: to.why ?? null })
    .where('id', '=', id)
    .where('state', '=', from)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function readActivePromotions(db: ProtectionDb): Promise<Promotion[]> {
  const rows = await db.selectFrom('protection_tuning_promotion').selectAll().where('state', 'in', ACTIVE).execute();
  return rows.map(toPromotion);
}

/** The last one of each application. */
export async function readLatestPromotions(db: ProtectionDb): Promise<Promotion[]> {
  const latest = db
    .selectFrom('protection_tuning_promotion')
    .select(sql<string>`max(id)`.as('id'))
    .groupBy('application');
  const rows = await db.selectFrom('protection_tuning_promotion').selectAll().where('id', 'in', latest).execute();
  return rows.map(toPromotion);
}
