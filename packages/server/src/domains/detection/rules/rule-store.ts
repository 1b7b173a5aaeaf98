import type { RuleQuery, RuleState } from '@holdfast/contract';
import { sql, type Selectable, type SelectQueryBuilder } from 'kysely';
import type { Hits, RuleText } from '../watch/watch.ts';
import type { ReadRule } from './read-text.ts';
import type { RuleDb, RuleTables } from './tables.ts';

export type TextRow = Selectable<RuleTables['detection_text']>;
type RuleRow = Selectable<RuleTables['detection_rule']>;

/** A rule with what is said of its text, which is not among it. */
export type ListedRow = Omit<RuleRow, 'name' | 'waits'> &
  Pick<TextRow, 'origin' | 'file' | 'digest' | 'state' | 'changed_at' | 'changed_by' | 'reason'>;

const OF_RULE = [
  'detection_rule.id',
  'detection_rule.text_id',
  'detection_rule.kind',
  'detection_rule.title',
  'detection_rule.severity',
  'detection_rule.status',
  'detection_rule.category',
  'detection_rule.product',
  'detection_rule.service',
  'detection_rule.tags',
  'detection_rule.refs',
  'detection_rule.idle',
  'detection_rule.hits',
  'detection_rule.last_hit_at',
] as const;
const OF_TEXT = [
  'detection_text.origin',
  'detection_text.file',
  'detection_text.digest',
  'detection_text.state',
  'detection_text.changed_at',
  'detection_text.changed_by',
  'detection_text.reason',
] as const;

const listed = (db: RuleDb) =>
  db
    .selectFrom('detection_rule')
    .innerJoin('detection_text', 'detection_text.id', 'detection_rule.text_id')
    .select([...OF_RULE, ...OF_TEXT]);

/** By id; `next` is where the page after it begins. */
export async function readRules(db: RuleDb, query: RuleQuery): Promise<{ rows: ListedRow[]; next: string | null }> {
  const { state, origin, kind, severity, silent, q, cursor, limit } = query;
  let rows = listed(db)
    .orderBy('detection_rule.id')
    .limit(limit + 1);
  if (state !== undefined) rows = rows.where('detection_text.state', '=', state);
  if (origin !== undefined) rows = rows.where('detection_text.origin', '=', origin);
  if (kind !== undefined) rows = rows.where('detection_rule.kind', '=', kind);
  if (severity !== undefined) rows = rows.where('detection_rule.severity', '=', severity);
  if (cursor !== undefined) rows = rows.where('detection_rule.id', '>', cursor);
  if (silent === true) rows = onlySilent(rows);
  if (q !== undefined) {
    // `position` knows no wildcards: what somebody types is a text and no pattern.
    const part = q.toLowerCase();
    rows = rows.where(
      sql<boolean>`position(${part} in lower(detection_rule.id || ' ' || detection_rule.title || ' ' || detection_text.file || ' ' || detection_rule.tags::text)) > 0`,
    );
  }
  const found = await rows.execute();
  return { rows: found.slice(0, limit), next: found.length > limit ? (found[limit - 1]?.id ?? null) : null };
}

function onlySilent<Row>(rows: SelectQueryBuilder<RuleTables, 'detection_rule' | 'detection_text', Row>) {
  return rows
    .where('detection_rule.hits', '=', 0)
    .where('detection_rule.idle', 'is', null)
    .where('detection_rule.kind', '<>', 'filter')
    .where('detection_text.state', '<>', 'off');
}

export async function countRules(db: RuleDb) {
  const when = (condition: ReturnType<typeof sql<boolean>>) => sql<number>`count(*) filter (where ${condition})`;
  const isKept = sql<boolean>`detection_rule.kind <> 'filter'`;
  const row = await db
    .selectFrom('detection_rule')
    .innerJoin('detection_text', 'detection_text.id', 'detection_rule.text_id')
    .select([
      when(sql<boolean>`${isKept} and detection_text.state = 'on'`).as('on'),
      when(sql<boolean>`${isKept} and detection_text.state = 'test'`).as('test'),
      when(sql<boolean>`${isKept} and detection_text.state = 'off'`).as('off'),
      when(
        sql<boolean>`${isKept} and detection_text.state <> 'off' and detection_rule.idle is null and detection_rule.hits = 0`,
      ).as('silent'),
      when(sql<boolean>`${isKept} and detection_text.state <> 'off' and detection_rule.idle is not null`).as('idle'),
    ])
    .executeTakeFirstOrThrow();
  return row;
}

export async function findRule(db: RuleDb, id: string): Promise<(ListedRow & Pick<TextRow, 'text'>) | null> {
  const row = await listed(db).select('detection_text.text').where('detection_rule.id', '=', id).executeTakeFirst();
  return row ?? null;
}

/** In the order of their ids, so that the same set has the same digest everywhere. */
export async function readTexts(db: RuleDb): Promise<RuleText[]> {
  return db.selectFrom('detection_text').select(['file', 'text', 'state']).orderBy('id').execute();
}

/** Texts with documents that may filter something. */
export async function readFilters(db: RuleDb): Promise<Pick<TextRow, 'file' | 'text'>[]> {
  return db
    .selectFrom('detection_text')
    .select(['file', 'text'])
    .where('state', '<>', 'off')
    .where('id', 'in', (query) => query.selectFrom('detection_rule').select('text_id').where('kind', '=', 'filter'))
    .orderBy('id')
    .execute();
}

