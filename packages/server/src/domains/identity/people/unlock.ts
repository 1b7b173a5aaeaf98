import { identityEvents, type EventRecord } from '@holdfast/contract';
import type { PeopleCore } from './core.ts';
import { hasTotp, updateTotp } from './factor-store.ts';
import type { Person } from './person.ts';
import type { PeopleTables } from './tables.ts';

/** What wrong tries have closed is open again, before its time. */
export interface Unlocking {
  /** By an operator: account, known devices and authenticator app. Passwords and factors stay as they are. */
  unlock(id: string, actor: EventRecord['actor']): Promise<Person>;
}

export function createUnlocking(core: PeopleCore, get: (id: string) => Promise<Person>): Unlocking {
  const { db, bus, tries } = core;
  return {
    async unlock(id, actor) {
      const person = await get(id);
      await db.transaction(async (transaction) => {
        const tx = transaction.kysely.withTables<PeopleTables>();
        const rows = await tx.selectFrom('identity_known_device').select('hash').where('person', '=', id).execute();
        await tries.clear(tx, id);
        await tries.clearDevices(
          tx,
          id,
          rows.map(({ hash }) => hash),
        );
        if (await hasTotp(tx, id)) await updateTotp(tx, id, { failures: 0, locked_until: null });
        const fields = { actor, target: id, payload: { person: id } };
        await bus.publish(transaction, [bus.newEvent(identityEvents.lockoutLifted, fields)]);
      });
      return person;
    },
  };
}
