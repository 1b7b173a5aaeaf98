import {
  identityEvents,
  PAGE_ITEMS_MAX,
  type EventRecord,
  type MfaAdoption,
  type Page,
  type PageQuery,
} from '@holdfast/contract';
import { isUniqueViolation } from '../../../platform/db/database-error.ts';
import type { Transaction } from '../../../platform/db/database.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { createLinkCare, hasWayIn, type LinkCare } from '../providers/link-care.ts';
import { readAdoption } from './adoption.ts';
import { createPeopleCore, type PeopleCore, type PeopleParts } from './core.ts';
import { createFactorCare, type FactorCare } from './factor-care.ts';
import type { IssuedInvite } from './invites.ts';
import { assertNewPerson, groupFaults, insertPerson, nameTaken, type NewPerson } from './new-person.ts';
import { linkNotice, type NoticeKind } from './notices.ts';
import { needsMfa, typedName, type Person, type Role } from './person.ts';
import type { PersonListQuery, StoredPerson } from './person-store.ts';
import { forgetSignUps } from './sign-up.ts';
import type { InviteKind, PeopleTables } from './tables.ts';
import { createStepUps, type StepUps } from './step-up.ts';
import { createUnlocking, type Unlocking } from './unlock.ts';

type Actor = EventRecord['actor'];

type PeopleFilter = Omit<PersonListQuery, 'after' | 'limit'>;

export interface PersonChange {
  readonly role?: Role | null | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly mfaRequired?: boolean | undefined;
}

export type { NewPerson };

/** People: who there is, what they may, and what they sign in with. */
export interface People extends FactorCare, LinkCare, StepUps, Unlocking {
  /** For the sign-in of the same domain. */
  readonly core: PeopleCore;
  /** Invited, with neither password nor factor: an operator never chooses a password for somebody (ASVS 5.0 6.4.6). */
  create(input: NewPerson, actor: Actor): Promise<Person>;
  /** `linkBase` is the address that the token is put behind; given = a letter goes out, if there is an address. */
  invite(id: string, actor: Actor, linkBase?: string): Promise<IssuedInvite>;
  /** A link for one use. Person null = the setup of the first owner. */
  issueLink(kind: InviteKind, person: string | null, actor: Actor): Promise<IssuedInvite>;
  /** Uses a link of the setup up; throws `link-unusable`. */
  useLink(kind: 'setup' | 'recover', token: string): Promise<{ readonly person: string | null }>;
  get(id: string): Promise<Person>;
  find(id: string): Promise<Person | null>;
  findByName(typed: string): Promise<Person | null>;
  list(query: PageQuery & PeopleFilter): Promise<Page<Person>>;
  countOwners(): Promise<number>;
  /** What these people type to sign in, by id; who is gone is left out. */
  namesOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  adoption(): Promise<MfaAdoption>;
  change(id: string, change: PersonChange, actor: Actor): Promise<Person>;
  /** A letter about something that others did for this person's sake; without an address nothing is sent. */
  tell(id: string, kind: 'session-ended'): Promise<void>;
  disable(id: string, actor: Actor): Promise<Person>;
  enable(id: string, actor: Actor): Promise<Person>;
  /** By the person: the caller has checked the session and its elevation. Throws `password-unacceptable`. */
  setPassword(
    id: string,
    given: { readonly password: string; readonly words?: readonly string[] },
    actor: Actor,
  ): Promise<Person>;
  /** Forgets what is over: links, challenges, counters. */
  sweep(): Promise<void>;
}

/** Nobody who may administer people would be left. */
async function assertOwnerLeft(core: PeopleCore, tx: Transaction, person: Person): Promise<void> {
  if (person.role !== 'owner' || person.status !== 'active') return;
  const owners = await core.store.countActive(tx.kysely.withTables<PeopleTables>(), 'owner');
  if (owners <= 1) throw new Refusal('last-owner');
}

async function locked(core: PeopleCore, tx: Transaction, id: string): Promise<Person> {
  const found = await core.store.byId(tx.kysely.withTables<PeopleTables>(), id);
  if (found === null) throw new Refusal('not-found');
  return found.person;
}

const orNull = (found: StoredPerson | null): Person | null => found?.person ?? null;

function tellOf(core: PeopleCore, person: Person | null, kind: NoticeKind): void {
  if (person !== null) core.tell(person, kind);
}

export async function createPerson(core: PeopleCore, input: NewPerson, actor: Actor): Promise<Person> {
  assertNewPerson(input);
  try {
    return await core.db.transaction(async (tx) => insertPerson(core, tx, { input, actor }));
  } catch (error) {
    throw isUniqueViolation(error) ? nameTaken(error) : error;
  }
}

async function changePerson(
  core: PeopleCore,
  id: string,
  { change, actor }: { change: PersonChange; actor: Actor },
): Promise<Person> {
  return core.db.transaction(async (transaction) => {
    const before = await locked(core, transaction, id);
    if (change.role !== undefined && change.role !== 'owner') await assertOwnerLeft(core, transaction, before);
    const { role = before.role, groups = before.groups, mfaRequired = before.mfaRequired } = change;
    const errors = groupFaults(groups);
    if (errors.length > 0) throw new Refusal('input-invalid', { errors });
    const updated = await core.store.update(transaction.kysely.withTables<PeopleTables>(), id, {
      role,
      groups: JSON.stringify([...new Set(groups)]),
      mfa_required: mfaRequired,
    });
    if (updated === null) throw new Refusal('not-found');
    // A session carries role and groups: a new one is opened with the new ones (ASVS 5.0 7.4.5, 8.3.2).
    await core.endSessions(transaction, { person: id, reason: 'role' });
    const payload = { person: id, role, groups: [...updated.person.groups], mfaRequired };
    await core.bus.publish(transaction, [core.bus.newEvent(identityEvents.personChanged, { actor, target: id, payload })]);
    return updated.person;
  });
}

