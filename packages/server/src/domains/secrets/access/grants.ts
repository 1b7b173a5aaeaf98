import {
  SECRET_GRANTS_MAX,
  secretEvents,
  type EventRecord,
  type SecretGrantInput,
  type SecretGrantView,
} from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { Access, SecretGrant } from '../../access/index.ts';
import { actorName } from '../../applications/index.ts';
import { about, refText } from '../ref.ts';
import { DAY_MS } from '../store/entry-store.ts';
import { deleteEnded, deleteGrant, insertGrant, readGrants, type GrantTables } from './grant-store.ts';

type Actor = EventRecord['actor'];

/** Leave to read secrets, the short way: each is a policy. */
export interface Grants {
  give(input: SecretGrantInput, actor: Actor): Promise<SecretGrantView>;
  list(): Promise<readonly SecretGrantView[]>;
  revoke(id: string, actor: Actor): Promise<void>;
  /** For the engine that decides. */
  inForce(): Promise<{ readonly grants: readonly SecretGrant[]; readonly nextEndsAt: number | null }>;
}

export interface GrantsParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly directory: Access['directory'];
  readonly newId: () => string;
  readonly changed: () => void;
}

export function createGrants({ db, bus, clock, directory, newId, changed }: GrantsParts): Grants {
  const list = async (): Promise<SecretGrantView[]> => readGrants(db.kysely.withTables<GrantTables>(), clock.now());
  return {
    list,
    async inForce() {
      const grants = await list();
      const ends = grants.flatMap(({ expiresAt }) => (expiresAt === null ? [] : [expiresAt]));
      return { grants, nextEndsAt: ends.length === 0 ? null : Math.min(...ends) };
    },
    async give({ to, days, purpose = null, ...what }, actor) {
      const grantee = await findGrantee(directory, to);
      const now = clock.now();
      const expiresAt = days === undefined ? null : now + days * DAY_MS;
      const made = { ...what, id: newId(), to: grantee, purpose, expiresAt, createdAt: now, createdBy: actorName(actor) };
      await db.transaction(async (transaction) => {
        const tx = transaction.kysely.withTables<GrantTables>();
        await deleteEnded(tx, now);
        if ((await readGrants(tx, now)).length >= SECRET_GRANTS_MAX) throw new Refusal('conflict', { errors: [TOO_MANY] });
        await insertGrant(tx, made);
        const { kind, id } = grantee;
        const payload = { grant: made.id, secrets: refText(what), to: kind, id, purpose, expiresAt };
        await bus.publish(transaction, [bus.newEvent(secretEvents.granted, { actor, ...about(what), payload })]);
        transaction.afterCommit(changed);
      });
      return made;
    },
    async revoke(grant, actor) {
      await db.transaction(async (transaction) => {
        const gone = await deleteGrant(transaction.kysely.withTables<GrantTables>(), grant);
        if (gone === null) throw new Refusal('not-found');
        const payload = { grant, secrets: refText(gone) };
        await bus.publish(transaction, [bus.newEvent(secretEvents.grantRevoked, { actor, ...about(gone), payload })]);
        transaction.afterCommit(changed);
      });
    },
  };
}

const TOO_MANY = {
  pointer: '',
  detail: `at most ${SECRET_GRANTS_MAX} grants; write a policy of the set holdfast-secrets instead`,
};

/** An id stays when a name is given to somebody else. */
async function findGrantee(
  { people, accounts }: Access['directory'],
  { kind, name }: SecretGrantInput['to'],
): Promise<SecretGrantView['to']> {
  if (kind === 'group') return { kind, id: name, name };
  const found = kind === 'account' ? await accounts.find(name) : ((await people.find(name)) ?? (await people.findByName(name)));
  if (found !== null) return { kind, id: found.id, name: found.name };
  throw new Refusal('input-invalid', { errors: [{ pointer: '/to/name', detail: `there is no such ${kind}` }] });
}
