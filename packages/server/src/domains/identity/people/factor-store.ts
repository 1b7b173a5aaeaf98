import type { Selectable } from 'kysely';
import type { PeopleDb, PeopleTables } from './tables.ts';

export type TotpRow = Selectable<PeopleTables['identity_totp']>;

export interface StoredPasskey {
  readonly id: string;
  readonly person: string;
  readonly credentialId: string;
  readonly publicKey: string;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly rpId: string;
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

const toPasskey = (row: Selectable<PeopleTables['identity_passkey']>): StoredPasskey => ({
  id: row.id,
  person: row.person,
  credentialId: row.credential_id,
  publicKey: row.public_key,
  counter: row.counter,
  transports: row.transports,
  rpId: row.rp_id,
  name: row.name,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
});

/** The row stays locked until the transaction ends: two codes at once are judged one after the other. */
export async function lockTotp(tx: PeopleDb, person: string): Promise<TotpRow | null> {
  return (await tx.selectFrom('identity_totp').selectAll().where('person', '=', person).forUpdate().executeTakeFirst()) ?? null;
}

export async function hasTotp(db: PeopleDb, person: string): Promise<boolean> {
  return (await db.selectFrom('identity_totp').select('person').where('person', '=', person).executeTakeFirst()) !== undefined;
}

export async function writeTotp(tx: PeopleDb, row: TotpRow): Promise<void> {
  const { person: _key, ...changed } = row;
  await tx
    .insertInto('identity_totp')
    .values(row)
    .onConflict((conflict) => conflict.column('person').doUpdateSet(changed))
    .execute();
}

export async function updateTotp(
  tx: PeopleDb,
  person: string,
  changes: Partial<Pick<TotpRow, 'last_step' | 'failures' | 'locked_until'>>,
): Promise<void> {
  await tx.updateTable('identity_totp').set(changes).where('person', '=', person).execute();
}

export async function deleteTotp(tx: PeopleDb, person: string): Promise<boolean> {
  const row = await tx.deleteFrom('identity_totp').where('person', '=', person).returning('person').executeTakeFirst();
  return row !== undefined;
}

/** The old codes go: whoever found them has nothing. */
export async function replaceRecoveryCodes(
  tx: PeopleDb,
  { person, hashes, now }: { readonly person: string; readonly hashes: readonly string[]; readonly now: number },
): Promise<void> {
  await tx.deleteFrom('identity_recovery_code').where('person', '=', person).execute();
  if (hashes.length === 0) return;
  const rows = hashes.map((hash) => ({ person, hash, created_at: now, used_at: null }));
  await tx.insertInto('identity_recovery_code').values(rows).execute();
}

export async function hasRecoveryCode(tx: PeopleDb, person: string, hash: string): Promise<boolean> {
  const row = await tx
    .selectFrom('identity_recovery_code')
    .select('hash')
    .where('person', '=', person)
    .where('hash', '=', hash)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}

/** One statement, so that of many at once exactly one is right. */
export async function spendRecoveryCode(
  tx: PeopleDb,
  { person, hash, now }: { readonly person: string; readonly hash: string; readonly now: number },
): Promise<boolean> {
  const row = await tx
    .updateTable('identity_recovery_code')
    .set({ used_at: now })
    .where('person', '=', person)
    .where('hash', '=', hash)
    .where('used_at', 'is', null)
    .returning('hash')
    .executeTakeFirst();
  return row !== undefined;
}

export async function countRecoveryCodes(db: PeopleDb, person: string): Promise<number> {
  const row = await db
    .selectFrom('identity_recovery_code')
    .select((query) => query.fn.countAll().as('count'))
    .where('person', '=', person)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

export async function insertPasskey(tx: PeopleDb, passkey: StoredPasskey): Promise<void> {
  await tx
    .insertInto('identity_passkey')
    .values({
      id: passkey.id,
      person: passkey.person,
      credential_id: passkey.credentialId,
      public_key: passkey.publicKey,
      counter: passkey.counter,
      transports: JSON.stringify(passkey.transports),
      rp_id: passkey.rpId,
      name: passkey.name,
      created_at: passkey.createdAt,
      last_used_at: null,
    })
    .execute();
}

export async function passkeysOf(db: PeopleDb, person: string): Promise<StoredPasskey[]> {
  const rows = await db.selectFrom('identity_passkey').selectAll().where('person', '=', person).orderBy('id').execute();
  return rows.map(toPasskey);
}

export async function findPasskey(db: PeopleDb, credentialId: string): Promise<StoredPasskey | null> {
  const row = await db.selectFrom('identity_passkey').selectAll().where('credential_id', '=', credentialId).executeTakeFirst();
  return row === undefined ? null : toPasskey(row);
}

/** False when the counter in the table has moved on meanwhile: the same assertion in two places. */
export async function usePasskey(
  tx: PeopleDb,
  { id, before, counter, now }: { readonly id: string; readonly before: number; readonly counter: number; readonly now: number },
): Promise<boolean> {
  const row = await tx
    .updateTable('identity_passkey')
    .set({ counter, last_used_at: now })
    .where('id', '=', id)
    .where('counter', '=', before)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function deletePasskey(tx: PeopleDb, person: string, id: string): Promise<boolean> {
  const row = await tx
    .deleteFrom('identity_passkey')
    .where('person', '=', person)
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function deletePasskeys(tx: PeopleDb, person: string): Promise<void> {
  await tx.deleteFrom('identity_passkey').where('person', '=', person).execute();
}
