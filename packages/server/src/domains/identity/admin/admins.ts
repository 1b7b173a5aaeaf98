import { identityEvents, type EventRecord } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import type { IssuedInvite } from '../people/invites.ts';
import type { People } from '../people/people.ts';
import type { Person } from '../people/person.ts';
import { isSetupOpen } from '../people/setup.ts';
import type { PeopleTables } from '../people/tables.ts';

type Actor = EventRecord['actor'];

/** What the operator of the host can always do, so that nobody is locked out for good. */
export interface Admins {
  isSetupOpen(): Promise<boolean>;
  /** Ends an earlier one. Throws `setup-closed` once there is an owner. */
  issueSetupLink(actor: Actor): Promise<IssuedInvite>;
  /** A new start for somebody with a role: password, factors and sessions go, a link for fifteen minutes comes. */
  recover(id: string, actor: Actor): Promise<IssuedInvite & { readonly person: Person }>;
  /** Everybody with a role. */
  list(): Promise<readonly Person[]>;
}

export function createAdmins(people: People): Admins {
  const { core } = people;
  const { db, bus, invites, store } = core;

  const list: Admins['list'] = async () => {
    const rows = await core
      .tables()
      .selectFrom('identity_person')
      .select('id')
      .where('role', 'is not', null)
      .orderBy('id')
      .execute();
    const all = await Promise.all(rows.map(async ({ id }) => people.find(id)));
    return all.filter((person) => person !== null);
  };

  return {
    list,
    isSetupOpen: async () => isSetupOpen(core.tables()),
    async issueSetupLink(actor) {
      return db.transaction(async (transaction) => {
        if (!(await isSetupOpen(transaction.kysely.withTables<PeopleTables>()))) throw new Refusal('setup-closed');
        return invites.issue(transaction, { kind: 'setup', person: null }, actor);
      });
    },
    async recover(id, actor) {
      const before = await people.get(id);
      if (before.role === null) {
        const errors = [{ pointer: '', detail: 'this person has no role in the administration: holdfast mfa reset NAME' }];
        throw new Refusal('input-invalid', { errors });
      }
      // First the password: with the factors gone and the password left, whoever knows it could enrol before the owner.
      const issued = await db.transaction(async (transaction) => {
        const tx = transaction.kysely.withTables<PeopleTables>();
        await store.update(tx, id, { password_hash: null, password_is_short: false });
        // An account elsewhere may be what was taken over: it is connected anew.
        await tx.deleteFrom('identity_provider_link').where('person', '=', id).execute();
        const payload = { person: id };
        await bus.publish(transaction, [bus.newEvent(identityEvents.adminRecovered, { actor, target: id, payload })]);
        return invites.issue(transaction, { kind: 'recover', person: id }, actor);
      });
      await people.resetFactors(id, actor);
      const person = before.status === 'disabled' ? await people.enable(id, actor) : await people.get(id);
      // Who else administers hears of it: a new start that nobody asked for is an attack on the host.
      for (const other of await list()) if (other.id !== id && other.status === 'active') core.tell(other, 'admin-recovered');
      return { ...issued, person };
    },
  };
}
