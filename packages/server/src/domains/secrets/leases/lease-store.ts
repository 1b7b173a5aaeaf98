import type { Lease } from '@holdfast/contract';
import { sql } from 'kysely';
import type { LeaseListQuery } from './leases.ts';
import type { LeaseDb, LeaseRow } from './tables.ts';

export function toLease(row: LeaseRow): Lease {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    role: row.role,
    subject: row.subject,
    issuedTo: row.issued_to,
    purpose: row.purpose,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
    expiresAtMost: row.expires_at_most,
    ending: row.ending,
    endedAt: row.ended_at,
    trouble: row.trouble,
  };
}

export async function insertLease(tx: LeaseDb, row: LeaseRow): Promise<void> {
  await tx
    .insertInto('secret_lease')
    .values({ ...row, source: JSON.stringify(row.source) })
    .execute();
}

export async function findLease(db: LeaseDb, id: string): Promise<LeaseRow | null> {
  return (await db.selectFrom('secret_lease').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

export async function countLeases(db: LeaseDb): Promise<number> {
  const row = await db
    .selectFrom('secret_lease')
    .select((query) => query.fn.countAll().as('count'))
    .where('state', '<>', 'ended')
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

const begins = (prefix: string) => sql<boolean>`starts_with(id, ${prefix})`;

/** In the order of their ids: role, then time. */
export async function readLeases(db: LeaseDb, { prefix, ended, cursor, limit }: LeaseListQuery): Promise<LeaseRow[]> {
  let rows = db.selectFrom('secret_lease').selectAll();
  if (prefix !== undefined) rows = rows.where(begins(prefix));
  if (ended !== true) rows = rows.where('state', '<>', 'ended');
  if (cursor !== undefined) rows = rows.where('id', '>', cursor);
  return rows.orderBy('id').limit(limit).execute();
}

/** In this state, moved on; null = somebody else was faster. */
export async function activateLease(tx: LeaseDb, id: string): Promise<LeaseRow | null> {
  const row = await tx
    .updateTable('secret_lease')
    .set((where) => ({ state: 'active', due_at: where.ref('expires_at'), claim: null, claimed_until: null }))
    .where('id', '=', id)
    .where('state', '=', 'starting')
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

export async function extendLease(tx: LeaseDb, id: string, expiresAt: number): Promise<LeaseRow | null> {
  const row = await tx
    .updateTable('secret_lease')
    .set({ expires_at: expiresAt, due_at: expiresAt })
    .where('id', '=', id)
    .where('state', '=', 'active')
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

export interface LeaseClaim {
  readonly holder: string;
  readonly now: number;
  readonly until: number;
}

/**
 * From now on this one is over, and in these hands until it was taken away; null = it is already, or in other hands. A lease that
 * nobody finished making is over as well.
 */
export async function claimEnding(
  db: LeaseDb,
  id: string,
  { holder, now, until, ending }: LeaseClaim & { readonly ending: NonNullable<Lease['ending']> },
): Promise<LeaseRow | null> {
  const row = await db
    .updateTable('secret_lease')
    .set({ state: 'ending', claim: holder, claimed_until: until, ending: sql`coalesce(ending, ${ending})` })
    .where('id', '=', id)
    .where('state', '<>', 'ended')
    .where((where) => where.or([where('claimed_until', 'is', null), where('claimed_until', '<=', now)]))
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

/** Those that are over by the clock, or still have to be taken away. */
export async function readDueLeases(db: LeaseDb, now: number, max: number): Promise<Pick<LeaseRow, 'id' | 'state'>[]> {
  return db
    .selectFrom('secret_lease')
    .select(['id', 'state'])
    .where('state', '<>', 'ended')
    .where('due_at', '<=', now)
    .where((where) => where.or([where('claimed_until', 'is', null), where('claimed_until', '<=', now)]))
    .orderBy('due_at')
    .limit(max)
    .execute();
}

export async function changeEnding(
  tx: LeaseDb,
  { id, claim }: Pick<LeaseRow, 'id' | 'claim'>,
  change: Partial<Omit<LeaseRow, 'id' | 'source'>>,
): Promise<LeaseRow | null> {
  const row = await tx
    .updateTable('secret_lease')
    .set({ claim: null, claimed_until: null, ...change })
    .where('id', '=', id)
    .where('claim', '=', claim)
    .where('state', '=', 'ending')
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

/** What an earlier process of this node held, or was making: it ends now. */
export async function releaseLeaseClaims(db: LeaseDb, node: string, now: number): Promise<void> {
  await db
    .updateTable('secret_lease')
    .set({ claim: null, claimed_until: null, due_at: now })
    .where('state', 'in', ['starting', 'ending'])
    .where(sql<boolean>`split_part(claim, ':', 1) = ${node}`)
    .execute();
}

export async function forgetLeases(db: LeaseDb, before: number): Promise<void> {
  await db.deleteFrom('secret_lease').where('state', '=', 'ended').where('ended_at', '<', before).execute();
}
