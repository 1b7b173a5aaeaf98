import type { ClockRule, ClockRuleInput } from '@holdfast/contract';
import type { Queryable } from '../../../platform/db/database.ts';
import { BUILT_IN, builtIn } from './rules.ts';

interface RuleRow extends Omit<ClockRuleInput, 'to'> {
  readonly directedTo: ClockRule['to'];
}

const COLUMNS = `id, title, source, hours, months, after_rule as "after", directed_to as "directedTo", is_on as "isOn"`;

/** Ours first, then the others by their ids. Of ours, what was switched alone counts: their words are those of the program. */
export async function readRules(db: Queryable): Promise<readonly ClockRule[]> {
  const rows = await db.query<RuleRow>(`select ${COLUMNS} from incident_clock_rule order by id`);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const ours = BUILT_IN.map((rule) => ({ ...rule, isOn: byId.get(rule.id)?.isOn ?? rule.isOn }));
  const others = rows
    .filter(({ id }) => builtIn(id) === null)
    .map(({ directedTo, ...row }) => ({ ...row, to: directedTo, isBuiltIn: false }));
  return [...ours, ...others];
}

/** True = there was none of this id. */
export async function writeRule(tx: Queryable, rule: ClockRuleInput, by: { actor: string; now: number }): Promise<boolean> {
  const { id, title, source, hours, months, after, to, isOn } = rule;
  const before = await tx.query('select id from incident_clock_rule where id = $1 for update', [id]);
  await tx.query(
    `insert into incident_clock_rule (id, title, source, hours, months, after_rule, directed_to, is_on, changed_at, changed_by)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
      on conflict (id) do update set title = excluded.title, source = excluded.source, hours = excluded.hours,
      months = excluded.months, after_rule = excluded.after_rule, directed_to = excluded.directed_to, is_on = excluded.is_on,
      changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
    [id, title, source, hours, months, after, to, isOn, by.now, by.actor],
  );
  return before.length === 0;
}

export async function deleteRule(tx: Queryable, id: string): Promise<boolean> {
  return (await tx.query('delete from incident_clock_rule where id = $1 returning id', [id])).length > 0;
}
