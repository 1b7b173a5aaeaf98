import type { EventRecord } from '@holdfast/contract';
import type { Transaction } from '../../../platform/db/database.ts';
import type { ProviderClaims } from '../../../platform/oidc/claims.ts';
import type { PeopleCore } from '../people/core.ts';
import { insertPerson } from '../people/new-person.ts';
import {
  canonical,
  DISPLAY_MAX,
  GROUP_NAME_MAX,
  GROUPS_MAX,
  isEmail,
  isName,
  isShowable,
  type Person,
  type Role,
} from '../people/person.ts';
import type { PeopleTables } from '../people/tables.ts';

const PROVIDER_CHARS = 40;
const KEY_CHARS = 12;

/** Groups as a person can have them; what a provider names otherwise is none. */
export const usableGroups = (groups: readonly string[]): string[] =>
  [...new Set(groups)]
    .filter((group) => group.length > 0 && group.length <= GROUP_NAME_MAX && isShowable(group))
    .slice(0, GROUPS_MAX);

/**
 * A name that nobody else could have chosen: the verified address, or one made of the key. Never what the account calls itself,
 * which is anybody's choice.
 */
function nameOf({ email }: ProviderClaims, { provider, key }: { readonly provider: string; readonly key: string }): string {
  return email !== null && isName(canonical(email)) ? email : `${provider.slice(0, PROVIDER_CHARS)}-${key.slice(0, KEY_CHARS)}`;
}

export interface Newcomer {
  readonly claims: ProviderClaims;
  readonly provider: string;
  readonly key: string;
  readonly role: Role | null;
  readonly actor: EventRecord['actor'];
}

/** A person for an account that nobody here has. Throws a unique violation when name or address is somebody's. */
export async function insertNewcomer(core: PeopleCore, transaction: Transaction, newcomer: Newcomer): Promise<Person> {
  const { claims, role, actor } = newcomer;
  const name = nameOf(claims, newcomer);
  const { display, email, groups } = claims;
  const isFit = display !== null && display.length <= DISPLAY_MAX && isShowable(display);
  const input = {
    name,
    display: isFit ? display : name,
    email: email !== null && isEmail(email) ? email : null,
    role,
    groups: usableGroups(groups ?? []),
  };
  const { id } = await insertPerson(core, transaction, { input, actor });
  return activate(core, transaction, id);
}

/** Whoever comes with an account is no guest any more. */
export async function activate(core: PeopleCore, transaction: Transaction, id: string): Promise<Person> {
  const updated = await core.store.update(transaction.kysely.withTables<PeopleTables>(), id, { status: 'active' });
  if (updated === null) throw new Error('assertion: the row was read in this transaction');
  return updated.person;
}
