import type { RuleState } from '@holdfast/contract';
import type { Logsource } from '@holdfast/sigma';
import { sql } from 'kysely';
import type { ReadRule } from './read-text.ts';
import type { RuleDb } from './tables.ts';

export type Judged = Pick<ReadRule, 'id' | 'name' | 'kind' | 'category' | 'product' | 'service' | 'refs' | 'waits'> & {
  readonly state: RuleState;
};

/** A correlation may count correlations; deeper than this nobody chains them. */
const CHAIN_MAX = 16;
const IDLE_CHARS_MAX = 300;

/** Why a rule cannot fire as the whole set stands, by id; those that can are not in it. */
export function idleRules(rules: readonly Judged[], logsources: readonly Logsource[]): ReadonlyMap<string, string> {
  const named = new Map<string, Judged>();
  for (const rule of rules) for (const name of [rule.id, rule.name]) if (name !== null) named.set(name, rule);
  const idle = new Map<string, string>();
  for (const rule of rules) {
    const why =
      rule.kind === 'rule' ? (rule.waits ?? unheard(rule, logsources)) : rule.kind === 'filter' ? aimless(rule, named) : null;
    if (why !== null) idle.set(rule.id, why);
  }
  const correlations = rules.filter(({ kind }) => kind === 'correlation');
  for (let round = 0, before = -1; round < CHAIN_MAX && before !== idle.size; round += 1) {
    before = idle.size;
    for (const rule of correlations) {
      const why = idle.has(rule.id) ? null : starved(rule, named, idle);
      if (why !== null) idle.set(rule.id, why.slice(0, IDLE_CHARS_MAX));
    }
  }
  return idle;
}

function unheard({ category, product, service }: Judged, logsources: readonly Logsource[]): string | null {
  const isHeard = logsources.some(
    (own) =>
      (category === null || category === own.category) &&
      (product === null || product === own.product) &&
      (service === null || service === own.service),
  );
  if (isHeard) return null;
  const parts = Object.entries({ category, product, service }).filter(([, value]) => value !== null);
  return `no event that comes here is of ${parts.map(([name, value]) => `${name} ${value}`).join(', ')}`;
}

function aimless({ refs }: Judged, named: ReadonlyMap<string, Judged>): string | null {
  return refs === null || refs.some((name) => named.has(name)) ? null : 'no rule that it is for is here';
}

function starved({ refs }: Judged, named: ReadonlyMap<string, Judged>, idle: ReadonlyMap<string, string>): string | null {
  for (const name of refs ?? []) {
    const other = named.get(name);
    if (other === undefined) return `it counts ${name}, which is not here`;
    if (other.state === 'off') return `it counts ${name}, which is off`;
  }
  const isFed = (refs ?? []).some((name) => !idle.has(named.get(name)?.id ?? ''));
  return isFed ? null : 'nothing that it counts can happen here';
}

/** Brings what is stored of all rules up to date; only those that differ are written. */
export async function markIdle(tx: RuleDb, logsources: readonly Logsource[]): Promise<void> {
  const rows = await tx
    .selectFrom('detection_rule')
    .innerJoin('detection_text', 'detection_text.id', 'detection_rule.text_id')
    .select([
      'detection_rule.id',
      'name',
      'kind',
      'category',
      'product',
      'service',
      'refs',
      'waits',
      'idle',
      'detection_text.state',
    ])
    .execute();
  const idle = idleRules(rows, logsources);
  const other = rows.filter((row) => row.idle !== (idle.get(row.id) ?? null));
  if (other.length === 0) return;
  const given = JSON.stringify(other.map(({ id }) => ({ id, idle: idle.get(id) ?? null })));
  await sql`update detection_rule set idle = given.idle
    from jsonb_to_recordset(${given}::jsonb) as given(id text, idle text)
    where detection_rule.id = given.id`.execute(tx);
}
