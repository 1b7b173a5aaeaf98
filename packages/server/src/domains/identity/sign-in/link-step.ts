import type { Log } from '../../../platform/log.ts';
import { isRefusal } from '../../../platform/refusal.ts';
import type { PeopleCore } from '../people/core.ts';
import { createPerson } from '../people/people.ts';
import { hasWayIn } from '../providers/link-care.ts';
import { linkNotice } from '../people/notices.ts';
import { isEmail, isName, needsMfa, typedName, type Person } from '../people/person.ts';
import type { InviteKind, PeopleDb, PeopleTables } from '../people/tables.ts';
import { actorOf, refused, type Flow } from './flow.ts';
import type { Enrol, Refused, SignInContext, Step } from './steps.ts';

/** Requests that wait for the post; more than these are dropped without a word. */
const LETTERS_WAITING_MAX = 64;
/** People whose last such letter is remembered. */
const TOLD_MAX = 1000;
/** One letter in this time, however often it is asked for: a form must not fill anybody's mailbox. */
const LETTER_PAUSE_MS = 300_000;

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

type ForLetter = SignInContext & { readonly linkBase: string };

/** What is asked for by strangers and answered by letter alone: neither words nor time say whether there is such a person. */
export interface Letters {
  /** A link for a new password. */
  reset(nameOrEmail: string, context: ForLetter): void;
  /** A link to begin with; whoever has an account with this address is told so there. */
  signUp(email: string, context: ForLetter): void;
  /** Resolves when nothing waits any more. */
  settle(): Promise<void>;
}

export function createLetters<Session>({ core }: Flow<Session>, log: Log): Letters {
  const waiting = new Set<Promise<void>>();
  const later = (work: () => Promise<void>): void => {
    if (waiting.size >= LETTERS_WAITING_MAX) {
      return log.warn({ waiting: waiting.size }, 'a letter that was asked for was dropped: too many wait');
    }
    const running = work()
      .catch((error: unknown) => log.error({ err: error }, 'a letter that was asked for could not be written'))
      .finally(() => void waiting.delete(running));
    waiting.add(running);
  };

  /** The row makes requests for one person take turns: of many at once, one writes a letter. */
  const isPausing = async (tx: PeopleDb, { id }: Person, kind: InviteKind): Promise<boolean> => {
    await tx.selectFrom('identity_person').select('id').where('id', '=', id).forUpdate().execute();
    const rows = tx.selectFrom('identity_invite').select('hash').where('person', '=', id).where('kind', '=', kind);
    const recent = rows.where('created_at', '>', core.clock.now() - LETTER_PAUSE_MS);
    return (await recent.executeTakeFirst()) !== undefined;
  };
  const told = new Map<string, number>();
  const isFirst = (person: string): boolean => {
    const now = core.clock.now();
    if ((told.get(person) ?? 0) > now - LETTER_PAUSE_MS) return false;
    if (told.size >= TOLD_MAX) told.clear();
    told.set(person, now);
    return true;
  };
  const send = async (person: Person, kind: 'invite' | 'reset', linkBase: string): Promise<void> => {
    const issued = await core.db.transaction(async (tx) => {
      if (await isPausing(tx.kysely.withTables<PeopleTables>(), person, kind)) return null;
      return core.invites.issue(tx, { kind, person: person.id }, actorOf(null));
    });
    if (issued === null) return;
    const notice = linkNotice(person, { kind, link: `${linkBase}${issued.token}`, expiresAt: issued.expiresAt });
    if (notice !== null) core.notify(notice);
  };

  return {
    reset(nameOrEmail, { linkBase }) {
      later(async () => {
        const found = await core.store.bySignInName(core.tables(), typedName(nameOrEmail));
        if (found?.person.status === 'active' && found.person.email !== null) await send(found.person, 'reset', linkBase);
      });
    },
    signUp(email, { linkBase }) {
      later(async () => {
        const address = typedName(email);
        if (!isEmail(address) || !isName(address)) return;
        const found = await core.store.byEmail(core.tables(), address);
        // A name that looks like the address belongs to somebody else: there is nobody to write to.
        const person = found?.person ?? (await beginPerson(core, address));
        if (person?.status === 'invited') await send(person, 'invite', linkBase);
        else if (person?.status === 'active' && isFirst(person.id)) core.tell(person, 'sign-up-again');
      });
    },
    settle: async () => void (await Promise.allSettled(waiting)),
  };
}

/** Null = the name is taken by somebody with another address. */
async function beginPerson(core: PeopleCore, address: string): Promise<Person | null> {
  try {
    return await createPerson(core, { name: address, email: address }, actorOf(null));
  } catch (error) {
    if (isRefusal(error, 'conflict')) return null;
    throw error;
  }
}
