import { generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  identityKeySchema,
  privateJwkSchema,
  publicJwkSchema,
  sessionEvents,
  type EventRecord,
  type IdentityKey,
} from '@holdfast/contract';
import { sql, type JSONColumnType } from 'kysely';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { nextKeyBegins, OVERLAP_MS, retiresAfter, SOON_MS } from './key-rules.ts';

type KeyTables = {
  identity_signing_key: {
    kid: string;
    private_cipher: string;
    public_jwk: JSONColumnType<Record<string, unknown>>;
    not_before: number;
    retires_at: number;
  };
};

const KID_BYTES = 9;
/** Below what a snapshot holds: two in the ordinary course, more only when somebody makes them by hand. */
const KEYS_MAX = 6;
/** Without a successor a key does not retire; the column has no null. */
const NEVER = Number.MAX_SAFE_INTEGER;
export const keyPlace = (kid: string): string[] => ['identity_signing_key', 'private_cipher', kid];

export interface SigningKeysParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly keyring: Keyring;
  /** True = `rotateIfDue` makes the first key only: somebody else looks after the time of the next ones. */
  readonly firstOnly?: boolean;
}

type Actor = EventRecord['actor'];

/** The keys that sign identity headers. */
export interface SigningKeys {
  /** Those that are published now, oldest first. */
  current(): Promise<IdentityKey[]>;
  /** Makes the next key when its time has come and drops what has retired; true = the list is another one now. */
  rotateIfDue(): Promise<boolean>;
  /** When the newest began to sign, or will; null = there is none. */
  newestFrom(): Promise<number | null>;
  /**
   * Makes the next key. It signs when applications have had time to learn of it; `soon`, as after a suspicion, when all gateways
   * publish it, which suits applications that look again for a key that they lack.
   */
  rotate(how?: { readonly soon?: boolean; readonly actor?: Actor }): Promise<void>;
}

export function createSigningKeys({ db, bus, clock, keyring, firstOnly = false }: SigningKeysParts): SigningKeys {
  const tables = () => db.kysely.withTables<KeyTables>();

  const change = async (
    beginsAt: (keys: readonly { notBefore: number }[], now: number) => number | null,
    actor?: Actor,
  ): Promise<boolean> =>
    db.transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<KeyTables>();
      // One at a time: two nodes that find a key due must not make two.
      await sql`LOCK TABLE identity_signing_key IN SHARE ROW EXCLUSIVE MODE`.execute(tx);
      const now = clock.now();
      const retired = await tx.deleteFrom('identity_signing_key').where('retires_at', '<=', now).executeTakeFirst();
      const rows = await tx.selectFrom('identity_signing_key').select('not_before').execute();
      const notBefore = beginsAt(
        rows.map((row) => ({ notBefore: row.not_before })),
        now,
      );
      if (notBefore === null) return Number(retired.numDeletedRows) > 0;
      if (rows.length >= KEYS_MAX) throw new Refusal('conflict');
      const { kid, publicJwk, sealed } = makeKey(keyring);
      // One that waits and would sign after this one gives way: nobody has seen anything of it.
      await tx.deleteFrom('identity_signing_key').where('not_before', '>', notBefore).execute();
      await tx
        .updateTable('identity_signing_key')
        .set({ retires_at: retiresAfter(notBefore) })
        // Those without an end, and those whose successor gave way.
        .where('retires_at', '>', retiresAfter(notBefore))
        .execute();
      const row = {
        kid,
        private_cipher: sealed,
        public_jwk: JSON.stringify(publicJwk),
        not_before: notBefore,
        retires_at: NEVER,
      };
      await tx.insertInto('identity_signing_key').values(row).execute();
      await bus.publish(transaction, [bus.newEvent(sessionEvents.keyAdded, { actor, target: kid, payload: { kid, notBefore } })]);
      return true;
    });

  return {
    async current() {
      const rows = await tables()
        .selectFrom('identity_signing_key')
        .selectAll()
        .where('retires_at', '>', clock.now())
        .orderBy('not_before')
        .execute();
      return rows.map(({ kid, private_cipher, public_jwk, not_before }) =>
        identityKeySchema.parse({
          kid,
          privateJwk: JSON.parse(keyring.open(private_cipher, keyPlace(kid)).toString('utf8')),
          publicJwk: public_jwk,
          notBefore: not_before,
        }),
      );
    },
    async newestFrom() {
      const row = await tables()
        .selectFrom('identity_signing_key')
        .select((of) => of.fn.max('not_before').as('from'))
        .executeTakeFirst();
      return row?.from ?? null;
    },
    rotateIfDue: () => change((keys, now) => (firstOnly && keys.length > 0 ? null : nextKeyBegins(keys, now))),
    async rotate({ soon = false, actor } = {}) {
      // Not before the one that waits to begin, if there is one.
      const ahead = soon ? SOON_MS : OVERLAP_MS;
      await change((keys, now) => (soon ? now : Math.max(now, ...keys.map(({ notBefore }) => notBefore))) + ahead, actor);
    },
  };
}

/** P-256 for ES256 (RFC 7518 §3.4). The private half leaves this function sealed. */
function makeKey(keyring: Keyring) {
  const kid = `hf-${randomBytes(KID_BYTES).toString('base64url')}`;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' };
  const { d: _private, ...shown } = jwk;
  const sealed = keyring.seal(Buffer.from(JSON.stringify(privateJwkSchema.parse(jwk)), 'utf8'), keyPlace(kid));
  return { kid, publicJwk: publicJwkSchema.parse(shown), sealed };
}
