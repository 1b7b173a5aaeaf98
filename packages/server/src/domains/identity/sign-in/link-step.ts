import type { Log } from '../../../platform/log.ts';
import { linkNotice } from '../people/notices.ts';
import { needsMfa, typedName, type Person } from '../people/person.ts';
import type { InviteKind, PeopleDb, PeopleTables } from '../people/tables.ts';
import { actorOf, refused, type Flow } from './flow.ts';
import type { Refused, SignInContext, Step } from './steps.ts';

/** Requests that wait for the post; more than these are dropped without a word. */
const RESETS_WAITING_MAX = 64;
/** One letter in this time, however often it is asked for: a form must not fill anybody's mailbox. */
const RESET_PAUSE_MS = 300_000;

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
  return flow.afterPassword({ person: updated.person, context, purpose: 'sign-in', amr: ['pwd'] });
}

export interface Resets {
  /** Answers at once and does its work after it: neither words nor time say whether there is such a person. */
  request(nameOrEmail: string, context: SignInContext & { readonly linkBase: string }): void;
  /** Resolves when nothing waits any more. */
  settle(): Promise<void>;
}

export function createResets<Session>({ core }: Flow<Session>, log: Log): Resets {
  const waiting = new Set<Promise<void>>();

  const isPausing = async (tx: PeopleDb, person: Person): Promise<boolean> => {
    // The row makes requests for one person take turns: of many at once, one writes a letter.
    await tx.selectFrom('identity_person').select('id').where('id', '=', person.id).forUpdate().execute();
    const rows = tx.selectFrom('identity_invite').select('hash').where('person', '=', person.id).where('kind', '=', 'reset');
    const recent = rows.where('created_at', '>', core.clock.now() - RESET_PAUSE_MS);
    return (await recent.executeTakeFirst()) !== undefined;
  };
  const write = async (typed: string, linkBase: string): Promise<void> => {
    const found = await core.store.bySignInName(core.tables(), typed);
    const person = found?.person ?? null;
    if (person === null || person.status !== 'active' || person.email === null) return;
    const issued = await core.db.transaction(async (tx) => {
      if (await isPausing(tx.kysely.withTables<PeopleTables>(), person)) return null;
      return core.invites.issue(tx, { kind: 'reset', person: person.id }, actorOf(null));
    });
    if (issued === null) return;
    const link = { kind: 'reset' as const, link: `${linkBase}${issued.token}`, expiresAt: issued.expiresAt };
    const notice = linkNotice(person, link);
    if (notice !== null) core.notify(notice);
  };

  return {
    request(nameOrEmail, { linkBase }) {
      if (waiting.size >= RESETS_WAITING_MAX) {
        log.warn({ waiting: waiting.size }, 'a request for a new password was dropped: too many wait');
        return;
      }
      const work = write(typedName(nameOrEmail), linkBase)
        .catch((error: unknown) => log.error({ err: error }, 'a request for a new password failed'))
        .finally(() => void waiting.delete(work));
      waiting.add(work);
    },
    settle: async () => void (await Promise.allSettled(waiting)),
  };
}
