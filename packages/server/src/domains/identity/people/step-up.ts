import { identityEvents, type EventRecord } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import type { PeopleCore } from './core.ts';
import type { Person } from './person.ts';
import type { PeopleTables } from './tables.ts';

type Actor = EventRecord['actor'];

/** Somebody else may sit in front of a session: its owner proves once more who they are. */
export interface StepUps {
  /** Sessions of before count no more, until every factor is given again. They are not ended: cleared, they count as they did. */
  requireStepUp(id: string, actor: Actor): Promise<Person>;
  clearStepUp(id: string, actor: Actor): Promise<Person>;
}

export function createStepUps({ db, bus, clock, store }: PeopleCore): StepUps {
  const set = async (id: string, stepUpAt: number | null, actor: Actor): Promise<Person> =>
    db.transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<PeopleTables>();
      const before = await store.byId(tx, id);
      if (before === null) throw new Refusal('not-found');
      if (stepUpAt === null && before.person.stepUpAt === null) return before.person;
      const updated = await store.update(tx, id, { step_up_at: stepUpAt });
      if (updated === null) throw new Refusal('not-found');
      const fields = { actor, target: id };
      const event =
        stepUpAt === null
          ? bus.newEvent(identityEvents.stepUpCleared, { ...fields, payload: { person: id } })
          : bus.newEvent(identityEvents.stepUpRequired, { ...fields, payload: { person: id, since: stepUpAt } });
      await bus.publish(transaction, [event]);
      return updated.person;
    });
  return {
    requireStepUp: async (id, actor) => set(id, clock.now(), actor),
    clearStepUp: async (id, actor) => set(id, null, actor),
  };
}
