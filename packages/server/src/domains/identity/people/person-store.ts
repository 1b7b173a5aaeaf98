import type { PeopleQuery } from '@holdfast/contract';
import { sql, type Insertable, type Selectable } from 'kysely';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import { canonical, type Person, type Role } from './person.ts';
import type { PeopleDb, PeopleTables } from './tables.ts';

type Row = Selectable<PeopleTables['identity_person']>;

/** A person with what only this domain may see. */
export interface StoredPerson {
  readonly person: Person;
  readonly passwordHash: string | null;
}

export type NewPersonRow = Pick<
  Person,
  'id' | 'name' | 'display' | 'email' | 'role' | 'groups' | 'status' | 'mfaRequired' | 'createdAt' | 'createdBy'
>;

export interface PersonStore {
  insert(db: PeopleDb, person: NewPersonRow): Promise<StoredPerson>;
  byId(db: PeopleDb, id: string): Promise<StoredPerson | null>;
  /** By name, or by address when there is an `@` in it. */
  bySignInName(db: PeopleDb, typed: string): Promise<StoredPerson | null>;
  byEmail(db: PeopleDb, email: string): Promise<StoredPerson | null>;
  list(db: PeopleDb, query: PersonListQuery): Promise<StoredPerson[]>;
  namesOf(db: PeopleDb, ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  update(db: PeopleDb, id: string, changes: PersonChanges): Promise<StoredPerson | null>;
  /** Active people with this role, locked until the transaction ends: two changes cannot each leave the other's. */
  countActive(db: PeopleDb, role: Role): Promise<number>;
}

/** In the order in which they were made, after `after`. */
export interface PersonListQuery extends Pick<PeopleQuery, 'q' | 'role' | 'status' | 'mfa'> {
  readonly after: string;
  readonly limit: number;
}

export type PersonChanges = Partial<
  Pick<
    Row,
    | 'display'
    | 'role'
    | 'status'
    | 'mfa_required'
    | 'password_hash'
    | 'password_is_short'
    | 'password_changed_at'
    | 'last_signed_in_at'
    | 'renew_factors_since'
    | 'step_up_at'
  >
> & { readonly groups?: string };

const EMAIL_PURPOSE = 'identity e-mail';
export const emailPlace = (id: string): string[] => ['identity_person', 'email_cipher', id];

function toStored(row: Row, keyring: Keyring): StoredPerson {
  return {
    passwordHash: row.password_hash,
    person: {
      id: row.id,
      name: row.name,
      display: row.display,
      email: row.email_cipher === null ? null : keyring.open(row.email_cipher, emailPlace(row.id)).toString('utf8'),
      role: row.role,
      groups: row.groups,
      status: row.status,
      mfaRequired: row.mfa_required,
      hasPassword: row.password_hash !== null,
      passwordIsShort: row.password_is_short,
      createdAt: row.created_at,
      createdBy: row.created_by,
      lastSignedInAt: row.last_signed_in_at,
      renewFactorsSince: row.renew_factors_since,
      stepUpAt: row.step_up_at,
    },
  };
}

const emailKeyOf = (keyring: Keyring, email: string): string => keyring.hmac(EMAIL_PURPOSE, canonical(email));

function toRow(person: NewPersonRow, keyring: Keyring): Insertable<PeopleTables['identity_person']> {
  return {
    id: person.id,
    name: person.name,
    email_norm: person.email === null ? null : emailKeyOf(keyring, person.email),
    email_cipher: person.email === null ? null : keyring.seal(Buffer.from(person.email), emailPlace(person.id)),
    display: person.display,
    role: person.role,
    groups: JSON.stringify(person.groups),
    status: person.status,
    mfa_required: person.mfaRequired,
    password_hash: null,
    password_is_short: false,
    password_changed_at: null,
    created_at: person.createdAt,
    created_by: person.createdBy,
    last_signed_in_at: null,
    renew_factors_since: null,
    step_up_at: null,
  };
}

/** All SQL of people. Addresses are sealed, and found by a keyed hash of their canonical form. */
export function createPersonStore(keyring: Keyring): PersonStore {
  const orNull = (row: Row | undefined): StoredPerson | null => (row === undefined ? null : toStored(row, keyring));
  const byEmail: PersonStore['byEmail'] = async (db, email) =>
    orNull(
      await db.selectFrom('identity_person').selectAll().where('email_norm', '=', emailKeyOf(keyring, email)).executeTakeFirst(),
    );
  return {
    byEmail,
    async insert(db, person) {
      const row = await db.insertInto('identity_person').values(toRow(person, keyring)).returningAll().executeTakeFirstOrThrow();
      return toStored(row, keyring);
    },
    byId: async (db, id) => orNull(await db.selectFrom('identity_person').selectAll().where('id', '=', id).executeTakeFirst()),
    async bySignInName(db, typed) {
      const byName = await db.selectFrom('identity_person').selectAll().where('name', '=', canonical(typed)).executeTakeFirst();
      // Always both look-ups, so that a name and an address cost the same.
      const found = await byEmail(db, typed);
      return orNull(byName) ?? found;
    },
    list: async (db, query) => (await listPeople(db, query)).map((row) => toStored(row, keyring)),
    async namesOf(db, ids) {
      if (ids.length === 0) return new Map();
      const rows = await db
        .selectFrom('identity_person')
        .select(['id', 'name'])
        .where('id', 'in', [...ids])
        .execute();
      return new Map(rows.map(({ id, name }) => [id, name]));
    },
    async update(db, id, changes) {
      const row = await db
        .updateTable('identity_person')
        .set((query) => ({ ...changes, revision: query('revision', '+', 1) }))
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst();
      return orNull(row);
    },
    async countActive(db, role) {
      const rows = await db
        .selectFrom('identity_person')
        .select('id')
        .where('role', '=', role)
        .where('status', '=', 'active')
        .forUpdate()
        .execute();
      return rows.length;
    },
  };
}

const HAS_FACTOR = sql<boolean>`(exists (select 1 from identity_totp where person = identity_person.id)
  or exists (select 1 from identity_passkey where person = identity_person.id))`;

async function listPeople(db: PeopleDb, { after, limit, q, role, status, mfa }: PersonListQuery): Promise<Row[]> {
  let rows = db.selectFrom('identity_person').selectAll().where('id', '>', after);
  if (status !== undefined) rows = rows.where('status', '=', status);
  if (role !== undefined) rows = role === 'none' ? rows.where('role', 'is', null) : rows.where('role', '=', role);
  if (mfa !== undefined) rows = rows.where(mfa === 'with' ? HAS_FACTOR : sql<boolean>`not ${HAS_FACTOR}`);
  // Names are stored in their canonical form; a pattern would give `%` and `_` a meaning.
  if (q !== undefined) {
    const part = canonical(q);
    rows = rows.where(sql<boolean>`(strpos(name, ${part}) > 0 or strpos(lower(display), ${part}) > 0)`);
  }
  return rows.orderBy('id').limit(limit).execute();
}
