import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../../platform/clock.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import type { Pending } from '../../../platform/oidc/client.ts';
import type { InviteKind, PeopleDb } from '../people/tables.ts';
import type { ChallengeView, SignInContext } from './steps.ts';

const TOKEN_BYTES = 32;
const TOKEN_LENGTH = 43;
const LIFETIME_MS = 600_000;
/** SP 800-63B-4 §3.2.2 and then some: a fifth wrong code ends it, and the password has to be typed again. */
export const CHALLENGE_TRIES_MAX = 5;
/** Open at a time. Anybody can begin one with a passkey, so the oldest go first. */
const OPEN_MAX = 50_000;
const CHECK_EVERY = 256;

export type Stage = ChallengeView['stage'];

export interface ChallengeData {
  readonly purpose: ChallengeView['purpose'];
  readonly context: SignInContext;
  /** What was proven so far (RFC 8176). */
  readonly amr: readonly string[];
  /** The seed on offer, sealed for the person. */
  readonly seed: string | null;
  /** The WebAuthn challenge on offer, base64url, and the host it is for. */
  readonly webAuthn: { readonly challenge: string; readonly rpId: string } | null;
  /** What the answer of a provider must fit; left out = none was asked. */
  readonly provider?: AskedProvider;
  /** There is no password, a passkey takes its place: it uses this link up; null = that was used. Left out = there is one. */
  readonly link?: HeldLink | null;
}

/** A link that is used up by the first factor, in place of a password. */
export interface HeldLink {
  readonly token: string;
  readonly kinds: readonly InviteKind[];
}

export interface AskedProvider {
  readonly id: string;
  readonly pending: Pending;
  /** Where the visitor wanted to go: the provider's answer carries no word of it. */
  readonly next: string | null;
  /** The secret of the invitation that is accepted this way. */
  readonly invite: string | null;
}

export interface OpenChallenge {
  readonly token: string;
  readonly hash: string;
  readonly person: string | null;
  readonly stage: Stage;
  readonly data: ChallengeData;
  readonly triesLeft: number;
  readonly expiresAt: number;
}

export interface Challenges {
  /** The token of a new one. */
  create(db: PeopleDb, given: Pick<OpenChallenge, 'person' | 'stage' | 'data'>): Promise<string>;
  /** Null = wrong, over, or used up. */
  read(db: PeopleDb, token: string): Promise<OpenChallenge | null>;
  /** Counts a try before it is made, so that many at once are not more than five. */
  take(db: PeopleDb, token: string, stages: readonly Stage[]): Promise<OpenChallenge | null>;
  amend(db: PeopleDb, challenge: OpenChallenge, change: Partial<Pick<ChallengeData, 'seed' | 'webAuthn'>>): Promise<void>;
  /** True for exactly one of all who finish it. */
  consume(db: PeopleDb, challenge: OpenChallenge): Promise<boolean>;
}

interface Row {
  readonly hash: string;
  readonly person: string | null;
  readonly kind: string;
  readonly data: string;
  readonly expires_at: number;
  readonly tries: number;
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
export const dataPlace = (hash: string): string[] => ['identity_challenge', 'data', hash];

export function createChallenges({ keyring, clock }: { readonly keyring: Keyring; readonly clock: Clock }): Challenges {
  let created = 0;
  const seal = (hash: string, data: ChallengeData): string => keyring.seal(Buffer.from(JSON.stringify(data)), dataPlace(hash));
  const toOpen = (token: string, row: Row): OpenChallenge => ({
    token,
    hash: row.hash,
    person: row.person,
    // Written by `create` alone.
    stage: row.kind as Stage,
    // Sealed by `create` and `amend`: authenticated, so it is what they wrote.
    data: JSON.parse(keyring.open(row.data, dataPlace(row.hash)).toString('utf8')) as ChallengeData,
    triesLeft: CHALLENGE_TRIES_MAX - row.tries,
    expiresAt: row.expires_at,
  });
  const makeRoom = async (db: PeopleDb): Promise<void> => {
    await db.deleteFrom('identity_challenge').where('expires_at', '<=', clock.now()).execute();
    const open = db.selectFrom('identity_challenge').select('created_at').orderBy('created_at', 'desc');
    const surplus = await open.offset(OPEN_MAX).limit(1).executeTakeFirst();
    if (surplus === undefined) return;
    await db.deleteFrom('identity_challenge').where('created_at', '<=', surplus.created_at).execute();
  };
  return {
    async create(db, { person, stage, data }) {
      created += 1;
      if (created % CHECK_EVERY === 0) await makeRoom(db);
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      const hash = hashOf(token);
      const now = clock.now();
      const row = { hash, person, kind: stage, data: seal(hash, data), created_at: now, expires_at: now + LIFETIME_MS };
      await db
        .insertInto('identity_challenge')
        .values({ ...row, tries: 0 })
        .execute();
      return token;
    },
    async read(db, token) {
      if (token.length !== TOKEN_LENGTH) return null;
      const row = await db
        .selectFrom('identity_challenge')
        .selectAll()
        .where('hash', '=', hashOf(token))
        .where('expires_at', '>', clock.now())
        .where('tries', '<', CHALLENGE_TRIES_MAX)
        .executeTakeFirst();
      return row === undefined ? null : toOpen(token, row);
    },
    async take(db, token, stages) {
      if (token.length !== TOKEN_LENGTH) return null;
      const row = await db
        .updateTable('identity_challenge')
        .set((query) => ({ tries: query('tries', '+', 1) }))
        .where('hash', '=', hashOf(token))
        .where('kind', 'in', stages)
        .where('expires_at', '>', clock.now())
        .where('tries', '<', CHALLENGE_TRIES_MAX)
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? null : toOpen(token, row);
    },
    async amend(db, { hash, data }, change) {
      await db
        .updateTable('identity_challenge')
        .set({ data: seal(hash, { ...data, ...change }) })
        .where('hash', '=', hash)
        .execute();
    },
    async consume(db, { hash }) {
      const row = await db.deleteFrom('identity_challenge').where('hash', '=', hash).returning('hash').executeTakeFirst();
      return row !== undefined;
    },
  };
}
