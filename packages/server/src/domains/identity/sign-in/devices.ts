import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../../platform/clock.ts';
import type { PeopleDb } from '../people/tables.ts';

const TOKEN_BYTES = 32;
const TOKEN_LENGTH = 43;
/** A device that was not seen for so long is a stranger's again. */
const KNOWN_MS = 180 * 86_400_000;
/** Of one person; the one seen longest ago is forgotten. */
const DEVICES_MAX = 20;

export interface Device {
  readonly token: string;
  readonly hash: string;
  readonly wasKnown: boolean;
}

/** Devices that finished a sign-in. Being one proves nothing: it only keeps strangers' wrong passwords from locking the owner out. */
export interface Devices {
  /** The hash of this device if the person signed in with it before. */
  find(db: PeopleDb, person: string, token: string | null): Promise<string | null>;
  /** A token that was never known is not taken over: nobody can plant one in a browser and wait. */
  remember(tx: PeopleDb, person: string, token: string | null): Promise<Device>;
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

export function createDevices(clock: Clock): Devices {
  const isKnownAtAll = async (db: PeopleDb, hash: string): Promise<boolean> => {
    const row = await db
      .selectFrom('identity_known_device')
      .select('hash')
      .where('hash', '=', hash)
      .where('last_seen_at', '>', clock.now() - KNOWN_MS)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  };
  const find: Devices['find'] = async (db, person, token) => {
    if (token === null || token.length !== TOKEN_LENGTH) return null;
    const row = await db
      .selectFrom('identity_known_device')
      .select('hash')
      .where('hash', '=', hashOf(token))
      .where('person', '=', person)
      .where('last_seen_at', '>', clock.now() - KNOWN_MS)
      .executeTakeFirst();
    return row?.hash ?? null;
  };
  return {
    find,
    async remember(tx, person, given) {
      const now = clock.now();
      const wasKnown = (await find(tx, person, given)) !== null;
      const isOurs = given !== null && (wasKnown || (given.length === TOKEN_LENGTH && (await isKnownAtAll(tx, hashOf(given)))));
      const token = isOurs ? given : randomBytes(TOKEN_BYTES).toString('base64url');
      const hash = hashOf(token);
      await tx
        .insertInto('identity_known_device')
        .values({ hash, person, created_at: now, last_seen_at: now })
        .onConflict((conflict) => conflict.columns(['hash', 'person']).doUpdateSet({ last_seen_at: now }))
        .execute();
      const surplus = await tx
        .selectFrom('identity_known_device')
        .select('hash')
        .where('person', '=', person)
        .orderBy('last_seen_at', 'desc')
        .offset(DEVICES_MAX)
        .execute();
      const old = surplus.map((row) => row.hash).filter((other) => other !== hash);
      if (old.length > 0) {
        await tx.deleteFrom('identity_known_device').where('person', '=', person).where('hash', 'in', old).execute();
      }
      return { token, hash, wasKnown };
    },
  };
}
