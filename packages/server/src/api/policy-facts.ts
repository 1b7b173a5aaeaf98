import type { Application, CutOff, Isolation, PromotionView } from '@holdfast/contract';
import { isDatabaseAway } from '../platform/db/database-error.ts';
import type { ApiDomains } from './parts.ts';

/** What is in force, as an operator asks first. */
export interface PolicyFacts {
  readonly applications: readonly Pick<Application, 'id' | 'mode' | 'upstream'>[];
  readonly bypassUntil: number | null;
  readonly isolations: readonly CutOff[];
  readonly promotions: readonly PromotionView[];
}

/** While the database is away: what is served now, by the snapshot in memory. */
export async function readPolicyFacts({ applications, protection }: ApiDomains): Promise<PolicyFacts> {
  try {
    const [known, bypass, isolations, promotions] = await Promise.all([
      applications.list(),
      protection.showBypass(),
      protection.isolations.list(),
      protection.tuning.promotions(),
    ]);
    return {
      applications: known.map(({ application }) => application),
      bypassUntil: bypass.active?.until ?? null,
      isolations: isolations.map((row) => cutOffOf(row, { since: row.createdAt, by: row.createdBy })),
      promotions,
    };
  } catch (error) {
    if (!isDatabaseAway(error)) throw error;
    const { applications: served, bypassUntil, isolations } = await protection.snapshots.current();
    const unknown = { since: null, by: null };
    return { applications: served, bypassUntil, isolations: isolations.map((one) => cutOffOf(one, unknown)), promotions: [] };
  }
}

const cutOffOf = (
  { id, application, kind, method, route, expiresAt }: Isolation,
  whose: Pick<CutOff, 'since' | 'by'>,
): CutOff => ({ id, application, kind, method, route, expiresAt, ...whose });
