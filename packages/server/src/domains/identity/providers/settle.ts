import { identityEvents } from '@holdfast/contract';
import type { Transaction } from '../../../platform/db/database.ts';
import type { ProviderClaims } from '../../../platform/oidc/claims.ts';
import { needsMfa, type Person } from '../people/person.ts';
import { isSetupOpen } from '../people/setup.ts';
import type { PeopleDb, PeopleTables } from '../people/tables.ts';
import type { AskedProvider, OpenChallenge } from '../sign-in/challenges.ts';
import { actorOf, type Flow } from '../sign-in/flow.ts';
import { hasWayIn } from './link-care.ts';
import { findLink, insertLink, linkKey, touchLink } from './link-store.ts';
import { activate, insertNewcomer, usableGroups } from './newcomer.ts';
import { admits, type Provider, type Providers } from './provider.ts';

/** The account that becomes the first owner where nobody sits at the terminal. */
export interface FirstOwner {
  readonly provider: string;
  readonly subject: string | null;
  readonly email: string | null;
}

export interface ProviderParts {
  readonly providers: Providers;
  readonly firstOwner: FirstOwner | null;
}

export type Settled =
  | { readonly kind: 'person'; readonly person: Person }
  | { readonly kind: 'refused'; readonly person: string | null; readonly cause: 'unconnected' | 'disabled' | 'unverified' };

interface Given {
  readonly open: OpenChallenge;
  readonly asked: AskedProvider;
  readonly provider: Provider;
  readonly claims: ProviderClaims;
}

const unconnected = (person: string | null): Settled => ({ kind: 'refused', person, cause: 'unconnected' });

/** Whose account it is, in one transaction. By issuer and subject alone: an address can be given to somebody else. */
export async function settle<Session>(flow: Flow<Session>, parts: ProviderParts, given: Given): Promise<Settled> {
  const { core } = flow;
  const key = linkKey(core.keyring, given.claims);
  return core.db.transaction(async (transaction) => {
    const tx = transaction.kysely.withTables<PeopleTables>();
    const link = await findLink(tx, key);
    const { purpose } = given.open.data;
    if (purpose === 'enrolment') return connect(flow, transaction, { ...given, key, owner: link?.person ?? null });
    if (purpose === 'step-up') return confirm(flow, tx, { ...given, owner: link?.person ?? null });
    const found =
      link === null ? await newPerson(flow, transaction, { ...given, key, parts }) : await known(flow, transaction, link);
    if (found.kind === 'refused') return found;
    await touchLink(tx, key, core.clock.now());
    return { kind: 'person', person: await withGroups(flow, transaction, { person: found.person, claims: given.claims }) };
  });
}

async function known<Session>(
  { core }: Flow<Session>,
  transaction: Transaction,
  link: { readonly person: string },
): Promise<Settled> {
  const stored = await core.store.byId(transaction.kysely.withTables<PeopleTables>(), link.person);
  if (stored === null || stored.person.status === 'disabled') {
    return { kind: 'refused', person: link.person, cause: 'disabled' };
  }
  const { person } = stored;
  return { kind: 'person', person: person.status === 'active' ? person : await activate(core, transaction, person.id) };
}

interface New extends Given {
  readonly key: string;
  readonly parts: ProviderParts;
}

/** An invitation, the first owner, or somebody that the provider may bring along; else nobody. */
async function newPerson<Session>(flow: Flow<Session>, transaction: Transaction, given: New): Promise<Settled> {
  const { core } = flow;
  const { asked, provider, key } = given;
  const person =
    asked.invite === null ? await newcomer(flow, transaction, given) : await invited(flow, transaction, asked.invite);
  if (person === null) return unconnected(null);
  const now = core.clock.now();
  await insertLink(transaction.kysely.withTables<PeopleTables>(), {
    key,
    person: person.id,
    provider: provider.settings.id,
    now,
  });
  await publishConnected(flow, transaction, { person: person.id, provider: provider.settings.id });
  return { kind: 'person', person };
}

