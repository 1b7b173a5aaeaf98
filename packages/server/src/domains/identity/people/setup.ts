import type { PeopleDb } from './tables.ts';

/**
 * Whether the first owner may still be set up: there is none, or only invited ones who never came. An owner who lost
 * everything is recovered on the host, not replaced.
 */
export async function isSetupOpen(db: PeopleDb): Promise<boolean> {
  const found = await db
    .selectFrom('identity_person')
    .select('id')
    .where('role', '=', 'owner')
    .where((where) => where.or([where('status', '!=', 'invited'), where('last_signed_in_at', 'is not', null)]))
    .limit(1)
    .executeTakeFirst();
  return found === undefined;
}
