import { isUniqueViolation } from '../../../platform/db/database-error.ts';
import { assertNewPerson, insertPerson, nameTaken } from '../people/new-person.ts';
import { isSetupOpen } from '../people/setup.ts';
import type { PeopleTables } from '../people/tables.ts';
import { actorOf, type Flow } from './flow.ts';
import { refuseLink } from './link-step.ts';
import type { SetupGiven, SignInContext, Step } from './steps.ts';

/**
 * The first owner, made by whoever holds the link of the terminal. Judged before the link is used up, so that a name or
 * password may be chosen again; link and person in one transaction, so that there is never one without the other. Second
 * factor, recovery codes and only then a session follow as for anybody invited.
 */
export async function finishSetup<Session>(
  flow: Flow<Session>,
  token: string,
  { given, context }: { readonly given: SetupGiven; readonly context: SignInContext },
): Promise<Step<Session>> {
  const { core } = flow;
  const isKnown = (await core.invites.look(core.tables(), ['setup'], token)) !== null;
  if (!isKnown || !(await isSetupOpen(core.tables()))) return refuseLink(flow, { context });
  const { name, password } = given;
  const input = { name, role: 'owner' as const };
  assertNewPerson(input);
  const who = { name, display: name, email: null };
  const prepared = password === null ? null : await core.passwords.prepare(who, { password, isBesideFactor: true });
  const person = await core.db
    .transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<PeopleTables>();
      if ((await core.invites.use(tx, ['setup'], token)) === null || !(await isSetupOpen(tx))) return null;
      const actor = { kind: 'operator' as const, ref: 'setup-link' };
      const created = await insertPerson(core, transaction, { input, actor });
      if (prepared === null) return created;
      const change = { person: created, prepared, cause: 'first' as const, actor: actorOf(created.id) };
      return (await core.passwords.store(transaction, change)).person;
    })
    .catch((error: unknown) => {
      throw isUniqueViolation(error) ? nameTaken(error) : error;
    });
  if (person === null) return refuseLink(flow, { context });
  if (prepared !== null) return flow.afterFirst({ person, context, purpose: 'sign-in', amr: ['pwd'] });
  // An owner who never comes is none: then another link sets up another one.
  const data = { purpose: 'sign-in' as const, context, amr: [], seed: null, webAuthn: null, link: null };
  return { kind: 'enrol', challenge: await flow.challenges.create(core.tables(), { person: person.id, stage: 'enrol', data }) };
}
