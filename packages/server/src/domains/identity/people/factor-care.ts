import { identityEvents, type EventRecord } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import { hasWayIn } from '../providers/link-care.ts';
import type { PeopleCore } from './core.ts';
import { deletePasskey, deletePasskeys, deleteTotp, replaceRecoveryCodes } from './factor-store.ts';
import type { FactorsView } from './factors.ts';
import { needsMfa, type Person } from './person.ts';
import type { PeopleDb, PeopleTables } from './tables.ts';

type Actor = EventRecord['actor'];

/** Second factors after they were enrolled: looking, removing, starting over. */
export interface FactorCare {
  factors(id: string): Promise<FactorsView>;
  /** Refused with `last-factor` when two factors are needed and this is the only second one, or nothing is left to sign in with. */
  removeTotp(id: string, actor: Actor): Promise<void>;
  removePasskey(id: string, passkey: string, actor: Actor): Promise<void>;
  /** By an operator: everything goes, sessions end, the next sign-in enrols anew. */
  resetFactors(id: string, actor: Actor): Promise<void>;
  /** Ten new recovery codes, shown once; earlier ones are worthless. */
  newRecoveryCodes(id: string, actor: Actor): Promise<readonly string[]>;
}

interface Removal {
  readonly factor: 'totp' | 'passkey';
  readonly actor: Actor;
  readonly drop: (tx: PeopleDb) => Promise<boolean>;
}

export function createFactorCare(core: PeopleCore, get: (id: string) => Promise<Person>): FactorCare {
  const { db, bus, factors } = core;

  const remove = async (id: string, { factor, actor, drop }: Removal): Promise<void> => {
    const person = await get(id);
    await db.transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<PeopleTables>();
      // Two removals at once must not each count on the other's factor: the person's row makes them take turns.
      await tx.selectFrom('identity_person').select('id').where('id', '=', id).forUpdate().execute();
      if (!(await drop(tx))) throw new Refusal('not-found');
      const left = await factors.view(tx, id);
      const isLast = !left.totp && left.passkeys.length === 0;
      if (isLast && needsMfa(person)) throw new Refusal('last-factor');
      if (!(await hasWayIn(tx, person))) throw new Refusal('last-factor');
      // Recovery codes recover a factor; without one they would be one.
      if (isLast) await replaceRecoveryCodes(tx, { person: id, hashes: [], now: core.clock.now() });
      const payload = { person: id, factor };
      await bus.publish(transaction, [bus.newEvent(identityEvents.factorRemoved, { actor, target: id, payload })]);
    });
    core.tell(person, 'factor-removed');
  };

  return {
    factors: async (id) => factors.view(core.tables(), id),
    removeTotp: async (id, actor) => remove(id, { factor: 'totp', actor, drop: async (tx) => deleteTotp(tx, id) }),
    removePasskey: async (id, passkey, actor) =>
      remove(id, { factor: 'passkey', actor, drop: async (tx) => deletePasskey(tx, id, passkey) }),
    async resetFactors(id, actor) {
      const person = await get(id);
      await db.transaction(async (transaction) => {
        const tx = transaction.kysely.withTables<PeopleTables>();
        await deleteTotp(tx, id);
        await deletePasskeys(tx, id);
        await replaceRecoveryCodes(tx, { person: id, hashes: [], now: core.clock.now() });
        await tx.deleteFrom('identity_challenge').where('person', '=', id).execute();
        await core.endSessions(transaction, { person: id, reason: 'factors' });
        const payload = { person: id, factor: 'all' as const };
        await bus.publish(transaction, [bus.newEvent(identityEvents.factorRemoved, { actor, target: id, payload })]);
      });
      core.tell(person, 'factors-reset');
    },
    async newRecoveryCodes(id, actor) {
      await get(id);
      return db.transaction(async (transaction) => {
        const codes = await factors.newRecoveryCodes(transaction.kysely.withTables<PeopleTables>(), id);
        const payload = { person: id, factor: 'recovery-codes' as const };
        await bus.publish(transaction, [bus.newEvent(identityEvents.factorEnrolled, { actor, target: id, payload })]);
        return codes;
      });
    },
  };
}
