import { identityEvents, type EventRecord } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import type { PeopleCore } from '../people/core.ts';
import { passkeysOf } from '../people/factor-store.ts';
import type { Person } from '../people/person.ts';
import type { PeopleDb, PeopleTables } from '../people/tables.ts';
import { deleteLink, listLinks, type ProviderLink } from './link-store.ts';

/** Accounts at providers that people sign in with, after they were connected. */
export interface LinkCare {
  links(id: string): Promise<readonly ProviderLink[]>;
  /** Refused with `last-factor` when it is the only way in. */
  disconnect(id: string, provider: string, actor: EventRecord['actor']): Promise<void>;
}

/** Whether somebody can begin a sign-in at all: a code of an app alone begins none. */
export async function hasWayIn(db: PeopleDb, { id, hasPassword }: Pick<Person, 'id' | 'hasPassword'>): Promise<boolean> {
  return hasPassword || (await passkeysOf(db, id)).length > 0 || (await listLinks(db, id)).length > 0;
}

export function createLinkCare(core: PeopleCore, get: (id: string) => Promise<Person>): LinkCare {
  const { db, bus } = core;
  return {
    links: async (id) => listLinks(core.tables(), id),
    async disconnect(id, provider, actor) {
      const person = await get(id);
      await db.transaction(async (transaction) => {
        const tx = transaction.kysely.withTables<PeopleTables>();
        // Two removals at once must not each count on what the other takes away: the person's row makes them take turns.
        await tx.selectFrom('identity_person').select('id').where('id', '=', id).forUpdate().execute();
        if (!(await deleteLink(tx, id, provider))) throw new Refusal('not-found');
        if (!(await hasWayIn(tx, person))) throw new Refusal('last-factor');
        const fields = { actor, target: id, payload: { person: id, provider } };
        await bus.publish(transaction, [bus.newEvent(identityEvents.providerDisconnected, fields)]);
      });
      core.tell(person, 'provider-disconnected');
    },
  };
}
