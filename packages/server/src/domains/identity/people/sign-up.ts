import type { Clock } from '../../../platform/clock.ts';
import { LIFETIME_MS } from './invites.ts';
import { networkOf } from './lockout.ts';
import type { Person } from './person.ts';
import type { PeopleDb } from './tables.ts';

/** People who signed up and have not come yet. */
const OPEN_MAX = 10_000;
/** Addresses that one network can ask for in an hour: a letter goes to each. */
const ASKED_MAX = 10;
const WINDOW_MS = 3_600_000;
const NETWORKS_MAX = 10_000;

export const SIGN_UP_ACTOR = { kind: 'visitor', ref: 'sign-up' } as const;
const CREATED_BY = `${SIGN_UP_ACTOR.kind}:${SIGN_UP_ACTOR.ref}`;

export const isBySignUp = ({ createdBy }: Pick<Person, 'createdBy'>): boolean => createdBy === CREATED_BY;

const open = (db: PeopleDb) =>
  db
    .selectFrom('identity_person')
    .where('created_by', '=', CREATED_BY)
    .where('status', '=', 'invited')
    .where('password_hash', 'is', null)
    .where('last_signed_in_at', 'is', null);

export async function isRoomForSignUp(db: PeopleDb): Promise<boolean> {
  const counted = await open(db)
    .select((query) => query.fn.countAll().as('count'))
    .executeTakeFirst();
  return Number(counted?.count ?? 0) < OPEN_MAX;
}

/** Whoever never came is forgotten with the link: the address may be somebody else's. */
export async function forgetSignUps(db: PeopleDb, now: number): Promise<void> {
  const old = open(db)
    .select('id')
    .where('created_at', '<', now - LIFETIME_MS.invite)
    // A new link may have been asked for since.
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('identity_invite')
            .select('hash')
            .whereRef('identity_invite.person', '=', 'identity_person.id')
            .where('identity_invite.expires_at', '>', now),
        ),
      ),
    );
  await db.deleteFrom('identity_person').where('id', 'in', old).execute();
}

export interface SignUpBudget {
  /** False = this network has asked for enough. */
  take(address: string): boolean;
}

export function createSignUpBudget(clock: Pick<Clock, 'monotonicMs'>): SignUpBudget {
  const asked = new Map<string, { count: number; readonly since: number }>();
  return {
    take(address) {
      const now = clock.monotonicMs();
      const network = networkOf(address);
      const held = asked.get(network);
      const isFresh = held !== undefined && now - held.since < WINDOW_MS;
      if (isFresh) {
        held.count += 1;
        return held.count <= ASKED_MAX;
      }
      if (asked.size >= NETWORKS_MAX) asked.clear();
      asked.set(network, { count: 1, since: now });
      return true;
    },
  };
}
