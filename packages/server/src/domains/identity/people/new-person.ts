import { identityEvents, type EventRecord } from '@holdfast/contract';
import type { Transaction } from '../../../platform/db/database.ts';
import { Refusal, type FieldFault } from '../../../platform/refusal.ts';
import type { PeopleCore } from './core.ts';
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
} from './person.ts';
import type { PeopleTables } from './tables.ts';

/** More people than this belong into a directory of their own. */
const PEOPLE_MAX = 100_000;

export interface NewPerson {
  readonly name: string;
  readonly display?: string | undefined;
  readonly email?: string | null | undefined;
  readonly role?: Role | null | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly mfaRequired?: boolean | undefined;
}

export function groupFaults(groups: readonly string[]): FieldFault[] {
  const isGood =
    groups.length <= GROUPS_MAX &&
    groups.every((group) => group.length > 0 && group.length <= GROUP_NAME_MAX && isShowable(group));
  return isGood ? [] : [{ pointer: '/groups', detail: `at most ${GROUPS_MAX} names of at most ${GROUP_NAME_MAX} characters` }];
}

/** Throws `input-invalid`. */
export function assertNewPerson(input: NewPerson): void {
  const errors: FieldFault[] = [];
  if (!isName(canonical(input.name))) {
    errors.push({ pointer: '/name', detail: 'letters, digits and . _ - + @, at most 64, beginning with a letter or digit' });
  }
  const { display = '' } = input;
  if (display.length > DISPLAY_MAX || !isShowable(display)) {
    errors.push({ pointer: '/display', detail: `one line of at most ${DISPLAY_MAX} characters` });
  }
  if (typeof input.email === 'string' && !isEmail(input.email)) errors.push({ pointer: '/email', detail: 'an e-mail address' });
  errors.push(...groupFaults(input.groups ?? []));
  if (errors.length > 0) throw new Refusal('input-invalid', { errors });
}

/** For the unique violation that ends the transaction of {@link insertPerson}. */
export const nameTaken = (cause: unknown): Refusal =>
  new Refusal('conflict', { errors: [{ pointer: '/name', detail: 'this name or address is taken' }], cause });

/** Invited, within a change of this domain. The input has been judged. */
export async function insertPerson(
  core: PeopleCore,
  transaction: Transaction,
  { input, actor }: { readonly input: NewPerson; readonly actor: EventRecord['actor'] },
): Promise<Person> {
  const { role = null, groups = [], mfaRequired = false, email = null } = input;
  const tx = transaction.kysely.withTables<PeopleTables>();
  const counted = await tx
    .selectFrom('identity_person')
    .select((query) => query.fn.countAll().as('count'))
    .executeTakeFirst();
  if (Number(counted?.count ?? 0) >= PEOPLE_MAX) {
    throw new Refusal('conflict', { errors: [{ pointer: '', detail: `at most ${PEOPLE_MAX} people` }] });
  }
  const { person } = await core.store.insert(tx, {
    id: core.newId(),
    name: canonical(input.name),
    display: input.display ?? input.name,
    email,
    role,
    groups: [...new Set(groups)],
    status: 'invited',
    mfaRequired,
    createdAt: core.clock.now(),
    createdBy: `${actor.kind}:${actor.ref}`,
  });
  const payload = { person: person.id, name: person.name, role, status: person.status };
  const fields = { actor, target: person.id, subject: `person:${person.id}`, payload };
  await core.bus.publish(transaction, [core.bus.newEvent(identityEvents.personCreated, fields)]);
  return person;
}