/** Which texts have documents of these ids or names. */
export async function textsOf(
  db: RuleDb,
  names: readonly string[],
): Promise<(Pick<TextRow, 'id' | 'origin' | 'digest' | 'file'> & { readonly rule: string })[]> {
  if (names.length === 0) return [];
  return db
    .selectFrom('detection_rule')
    .innerJoin('detection_text', 'detection_text.id', 'detection_rule.text_id')
    .select([
      'detection_text.id',
      'detection_text.origin',
      'detection_text.digest',
      'detection_text.file',
      'detection_rule.id as rule',
    ])
    .where((row) => row.or([row.eb('detection_rule.id', 'in', names), row.eb('detection_rule.name', 'in', names)]))
    .execute();
}

/** Texts with documents of these ids or names. */
export async function findTexts(db: RuleDb, names: readonly string[]): Promise<Pick<TextRow, 'file' | 'text'>[]> {
  const ids = [...new Set((await textsOf(db, names)).map(({ id }) => id))];
  if (ids.length === 0) return [];
  return db.selectFrom('detection_text').select(['file', 'text']).where('id', 'in', ids).orderBy('id').execute();
}

export async function readOwnTexts(db: RuleDb): Promise<Pick<TextRow, 'id' | 'digest' | 'is_set' | 'state'>[]> {
  return db.selectFrom('detection_text').select(['id', 'digest', 'is_set', 'state']).where('origin', '=', 'own').execute();
}

export async function countTexts(db: RuleDb): Promise<number> {
  const row = await db
    .selectFrom('detection_text')
    .select(({ fn }) => fn.countAll<number>().as('texts'))
    .executeTakeFirstOrThrow();
  return row.texts;
}

export async function insertText(tx: RuleDb, row: TextRow, rules: readonly ReadRule[]): Promise<void> {
  await tx.insertInto('detection_text').values(row).execute();
  await insertRules(tx, row.id, rules);
}

/** Another text in the place of one. Documents that are in both keep their counts. */
export async function replaceText(
  tx: RuleDb,
  id: string,
  { rules, ...change }: Partial<Omit<TextRow, 'id'>> & { readonly rules: readonly ReadRule[] },
): Promise<void> {
  const [first] = rules;
  if (first === undefined) throw new Error('assertion: a text is replaced by one with documents');
  const counts = await tx.selectFrom('detection_rule').select(['id', 'hits', 'last_hit_at']).where('text_id', '=', id).execute();
  await tx.deleteFrom('detection_rule').where('text_id', '=', id).execute();
  await tx
    .updateTable('detection_text')
    .set({ ...change, id: first.id })
    .where('id', '=', id)
    .execute();
  await insertRules(tx, first.id, rules);
  for (const { id: rule, hits, last_hit_at } of counts)
    await tx
      .updateTable('detection_rule')
      .set({ hits, last_hit_at })
      .where('id', '=', rule)
      .where('text_id', '=', first.id)
      .execute();
}

async function insertRules(tx: RuleDb, text: string, rules: readonly ReadRule[]): Promise<void> {
  const rows = rules.map(({ tags, refs, ...rule }) => ({
    ...rule,
    text_id: text,
    tags: JSON.stringify(tags),
    refs: JSON.stringify(refs),
    idle: null,
    hits: 0,
    last_hit_at: null,
  }));
  await tx.insertInto('detection_rule').values(rows).execute();
}

export async function dropText(tx: RuleDb, id: string): Promise<void> {
  await tx.deleteFrom('detection_rule').where('text_id', '=', id).execute();
  await tx.deleteFrom('detection_text').where('id', '=', id).execute();
}

export interface StateChange {
  readonly state: RuleState;
  readonly reason: string | null;
  readonly at: number;
  readonly by: string;
}

/** Counts begin anew: they are those of the state it is in. */
export async function writeState(tx: RuleDb, text: string, { state, reason, at, by }: StateChange): Promise<void> {
  await tx
    .updateTable('detection_text')
    .set({ state, reason, is_set: true, changed_at: at, changed_by: by })
    .where('id', '=', text)
    .execute();
  await tx.updateTable('detection_rule').set({ hits: 0, last_hit_at: null }).where('text_id', '=', text).execute();
}

export async function addHits(tx: RuleDb, hits: readonly Hits[]): Promise<void> {
  const given = JSON.stringify(hits.map(({ detector: id, hits: count, lastAt: at }) => ({ id, count, at })));
  await sql`update detection_rule set hits = detection_rule.hits + given.count,
      last_hit_at = greatest(coalesce(detection_rule.last_hit_at, 0), given.at)
    from jsonb_to_recordset(${given}::jsonb) as given(id text, count bigint, at bigint)
    where detection_rule.id = given.id`.execute(tx);
}

export async function readVersion(db: RuleDb): Promise<number> {
  const row = await db.selectFrom('detection_set').select('version').where('id', '=', 1).executeTakeFirst();
  return row?.version ?? 0;
}

export async function raiseVersion(tx: RuleDb): Promise<void> {
  await tx
    .updateTable('detection_set')
    .set(({ eb }) => ({ version: eb('version', '+', 1) }))
    .where('id', '=', 1)
    .execute();
}
