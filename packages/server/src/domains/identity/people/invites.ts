import { createHash, randomBytes } from 'node:crypto';
import { identityEvents, type EventRecord } from '@holdfast/contract';
import type { Selectable } from 'kysely';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Transaction } from '../../../platform/db/database.ts';
import type { InviteKind, PeopleDb, PeopleTables } from './tables.ts';

/** 160 bits: nothing to guess, so only SHA-256 is stored. */
const TOKEN_BYTES = 20;
/** A link of 27 base64url characters; longer text is none of ours. */
const TOKEN_LENGTH_MAX = 64;
/** Somebody who tries tokens at the setup page ends the link. */
const BAD_TRIES_MAX = 5;
const MINUTE_MS = 60_000;

export const LIFETIME_MS: Readonly<Record<InviteKind, number>> = {
  setup: 15 * MINUTE_MS,
  recover: 15 * MINUTE_MS,
  /** SP 800-63B-4 §3.1.3.1 lets a mailed code live a day; an hour is enough for who asked for it. */
  reset: 60 * MINUTE_MS,
  invite: 7 * 24 * 60 * MINUTE_MS,
};
/** Whoever holds a link of this machine's terminal is in front of it: guesses come from elsewhere. */
const ENDED_BY_GUESSES: ReadonlySet<InviteKind> = new Set(['setup', 'recover']);

export interface IssuedInvite {
  readonly token: string;
  readonly expiresAt: number;
}

export interface Invite {
  readonly kind: InviteKind;
  readonly person: string | null;
  readonly expiresAt: number;
}

export interface Invites {
  /** Ends earlier links of this kind for the same person. */
  issue(
    tx: Transaction,
    invite: { readonly kind: InviteKind; readonly person: string | null },
    actor: EventRecord['actor'],
  ): Promise<IssuedInvite>;
  /** Looks without using it up; null = wrong, used or over. A wrong one counts against open setup links. */
  look(db: PeopleDb, kinds: readonly InviteKind[], token: string): Promise<Invite | null>;
  /** One statement, so that of two at once only one is let in. */
  use(db: PeopleDb, kinds: readonly InviteKind[], token: string): Promise<Invite | null>;
  sweep(db: PeopleDb): Promise<void>;
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

type Row = Selectable<PeopleTables['identity_invite']>;
const toInvite = ({ kind, person, expires_at }: Row): Invite => ({ kind, person, expiresAt: expires_at });

export function createInvites({ bus, clock }: { readonly bus: Bus; readonly clock: Clock }): Invites {
  const countGuess = async (db: PeopleDb, kinds: readonly InviteKind[]): Promise<null> => {
    const guessable = kinds.filter((kind) => ENDED_BY_GUESSES.has(kind));
    if (guessable.length > 0) {
      await db
        .updateTable('identity_invite')
        .set((query) => ({ tries: query('tries', '+', 1) }))
        .where('kind', 'in', guessable)
        .where('used_at', 'is', null)
        .execute();
    }
    return null;
  };
  return {
    async issue(transaction, { kind, person }, actor) {
      const tx = transaction.kysely.withTables<PeopleTables>();
      const now = clock.now();
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      const expiresAt = now + LIFETIME_MS[kind];
      await tx
        .deleteFrom('identity_invite')
        .where('kind', '=', kind)
        .where((where) => (person === null ? where('person', 'is', null) : where('person', '=', person)))
        .execute();
      const row = { kind, person, created_at: now, created_by: `${actor.kind}:${actor.ref}`, expires_at: expiresAt };
      await tx
        .insertInto('identity_invite')
        .values({ hash: hashOf(token), ...row, used_at: null, tries: 0 })
        .execute();
      const payload = { person, kind, expiresAt };
      await bus.publish(transaction, [bus.newEvent(identityEvents.linkIssued, { actor, target: person, payload })]);
      return { token, expiresAt };
    },
    async look(db, kinds, token) {
      if (token.length > TOKEN_LENGTH_MAX) return countGuess(db, kinds);
      const row = await db
        .selectFrom('identity_invite')
        .selectAll()
        .where('hash', '=', hashOf(token))
        .where('kind', 'in', kinds)
        .where('used_at', 'is', null)
        .where('expires_at', '>', clock.now())
        .where('tries', '<', BAD_TRIES_MAX)
        .executeTakeFirst();
      return row === undefined ? countGuess(db, kinds) : toInvite(row);
    },
    async use(db, kinds, token) {
      if (token.length > TOKEN_LENGTH_MAX) return countGuess(db, kinds);
      const now = clock.now();
      const row = await db
        .updateTable('identity_invite')
        .set({ used_at: now })
        .where('hash', '=', hashOf(token))
        .where('kind', 'in', kinds)
        .where('used_at', 'is', null)
        .where('expires_at', '>', now)
        .where('tries', '<', BAD_TRIES_MAX)
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? countGuess(db, kinds) : toInvite(row);
    },
    async sweep(db) {
      await db.deleteFrom('identity_invite').where('expires_at', '<', clock.now()).execute();
    },
  };
}
