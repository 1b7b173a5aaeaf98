import { serviceAccountViewSchema, type ServiceAccountView } from '@holdfast/contract';
import { sql, type JSONColumnType, type Kysely } from 'kysely';
import type { IdentityTables } from '../store.ts';
import type { TokenAccount } from './account.ts';

type AccountRow = {
  id: string;
  name: string;
  purpose: string;
  owner: string | null;
  applications: JSONColumnType<string[]>;
  status: TokenAccount['status'];
  created_at: number;
  created_by: string;
  deleted_at: number | null;
};
/** `identity_person` as far as lists name who answers for an account. */
export type AccountTables = IdentityTables & {
  identity_service_account: AccountRow;
  identity_person: { id: string; name: string; status: 'invited' | 'active' | 'disabled' };
};
export type AccountDb = Kysely<AccountTables>;

export type NewAccount = Pick<ServiceAccountView, 'id' | 'name' | 'purpose' | 'applications' | 'createdAt' | 'createdBy'> & {
  readonly owner: string | null;
};
/** What is undefined stays. */
export interface AccountChange {
  readonly purpose?: string | undefined;
  readonly owner?: string | undefined;
  readonly applications?: readonly string[] | undefined;
  readonly status?: TokenAccount['status'];
  readonly deletedAt?: number;
}

export async function insertAccount(tx: AccountDb, account: NewAccount): Promise<boolean> {
  const { id, name, purpose, owner, applications, createdAt, createdBy } = account;
  const inserted = await tx
    .insertInto('identity_service_account')
    .values({
      id,
      name,
      purpose,
      owner,
      status: 'active',
      deleted_at: null,
      applications: JSON.stringify(applications),
      created_at: createdAt,
      created_by: createdBy,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  return inserted !== undefined;
}

/** By name or id, of those that are not deleted; locked until the transaction ends. */
export async function lockAccount(tx: AccountDb, word: string): Promise<TokenAccount | null> {
  const row = await tx
    .selectFrom('identity_service_account')
    .select(['id', 'name', 'status', 'applications'])
    .where((where) => where.or([where('id', '=', word), where('name', '=', word)]))
    .where('status', '<>', 'deleted')
    // An id is upper case and a name lower case: one word is never both.
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
}

export async function countAccounts(tx: AccountDb): Promise<number> {
  const row = await tx
    .selectFrom('identity_service_account')
    .select((query) => query.fn.countAll().as('count'))
    .where('status', '<>', 'deleted')
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

export async function changeAccount(tx: AccountDb, id: string, change: AccountChange): Promise<void> {
  const { purpose, owner, applications, status, deletedAt } = change;
  await tx
    .updateTable('identity_service_account')
    .set({
      ...(purpose === undefined ? {} : { purpose }),
      ...(owner === undefined ? {} : { owner }),
      ...(applications === undefined ? {} : { applications: JSON.stringify(applications) }),
      ...(status === undefined ? {} : { status }),
      ...(deletedAt === undefined ? {} : { deleted_at: deletedAt }),
    })
    .where('id', '=', id)
    .execute();
}

/** Hashes of the tokens of an account that could still be in use. */
export async function usableHashes(tx: AccountDb, account: string, now: number): Promise<string[]> {
  const rows = await tx
    .selectFrom('identity_token')
    .select('hash')
    .where('account', '=', account)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .execute();
  return rows.map(({ hash }) => hash);
}

export async function revokeAll(tx: AccountDb, account: string, now: number): Promise<void> {
  await tx
    .updateTable('identity_token')
    .set({ revoked_at: now })
    .where('account', '=', account)
    .where('revoked_at', 'is', null)
    .execute();
}

/** What was deleted so long ago that a call with one of its tokens need not be told by name any more. */
export async function forgetDeleted(db: AccountDb, before: number): Promise<void> {
  const gone = db
    .selectFrom('identity_service_account')
    .select('id')
    .where('status', '=', 'deleted')
    .where('deleted_at', '<', before);
  await db.deleteFrom('identity_token').where('account', 'in', gone).execute();
  await db.deleteFrom('identity_service_account').where('status', '=', 'deleted').where('deleted_at', '<', before).execute();
}

function selectViews(db: AccountDb, now: number) {
  return db
    .selectFrom('identity_service_account as account')
    .leftJoin('identity_person as person', 'person.id', 'account.owner')
    .where('account.status', '<>', 'deleted')
    .select(['account.id', 'account.name', 'account.purpose', 'account.applications', 'account.status'])
    .select(['account.created_at', 'account.created_by'])
    .select(['person.id as owner_id', 'person.name as owner_name', 'person.status as owner_status'])
    .select((query) => {
      const tokens = query.selectFrom('identity_token as token').whereRef('token.account', '=', 'account.id');
      const usable = tokens.where('token.revoked_at', 'is', null).where('token.expires_at', '>', now);
      return [
        usable.select((count) => count.fn.countAll().as('count')).as('usable'),
        usable.select((max) => max.fn.max('token.expires_at').as('last')).as('last_expires'),
        tokens.select((max) => max.fn.max('token.last_used_at').as('last')).as('last_used'),
      ];
    });
}

type ViewRow = Awaited<ReturnType<ReturnType<typeof selectViews>['execute']>>[number];

const numberOrNull = (value: unknown): number | null => (value === null ? null : Number(value));

function toView(row: ViewRow): ServiceAccountView {
  return serviceAccountViewSchema.parse({
    id: row.id,
    name: row.name,
    purpose: row.purpose,
    owner: row.owner_id === null ? null : { id: row.owner_id, name: row.owner_name, status: row.owner_status },
    applications: row.applications,
    status: row.status,
    createdAt: row.created_at,
    createdBy: row.created_by,
    usableTokens: Number(row.usable ?? 0),
    lastExpiresAt: numberOrNull(row.last_expires),
    lastUsedAt: numberOrNull(row.last_used),
  });
}

/** In the order of making, after `after`. */
export async function readAccounts(
  db: AccountDb,
  { after, limit, now, part }: { after: string; limit: number; now: number; part: string | undefined },
): Promise<ServiceAccountView[]> {
  let accounts = selectViews(db, now).where('account.id', '>', after);
  // Not a pattern, in which `%` and `_` would have a meaning.
  if (part !== undefined)
    accounts = accounts.where(sql<boolean>`(strpos(account.name, ${part}) > 0 or strpos(lower(account.purpose), ${part}) > 0)`);
  const rows = await accounts.orderBy('account.id').limit(limit).execute();
  return rows.map(toView);
}

export async function findAccount(db: AccountDb, word: string, now: number): Promise<ServiceAccountView | null> {
  const row = await selectViews(db, now)
    .where((where) => where.or([where('account.id', '=', word), where('account.name', '=', word)]))
    .executeTakeFirst();
  return row === undefined ? null : toView(row);
}
