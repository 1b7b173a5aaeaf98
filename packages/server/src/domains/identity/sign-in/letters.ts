import type { Log } from '../../../platform/log.ts';
import { isRefusal } from '../../../platform/refusal.ts';
import type { PeopleCore } from '../people/core.ts';
import { createPerson } from '../people/people.ts';
import { linkNotice, type LinkNotice } from '../people/notices.ts';
import { isEmail, isName, typedName, type Person } from '../people/person.ts';
import { createSignUpBudget, isBySignUp, isRoomForSignUp, SIGN_UP_ACTOR } from '../people/sign-up.ts';
import type { InviteKind, PeopleDb, PeopleTables } from '../people/tables.ts';
import { actorOf, type Flow } from './flow.ts';
import type { SignInContext } from './steps.ts';

/** Requests that wait for the post; more than these are dropped without a word. */
const LETTERS_WAITING_MAX = 64;
/** People whose last such letter is remembered. */
const TOLD_MAX = 1000;
/** One letter in this time, however often it is asked for: a form must not fill anybody's mailbox. */
const LETTER_PAUSE_MS = 300_000;

interface ToSend {
  readonly kind: 'invite' | 'reset';
  /** Where they differ from the kind of link. */
  readonly words?: LinkNotice['kind'];
  readonly linkBase: string;
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
  const budget = createSignUpBudget(core.clock);
  const send = async (person: Person, { kind, words = kind, linkBase }: ToSend): Promise<void> => {
    const issued = await core.db.transaction(async (tx) => {
      if (await isPausing(tx.kysely.withTables<PeopleTables>(), person, kind)) return null;
      return core.invites.issue(tx, { kind, person: person.id }, actorOf(null));
    });
    if (issued === null) return;
    const notice = linkNotice(person, { kind: words, link: `${linkBase}${issued.token}`, expiresAt: issued.expiresAt });
    if (notice !== null) core.notify(notice);
  };

  return {
    reset(nameOrEmail, { linkBase }) {
      later(async () => {
        const found = await core.store.bySignInName(core.tables(), typedName(nameOrEmail));
        if (found?.person.status === 'active' && found.person.email !== null)
          await send(found.person, { kind: 'reset', linkBase });
      });
    },
    signUp(email, { linkBase, address: from }) {
      if (!budget.take(from)) return;
      later(async () => {
        const address = typedName(email);
        if (!isEmail(address) || !isName(address)) return;
        const found = await core.store.byEmail(core.tables(), address);
        // A name that looks like the address belongs to somebody else: there is nobody to write to.
        const person = found?.person ?? (await beginPerson(core, address, log));
        // Who was invited by somebody has a link already: a stranger's request must not end it.
        if (person?.status === 'invited' && isBySignUp(person))
          await send(person, { kind: 'invite', words: 'sign-up', linkBase });
        else if (person?.status === 'active' && isFirst(person.id)) core.tell(person, 'sign-up-again');
      });
    },
    settle: async () => void (await Promise.allSettled(waiting)),
  };
}

/** Null = the name is taken by somebody with another address, or too many who signed up never came. */
async function beginPerson(core: PeopleCore, address: string, log: Log): Promise<Person | null> {
  if (!(await isRoomForSignUp(core.tables()))) {
    log.warn({}, 'somebody who wanted to sign up was turned away: too many who did never came');
    return null;
  }
  try {
    return await createPerson(core, { name: address, email: address }, SIGN_UP_ACTOR);
  } catch (error) {
    if (isRefusal(error, 'conflict')) return null;
    throw error;
  }
}
