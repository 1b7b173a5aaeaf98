import { PHASES, SEVERITIES } from '@holdfast/contract';
import type { CaseParts } from './case-parts.ts';
import { countByPhase } from './case-store.ts';
import { tablesOf } from './tables.ts';

/** Open incidents by phase and severity; a pair that has none any more is said to be none. */
export async function countIncidents({ db, metrics }: Pick<CaseParts, 'db' | 'metrics'>): Promise<void> {
  const rows = await countByPhase(tablesOf(db));
  const counts = new Map(rows.map(({ phase, severity, count }) => [`${phase} ${SEVERITIES[severity] ?? ''}`, count]));
  for (const phase of PHASES.filter((one) => one !== 'closed'))
    for (const severity of SEVERITIES)
      metrics.set('holdfast_incidents', counts.get(`${phase} ${severity}`) ?? 0, [phase, severity]);
}