async function newcomer<Session>(flow: Flow<Session>, transaction: Transaction, given: New): Promise<Person | null> {
  const { core } = flow;
  const { provider, claims, key, parts, open } = given;
  const tx = transaction.kysely.withTables<PeopleTables>();
  const { id, create, emailDomains } = provider.settings;
  const isAdmin = open.data.context.kind === 'admin';
  const isFirst = isAdmin && isFirstOwner(parts.firstOwner, id, claims) && (await isSetupOpen(tx));
  // The administration is entered by invitation: nobody new has a role.
  if (!isFirst && (isAdmin || !create || !admits(emailDomains, claims.email))) return null;
  if (claims.email !== null && (await core.store.byEmail(tx, claims.email)) !== null) return null;
  const actor = { kind: 'system' as const, ref: `provider:${id}` };
  return insertNewcomer(core, transaction, { claims, provider: id, key, role: isFirst ? 'owner' : null, actor });
}

/** The subject where it is known; a verified address else. */
function isFirstOwner(wanted: FirstOwner | null, provider: string, { subject, email }: ProviderClaims): boolean {
  if (wanted === null || wanted.provider !== provider) return false;
  if (wanted.subject !== null) return wanted.subject === subject;
  return wanted.email !== null && wanted.email.toLowerCase() === email?.toLowerCase();
}

async function invited<Session>({ core }: Flow<Session>, transaction: Transaction, token: string): Promise<Person | null> {
  const tx = transaction.kysely.withTables<PeopleTables>();
  const invite = await core.invites.use(tx, ['invite'], token);
  const stored = invite === null || invite.person === null ? null : await core.store.byId(tx, invite.person);
  const isFree = stored !== null && stored.person.status !== 'disabled' && !(await hasWayIn(tx, stored.person));
  return isFree ? activate(core, transaction, stored.person.id) : null;
}

interface Owned extends Given {
  readonly owner: string | null;
}

/** One more way in for somebody who is signed in; the account must be nobody's yet. */
async function connect<Session>(
  flow: Flow<Session>,
  transaction: Transaction,
  { open, provider, key, owner }: Owned & { readonly key: string },
): Promise<Settled> {
  const { core } = flow;
  const tx = transaction.kysely.withTables<PeopleTables>();
  const person = await flow.personOf(tx, open);
  if (person === null || (owner !== null && owner !== person.id)) return unconnected(open.person);
  if (owner === person.id) return { kind: 'person', person };
  await insertLink(tx, { key, person: person.id, provider: provider.settings.id, now: core.clock.now() });
  await publishConnected(flow, transaction, { person: person.id, provider: provider.settings.id });
  transaction.afterCommit(() => core.tell(person, 'provider-connected'));
  return { kind: 'person', person };
}

/** A confirmation says as much as a sign-in would have to: an account elsewhere replaces no second factor from here. */
async function confirm<Session>(flow: Flow<Session>, tx: PeopleDb, { open, claims, owner }: Owned): Promise<Settled> {
  const person = await flow.personOf(tx, open);
  if (person === null || owner !== person.id) return unconnected(open.person);
  const needsTwo = needsMfa(person) || open.data.context.needsMfa || (await flow.methodsOf(tx, person.id)).length > 0;
  return needsTwo && !claims.isAal2 ? { kind: 'refused', person: person.id, cause: 'unverified' } : { kind: 'person', person };
}

async function publishConnected<Session>(
  { core }: Flow<Session>,
  transaction: Transaction,
  payload: { readonly person: string; readonly provider: string },
): Promise<void> {
  const fields = { actor: actorOf(payload.person), target: payload.person, payload };
  await core.bus.publish(transaction, [core.bus.newEvent(identityEvents.providerConnected, fields)]);
}

/** Where the provider names groups they are its own: a session carries them, so those from before end. */
async function withGroups<Session>(
  { core }: Flow<Session>,
  transaction: Transaction,
  { person, claims }: { readonly person: Person; readonly claims: ProviderClaims },
): Promise<Person> {
  if (claims.groups === null) return person;
  const groups = usableGroups(claims.groups);
  if (groups.length === person.groups.length && groups.every((group) => person.groups.includes(group))) return person;
  const tx = transaction.kysely.withTables<PeopleTables>();
  const updated = await core.store.update(tx, person.id, { groups: JSON.stringify(groups) });
  if (updated === null) throw new Error('assertion: the row was read in this transaction');
  await core.endSessions(transaction, { person: person.id, reason: 'role' });
  const { role, mfaRequired } = updated.person;
  const fields = { actor: actorOf(person.id), target: person.id, payload: { person: person.id, role, groups, mfaRequired } };
  await core.bus.publish(transaction, [core.bus.newEvent(identityEvents.personChanged, fields)]);
  return updated.person;
}