async function setStatus(
  core: PeopleCore,
  id: string,
  { isDisabled, actor }: { isDisabled: boolean; actor: Actor },
): Promise<Person> {
  return core.db.transaction(async (transaction) => {
    const before = await locked(core, transaction, id);
    if ((before.status === 'disabled') === isDisabled) return before;
    if (isDisabled) await assertOwnerLeft(core, transaction, before);
    // Some have a passkey or an account elsewhere and no password: only who has no way in yet is still a guest.
    const tx = transaction.kysely.withTables<PeopleTables>();
    const wasActive = before.lastSignedInAt !== null || (await hasWayIn(tx, before));
    const status = isDisabled ? 'disabled' : wasActive ? 'active' : 'invited';
    const updated = await core.store.update(tx, id, { status });
    if (updated === null) throw new Refusal('not-found');
    if (isDisabled) await core.endSessions(transaction, { person: id, reason: 'disabled' });
    const definition = isDisabled ? identityEvents.personDisabled : identityEvents.personEnabled;
    await core.bus.publish(transaction, [core.bus.newEvent(definition, { actor, target: id, payload: { person: id } })]);
    return updated.person;
  });
}

export function createPeople(parts: PeopleParts): People {
  const core = createPeopleCore(parts);
  const { db, store, invites, tables } = core;
  const find = async (id: string): Promise<Person | null> => orNull(await store.byId(tables(), id));
  const get = async (id: string): Promise<Person> => {
    const person = await find(id);
    if (person === null) throw new Refusal('not-found');
    return person;
  };
  const issueLink: People['issueLink'] = async (kind, person, actor) =>
    db.transaction(async (tx) => invites.issue(tx, { kind, person }, actor));
  return {
    core,
    find,
    get,
    issueLink,
    ...createFactorCare(core, get),
    ...createLinkCare(core, get),
    ...createStepUps(core),
    ...createUnlocking(core, get),
    create: async (input, actor) => createPerson(core, input, actor),
    async invite(id, actor, linkBase) {
      const person = await get(id);
      // Whoever lost everything, and has no password, begins as if invited.
      const isLost = person.status === 'active' && !(await hasWayIn(tables(), person));
      if (person.status !== 'invited' && !isLost) {
        throw new Refusal('conflict', { errors: [{ pointer: '', detail: 'this person has signed up already' }] });
      }
      const issued = await issueLink('invite', id, actor);
      const link = { kind: 'invite' as const, link: `${linkBase ?? ''}${issued.token}`, expiresAt: issued.expiresAt };
      const notice = linkBase === undefined ? null : linkNotice(person, link);
      if (notice !== null) core.notify(notice);
      return issued;
    },
    async useLink(kind, token) {
      const used = await invites.use(tables(), [kind], token);
      if (used === null) throw new Refusal('link-unusable');
      return { person: used.person };
    },
    findByName: async (typed) => orNull(await store.bySignInName(tables(), typedName(typed))),
    async list({ cursor = '', limit, ...filter }) {
      const rows = await store.list(tables(), { ...filter, after: cursor, limit: Math.min(limit, PAGE_ITEMS_MAX) + 1 });
      const items = rows.slice(0, limit).map(({ person }) => person);
      return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
    namesOf: async (ids) => store.namesOf(tables(), ids),
    countOwners: async () => db.transaction(async (tx) => store.countActive(tx.kysely.withTables<PeopleTables>(), 'owner')),
    adoption: async () => readAdoption(db),
    change: async (id, change, actor) => changePerson(core, id, { change, actor }),
    tell: async (id, kind) => tellOf(core, await find(id), kind),
    disable: async (id, actor) => setStatus(core, id, { isDisabled: true, actor }),
    enable: async (id, actor) => setStatus(core, id, { isDisabled: false, actor }),
    async setPassword(id, { password, words = [] }, actor) {
      const person = await get(id);
      if (person.status === 'disabled') throw new Refusal('not-found');
      const view = await core.factors.view(tables(), id);
      // What the old password was says nothing of the new one.
      const isBesideFactor = needsMfa({ ...person, passwordIsShort: false }) || view.totp || view.passkeys.length > 0;
      const prepared = await core.passwords.prepare(person, { password, isBesideFactor, words });
      const cause = person.hasPassword ? 'change' : 'first';
      const stored = await db.transaction(async (tx) => core.passwords.store(tx, { person, prepared, cause, actor }));
      if (cause === 'change') core.tell(person, 'password-changed');
      return stored.person;
    },
    async sweep() {
      await core.tries.sweep();
      await invites.sweep(tables());
      await forgetSignUps(tables(), core.clock.now());
      await tables().deleteFrom('identity_challenge').where('expires_at', '<', core.clock.now()).execute();
    },
  };
}
