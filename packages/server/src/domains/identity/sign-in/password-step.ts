import { identityEvents } from '@holdfast/contract';
import { accountWaitMs, FREE_TRIES } from '../people/lockout.ts';
import { typedName } from '../people/person.ts';
import type { StoredPerson } from '../people/person-store.ts';
import type { Attempt } from '../people/tries.ts';
import { actorOf, refused, type Flow } from './flow.ts';
import type { PasswordAttempt, Refused, SignInContext, Step } from './steps.ts';

/** Longer than any password that could be set: not worth hashing as it is. */
const TYPED_PASSWORD_MAX = 1024;

interface Judged {
  readonly attempt: Attempt;
  readonly stored: StoredPerson | null;
  readonly password: string;
  readonly context: SignInContext;
}

/** Null = right. Counts the try first, hashes in any case, and records the refusal. */
async function judge<Session>(flow: Flow<Session>, { attempt, stored, password, context }: Judged): Promise<Refused | null> {
  const { core } = flow;
  const { address } = context;
  const person = stored?.person.id ?? null;
  const known = attempt.knownDevice !== null;
  const taken = await core.tries.reserve(attempt);
  if (taken.kind === 'wait') {
    await core.bus.record(flow.refusal({ person, step: 'password', cause: 'locked', known, address }));
    return refused('locked', taken.retryAfterSeconds);
  }
  const typed = password.length > TYPED_PASSWORD_MAX ? '' : password;
  const { isRight, isOutdated } = await core.hasher.verify(stored?.passwordHash ?? null, typed);
  if (!isRight || stored === null || stored.person.status !== 'active') {
    const cause = stored === null ? 'unknown' : isRight ? 'disabled' : 'wrong';
    await core.bus.record(flow.refusal({ person, step: 'password', cause, known, address }));
    if (taken.failures === FREE_TRIES) await announceLock(flow, { stored, known, address });
    return refused('credentials');
  }
  await core.tries.succeed(attempt);
  if (isOutdated) await rehash(flow, stored, password);
  return null;
}

async function announceLock<Session>(
  { core }: Flow<Session>,
  { stored, known, address }: { readonly stored: StoredPerson | null; readonly known: boolean; readonly address: string },
): Promise<void> {
  const person = stored?.person.id ?? null;
  const now = core.clock.now();
  const until = now + accountWaitMs({ count: FREE_TRIES, firstAt: now, lastAt: now }, now);
  const payload = { person, what: known ? ('device' as const) : ('account' as const), failures: FREE_TRIES, until };
  const subject = person === null ? address : `person:${person}`;
  await core.bus.record(core.bus.newEvent(identityEvents.lockedOut, { actor: actorOf(null), target: person, subject, payload }));
  if (stored !== null && !known) core.tell(stored.person, 'locked-out');
}

/** The password is known only now: stored again with the parameters of today. */
async function rehash<Session>({ core }: Flow<Session>, { person, passwordHash }: StoredPerson, password: string): Promise<void> {
  const fresh = await core.hasher.hash(password);
  const rows = core.tables().updateTable('identity_person').set({ password_hash: fresh }).where('id', '=', person.id);
  // Not when it was changed meanwhile.
  await rows.where('password_hash', '=', passwordHash).execute();
}

export async function beginWithPassword<Session>(flow: Flow<Session>, given: PasswordAttempt): Promise<Step<Session>> {
  const { name, password, ...context } = given;
  const { core, devices } = flow;
  // Cut before anything is made of it: a name is short, an attacker's text is not.
  const typed = typedName(name);
  const stored = await core.store.bySignInName(core.tables(), typed);
  // Asked for somebody who does not exist too, so that it costs the same.
  const knownDevice = await devices.find(core.tables(), stored?.person.id ?? '', context.deviceToken);
  const attempt = { person: stored?.person.id ?? null, typed, address: context.address, knownDevice };
  const refusal = await judge(flow, { attempt, stored, password, context });
  if (refusal !== null) return refusal;
  if (stored === null) throw new Error('assertion: nobody without a row has the right password');
  return flow.afterFirst({ person: stored.person, context, purpose: 'sign-in', amr: ['pwd'] });
}

/** For a step-up of somebody whose password is the only factor. Under the same limits as a sign-in. */
export async function finishWithPassword<Session>(flow: Flow<Session>, token: string, password: string): Promise<Step<Session>> {
  const { core, challenges } = flow;
  const challenge = await challenges.take(core.tables(), token, ['second-factor']);
  const person = challenge === null ? null : await flow.personOf(core.tables(), challenge);
  if (challenge === null || person === null) return refused('ended');
  const { context, purpose } = challenge.data;
  // Where there is a second factor, the password alone confirms nothing.
  if (purpose !== 'step-up' || (await flow.methodsOf(core.tables(), person.id)).length > 0) return refused('code');
  const stored = await core.store.byId(core.tables(), person.id);
  const knownDevice = await flow.devices.find(core.tables(), person.id, context.deviceToken);
  const attempt = { person: person.id, typed: person.name, address: context.address, knownDevice };
  const refusal = await judge(flow, { attempt, stored, password, context });
  if (refusal !== null) return refusal.cause === 'credentials' ? refused('code') : refusal;
  const completed = await core.db.transaction(async (transaction) => {
    if (!(await challenges.consume(transaction.kysely.withTables(), challenge))) return null;
    return flow.complete(transaction, { person, context, purpose, amr: ['pwd'] });
  });
  return completed === null ? refused('ended') : flow.open(completed);
}
