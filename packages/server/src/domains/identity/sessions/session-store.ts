import { sql } from 'kysely';
import type { JSONColumnType, Kysely, Selectable } from 'kysely';
import { parseEnvelope } from '../../../platform/keyring/envelope.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import { isRefusal } from '../../../platform/refusal.ts';
import type { SessionEndReason } from '@holdfast/contract';
import type { SessionListed, SessionPage, SessionPlace } from './session.ts';

export type SessionTables = {
  /** Only to lock the row: two sign-ins of one person must not each count without the other. */
  identity_person: { id: string; status: string };
  identity_session: {
    hash: string;
    id: string;
    person: string;
    kind: 'application' | 'admin';
    application: string | null;
    created_at: number;
    last_seen_at: number;
    expires_at: number;
    idle_ms: number;
    acr: 'aal1' | 'aal2';
    amr: JSONColumnType<string[]>;
    auth_time: number;
    elevated_until: number | null;
    device: string | null;
    address_cipher: string | null;
    user_agent: string | null;
    ended_at: number | null;
    end_reason: SessionEndReason | null;
  };
};
export type SessionDb = Kysely<SessionTables>;

export interface StoredSession {
  readonly hash: string;
  readonly listed: SessionListed;
}

export interface NewSessionRow extends StoredSession {
  readonly device: string | null;
}

export const addressPlace = (id: string): string[] => ['identity_session', 'address_cipher', id];

export const agentPlace = (id: string): string[] => ['identity_session', 'user_agent', id];

interface Ending {
  readonly now: number;
  readonly reason: SessionEndReason;
}

/** All SQL of sessions. Network address and browser are sealed and bound to their session. */
export class SessionStore {
  readonly #keyring: Keyring;

  constructor(keyring: Keyring) {
    this.#keyring = keyring;
  }

  /** The status of the person, whose row stays locked until the transaction ends; null = nobody. */
  async lockPerson(tx: SessionDb, person: string): Promise<string | null> {
    const row = await tx.selectFrom('identity_person').select('status').where('id', '=', person).forUpdate().executeTakeFirst();
    return row?.status ?? null;
  }

  async insert(tx: SessionDb, { hash, listed, device }: NewSessionRow): Promise<void> {
    await tx
      .insertInto('identity_session')
      .values({
        hash,
        id: listed.id,
        person: listed.person,
        kind: listed.kind,
        application: listed.application,
        created_at: listed.createdAt,
        last_seen_at: listed.lastSeenAt,
        expires_at: listed.expiresAt,
        idle_ms: listed.idleMs,
        acr: listed.acr,
        amr: JSON.stringify(listed.amr),
        auth_time: listed.authTime,
        elevated_until: listed.elevatedUntil,
        device,
        address_cipher:
          listed.address === null ? null : this.#keyring.seal(Buffer.from(listed.address, 'utf8'), addressPlace(listed.id)),
        user_agent:
          listed.userAgent === null ? null : this.#keyring.seal(Buffer.from(listed.userAgent, 'utf8'), agentPlace(listed.id)),
        ended_at: null,
        end_reason: null,
      })
      .execute();
  }

  async findLive(db: SessionDb, hash: string): Promise<StoredSession | null> {
    const row = await this.#live(db).where('hash', '=', hash).executeTakeFirst();
    return row === undefined ? null : this.#toStored(row);
  }

  /** Oldest first. */
  async livePersons(db: SessionDb, person: string): Promise<StoredSession[]> {
    const rows = await this.#live(db).where('person', '=', person).orderBy('created_at').orderBy('id').execute();
    return rows.map((row) => this.#toStored(row));
  }

  async livePage(db: SessionDb, { before, limit, kind, application }: SessionPage): Promise<StoredSession[]> {
    let query = this.#live(db);
    if (before !== null) query = query.where('id', '<', before);
    if (kind !== undefined) query = query.where('kind', '=', kind);
    if (application !== undefined) query = query.where('application', '=', application);
    const rows = await query.orderBy('id', 'desc').limit(limit).execute();
    return rows.map((row) => this.#toStored(row));
  }

  async findLiveById(db: SessionDb, id: string): Promise<StoredSession | null> {
    const row = await this.#live(db).where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : this.#toStored(row);
  }

  async touch(db: SessionDb, hash: string, now: number): Promise<void> {
    await db
      .updateTable('identity_session')
      .set({ last_seen_at: now })
      .where('hash', '=', hash)
      .where('ended_at', 'is', null)
      .execute();
  }

  /** The session under another hash; false when it ended meanwhile. */
  async renew(tx: SessionDb, hash: string, next: StoredSession): Promise<boolean> {
    const { acr, amr, authTime, elevatedUntil, lastSeenAt } = next.listed;
    const result = await tx
      .updateTable('identity_session')
      .set({
        hash: next.hash,
        acr,
        amr: JSON.stringify(amr),
        auth_time: authTime,
        elevated_until: elevatedUntil,
        last_seen_at: lastSeenAt,
      })
      .where('hash', '=', hash)
      .where('ended_at', 'is', null)
      .executeTakeFirst();
    return Number(result.numUpdatedRows) === 1;
  }

  /** Those of the hashes that were still going on, so that each end is told once. */
  async end(tx: SessionDb, hashes: readonly string[], { now, reason }: Ending): Promise<StoredSession[]> {
    if (hashes.length === 0) return [];
    const rows = await tx
      .updateTable('identity_session')
      .set({ ended_at: now, end_reason: reason, elevated_until: null })
      .where('hash', 'in', [...hashes])
      .where('ended_at', 'is', null)
      .returningAll()
      .execute();
    return rows.map((row) => this.#toStored(row));
  }

  async readOver(db: SessionDb, now: number, limit: number): Promise<StoredSession[]> {
    const rows = await this.#live(db)
      .where(sql<boolean>`expires_at <= ${now} or last_seen_at + idle_ms <= ${now}`)
      .limit(limit)
      .execute();
    return rows.map((row) => this.#toStored(row));
  }

  async removeEnded(db: SessionDb, before: number): Promise<void> {
    await db.deleteFrom('identity_session').where('ended_at', '<', before).execute();
  }

  /** One of before it was sealed is shown until the session is sealed anew; nothing is decided by it. */
  #openAgent(text: string, id: string): string | null {
    if (parseEnvelope(text) === null) return text;
    try {
      return this.#keyring.open(text, agentPlace(id)).toString('utf8');
    } catch (error) {
      if (isRefusal(error, 'key-wrong')) return null;
      throw error;
    }
  }

  #live(db: SessionDb) {
    return db.selectFrom('identity_session').selectAll().where('ended_at', 'is', null);
  }

  #toStored(row: Selectable<SessionTables['identity_session']>): StoredSession {
    return {
      hash: row.hash,
      listed: {
        id: row.id,
        person: row.person,
        kind: row.kind,
        application: row.application,
        createdAt: row.created_at,
        lastSeenAt: row.last_seen_at,
        expiresAt: row.expires_at,
        idleMs: row.idle_ms,
        acr: row.acr,
        amr: row.amr,
        authTime: row.auth_time,
        elevatedUntil: row.elevated_until,
        address:
          row.address_cipher === null ? null : this.#keyring.open(row.address_cipher, addressPlace(row.id)).toString('utf8'),
        userAgent: row.user_agent === null ? null : this.#openAgent(row.user_agent, row.id),
      },
    };
  }
}

export const isAt = ({ listed }: StoredSession, place: SessionPlace): boolean =>
  place.kind === 'admin' ? listed.kind === 'admin' : listed.kind === 'application' && listed.application === place.application;
