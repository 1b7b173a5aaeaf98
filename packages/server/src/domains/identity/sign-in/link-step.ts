import { hasWayIn } from '../providers/link-care.ts';
import { needsMfa } from '../people/person.ts';
import type { InviteKind, PeopleTables } from '../people/tables.ts';
import { actorOf, refused, type Flow } from './flow.ts';
import type { Enrol, Refused, SignInContext, Step } from './steps.ts';

interface Link {
  readonly token: string;
  readonly password: string;
  readonly context: SignInContext;
}

export async function refuseLink<Session>(flow: Flow<Session>, { context }: Pick<Link, 'context'>): Promise<Refused> {
  const { address } = context;
  await flow.core.bus.record(flow.refusal({ person: null, step: 'link', cause: 'unknown', known: false, address }));
  return refused('link');
}

/** The password is judged and hashed before the link is used up: one that is not acceptable may be chosen again. */
export async function finishLink<Session>(flow: Flow<Session>, kinds: readonly InviteKind[], link: Link): Promise<Step<Session>> {
  const { core } = flow;
  const { token, password, context } = link;
  const seen = await core.invites.look(core.tables(), kinds, token);
  const stored = seen === null || seen.person === null ? null : await core.store.byId(core.tables(), seen.person);
  if (stored === null || stored.person.status === 'disabled') return refuseLink(flow, link);
  const { person } = stored;
  const methods = await flow.methodsOf(core.tables(), person.id);
  const isBesideFactor = context.needsMfa || methods.length > 0 || needsMfa({ ...person, passwordIsShort: false });
  const words = context.application === null ? [] : [context.application];
  const prepared = await core.passwords.prepare(person, { password, isBesideFactor, words });
  const updated = await core.db.transaction(async (transaction) => {
    const tx = transaction.kysely.withTables<PeopleTables>();
    if ((await core.invites.use(tx, kinds, token)) === null) return null;
    const cause = person.hasPassword ? 'reset' : 'first';
    // A challenge begun with the old password ends with it.
    await tx.deleteFrom('identity_challenge').where('person', '=', person.id).execute();
    return core.passwords.store(transaction, { person, prepared, cause, actor: actorOf(person.id) });
  });
  if (updated === null) return refuseLink(flow, link);
  if (person.hasPassword) core.tell(person, 'password-changed');
  return flow.afterFirst({ person: updated.person, context, purpose: 'sign-in', amr: ['pwd'] });
}

/**
 * The same without a password: the passkey that follows is used in its place, and uses the link up. Whoever does not get that
 * far can begin again with the same link.
 */
export async function beginWithoutPassword<Session>(
  flow: Flow<Session>,
  kinds: readonly InviteKind[],
  { token, context }: Omit<Link, 'password'>,
): Promise<Enrol | Refused> {
  const { core, challenges } = flow;
  const seen = await core.invites.look(core.tables(), kinds, token);
  const stored = seen === null || seen.person === null ? null : await core.store.byId(core.tables(), seen.person);
  // A factor or a password that is there already is not put aside by a link.
  const isFree = stored !== null && stored.person.status !== 'disabled' && !(await hasWayIn(core.tables(), stored.person));
  if (!isFree) return refuseLink(flow, { context });
  const data = { purpose: 'sign-in' as const, context, amr: [], seed: null, webAuthn: null, link: { token, kinds } };
  return { kind: 'enrol', challenge: await challenges.create(core.tables(), { person: stored.person.id, stage: 'enrol', data }) };
}
