import type { Keyring } from '../../../platform/keyring/keyring.ts';
import type { ProviderClaims } from '../../../platform/oidc/claims.ts';
import type { PeopleDb } from '../people/tables.ts';

const KEY_PURPOSE = 'identity provider';

/** An account at a provider that somebody signs in with. */
export interface ProviderLink {
  readonly provider: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

/** An issuer is an address and holds no line end, so no two pairs are written alike. */
export const linkKey = (keyring: Keyring, { issuer, subject }: Pick<ProviderClaims, 'issuer' | 'subject'>): string =>
  keyring.hmac(KEY_PURPOSE, `${issuer}\n${subject}`);

export async function findLink(
  db: PeopleDb,
  key: string,
): Promise<{ readonly person: string; readonly provider: string } | null> {
  const row = await db
    .selectFrom('identity_provider_link')
    .select(['person', 'provider'])
    .where('key', '=', key)
    .executeTakeFirst();
  return row ?? null;
}

/** Throws a unique violation when the account is somebody's already, or the person has another one there. */
export async function insertLink(
  tx: PeopleDb,
  {
    key,
    person,
    provider,
    now,
  }: { readonly key: string; readonly person: string; readonly provider: string; readonly now: number },
): Promise<void> {
  await tx.insertInto('identity_provider_link').values({ key, person, provider, created_at: now, last_used_at: null }).execute();
}

export async function touchLink(tx: PeopleDb, key: string, now: number): Promise<void> {
  await tx.updateTable('identity_provider_link').set({ last_used_at: now }).where('key', '=', key).execute();
}

export async function listLinks(db: PeopleDb, person: string): Promise<ProviderLink[]> {
  const rows = await db
    .selectFrom('identity_provider_link')
    .select(['provider', 'created_at', 'last_used_at'])
    .where('person', '=', person)
    .orderBy('provider')
    .execute();
  return rows.map((row) => ({ provider: row.provider, createdAt: row.created_at, lastUsedAt: row.last_used_at }));
}

export async function deleteLink(tx: PeopleDb, person: string, provider: string): Promise<boolean> {
  const row = await tx
    .deleteFrom('identity_provider_link')
    .where('person', '=', person)
    .where('provider', '=', provider)
    .returning('key')
    .executeTakeFirst();
  return row !== undefined;
}
