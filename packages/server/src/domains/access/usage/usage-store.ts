import type { AccessPrincipal } from '@holdfast/contract';
import { sql, type JSONColumnType, type Kysely } from 'kysely';
import type { Use } from './use.ts';

export type UsageTables = {
  access_usage: {
    day: number;
    key: string;
    principal_kind: AccessPrincipal['kind'];
    principal: string;
    token: string;
    application: string;
    action: string;
    route: string;
    allowed: boolean;
    policies: JSONColumnType<string[]>;
    count: number;
  };
  access_usage_day: { day: number; lost: number };
};
export type UsageDb = Kysely<UsageTables>;

/** Each a few hundred bytes. A day that has more different uses says so, and nothing is proposed on the strength of it. */
const ROWS_PER_DAY_MAX = 50_000;
const ROWS_PER_STATEMENT = 200;
const ROUTE_CHARS_MAX = 512;

export interface CountedUse {
  readonly key: string;
  readonly use: Use;
  readonly count: number;
}

/** How many of them found no room. */
export async function addUses(tx: UsageDb, day: number, uses: readonly CountedUse[]): Promise<number> {
  const held = await tx
    .selectFrom('access_usage')
    .select((query) => query.fn.countAll().as('count'))
    .where('day', '=', day)
    .executeTakeFirstOrThrow();
  const free = Math.max(0, ROWS_PER_DAY_MAX - Number(held.count));
  for (let from = 0; from < uses.length; from += ROWS_PER_STATEMENT)
    // A slice that begins within the bound is written whole: it may go over by fewer rows than one statement has.
    await (from < free ? countUp : countKnown)(tx, day, uses.slice(from, from + ROWS_PER_STATEMENT));
  return Math.max(0, uses.length - Math.ceil(free / ROWS_PER_STATEMENT) * ROWS_PER_STATEMENT);
}

/** What has a row counts on; what has none is lost, and the day says so. */
async function countKnown(tx: UsageDb, day: number, uses: readonly CountedUse[]): Promise<void> {
  for (const { key, count } of uses)
    await tx
      .updateTable('access_usage')
      .set({ count: sql<number>`count + ${count}::bigint` })
      .where('day', '=', day)
      .where('key', '=', key)
      .execute();
}

async function countUp(tx: UsageDb, day: number, uses: readonly CountedUse[]): Promise<void> {
  await tx
    .insertInto('access_usage')
    .values(uses.map(({ key, use, count }) => ({ day, key, ...columnsOf(use), count })))
    .onConflict((conflict) =>
      conflict.columns(['day', 'key']).doUpdateSet({ count: sql<number>`access_usage.count + excluded.count` }),
    )
    .execute();
}

function columnsOf({ principal, token, application, action, route, allowed, policies }: Use) {
  return {
    principal_kind: principal.kind,
    principal: principal.id ?? '',
    token: token ?? '',
    application: application ?? '',
    action,
    route: (route ?? '').slice(0, ROUTE_CHARS_MAX),
    allowed,
    policies: JSON.stringify(policies),
  };
}

export async function noteDay(tx: UsageDb, day: number, lost: number): Promise<void> {
  await tx
    .insertInto('access_usage_day')
    .values({ day, lost })
    .onConflict((conflict) => conflict.column('day').doUpdateSet({ lost: sql<number>`access_usage_day.lost + excluded.lost` }))
    .execute();
}

export async function forgetBefore(tx: UsageDb, day: number): Promise<void> {
  await tx.deleteFrom('access_usage').where('day', '<', day).execute();
  await tx.deleteFrom('access_usage_day').where('day', '<', day).execute();
}

export interface UseTotal extends Use {
  readonly count: number;
}

export interface UsageWindow {
  /** Null = nothing was counted. */
  readonly firstDay: number | null;
  readonly lost: number;
  readonly uses: readonly UseTotal[];
}

/** Routes are left out where nobody asks for them: no right depends on one by itself. */
export async function readWindow(db: UsageDb, fromDay: number): Promise<UsageWindow> {
  const days = await db
    .selectFrom('access_usage_day')
    .select((query) => [query.fn.min('day').as('first'), query.fn.sum('lost').as('lost')])
    .where('day', '>=', fromDay)
    .executeTakeFirstOrThrow();
  const rows = await db
    .selectFrom('access_usage')
    .select(['principal_kind', 'principal', 'token', 'application', 'action', 'allowed', 'policies'])
    .select((query) => query.fn.sum('count').as('total'))
    .where('day', '>=', fromDay)
    .groupBy(['principal_kind', 'principal', 'token', 'application', 'action', 'allowed', 'policies'])
    .execute();
  // No row at all leaves null in both, whatever the types of an aggregate say.
  const first = days.first as number | null;
  return {
    firstDay: first,
    lost: Number(days.lost ?? 0),
    uses: rows.map((row) => ({
      principal: { kind: row.principal_kind, id: row.principal || null },
      token: row.token || null,
      application: row.application || null,
      action: row.action,
      route: null,
      allowed: row.allowed,
      policies: row.policies,
      count: Number(row.total),
    })),
  };
}
