import type { ResponseParts } from '../../response-parts.ts';
import type { ResponseRooms } from '../../response-rooms.ts';
import type { ActionKind } from '../action-kind.ts';
import { impactOn } from './impact.ts';
import { personOf, PLAIN } from './plain.ts';

/** Sessions of somebody count no more until every factor was given again. They are not ended: undone, they count as before. */
export function createRequireStepUp(
  { people, sessions }: Pick<ResponseParts, 'people' | 'sessions'>,
  rooms: Pick<ResponseRooms, 'traffic'>,
): ActionKind<'require-step-up'> {
  return {
    name: 'require-step-up',
    permission: 'session:write',
    // When it was asked for is not the same when it is done again.
    read: async ({ person }) => ({ isRequired: (await people.get(person)).stepUpAt !== null }),
    async plan({ person: id }, _now, { actor }) {
      const { name, stepUpAt } = await people.get(id);
      const open = (await sessions.list(id)).filter(({ authTime }) => authTime >= (stepUpAt ?? 0)).length;
      const impact = impactOn(rooms, { kind: 'person', person: id });
      return {
        ...PLAIN,
        summary: `asks ${name} for every factor at the next request`,
        impact: { ...impact, sessions: Math.max(impact.sessions, open) },
        refused: personOf(actor) === id ? 'it is your own account' : null,
        isEffective: stepUpAt !== null && open === 0,
        undo: 'sessions of before count again, unless they are over by then',
      };
    },
    async apply({ person }, { actor, before, beganAt }) {
      const { stepUpAt } = await people.get(person);
      // Not once more after a crash: who has proved meanwhile who they are would have to do it again.
      if (stepUpAt === null || stepUpAt < beganAt) await people.requireStepUp(person, actor);
      const asked = await sessions.recheck(person);
      const detail = `${asked} ${asked === 1 ? 'session is' : 'sessions are'} asked for every factor`;
      // It was required before: an earlier mark has not to come back, and a later one is undone by nobody but time.
      if (before['isRequired'] === true) return { state: 'done', detail: `${detail} once more`, undo: null };
      return { state: 'effective', detail, undo: {} };
    },
    async undo({ person }, _undo, { actor }) {
      await people.clearStepUp(person, actor);
      await sessions.recheck(person);
      return 'sessions of before count again';
    },
  };
}
