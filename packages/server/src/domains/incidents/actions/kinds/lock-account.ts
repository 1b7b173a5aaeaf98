import type { Person } from '../../../identity/index.ts';
import type { ResponseParts } from '../../response-parts.ts';
import type { ResponseRooms } from '../../response-rooms.ts';
import type { ActionKind, Asker } from '../action-kind.ts';
import { impactOn } from './impact.ts';
import { personOf, PLAIN } from './plain.ts';

/** Nobody signs in under it, and its sessions end. Never the last owner's, nor that of whoever asks. */
export function createLockAccount(
  { people }: Pick<ResponseParts, 'people'>,
  rooms: Pick<ResponseRooms, 'traffic'>,
): ActionKind<'lock-account'> {
  const whyNot = async ({ id, role, status }: Person, { actor }: Asker): Promise<string | null> => {
    if (personOf(actor) === id) return 'it is your own account';
    const isLast = role === 'owner' && status === 'active' && (await people.countOwners()) <= 1;
    return isLast ? 'it is the last owner: nobody could administer any more' : null;
  };
  return {
    name: 'lock-account',
    permission: 'person:write',
    async read({ person }) {
      const { status, role } = await people.get(person);
      return { status, role };
    },
    async plan({ person: id }, _now, asker) {
      const person = await people.get(id);
      const isPrivileged = person.role !== null;
      return {
        ...PLAIN,
        summary: `locks the account ${person.name} and ends its sessions`,
        impact: impactOn(rooms, { kind: 'person', person: id }),
        approvals: isPrivileged ? 1 : 0,
        why: isPrivileged ? [`it is privileged: ${person.role ?? ''}`] : [],
        refused: await whyNot(person, asker),
        isEffective: person.status === 'disabled',
        undo: 'the account is unlocked; sessions that ended stay so',
      };
    },
    async apply({ person }, { actor, before }) {
      if (before['status'] === 'disabled') return { state: 'done', detail: 'it was locked already', undo: null };
      await people.disable(person, actor);
      return { state: 'effective', detail: 'nobody signs in under it any more', undo: { status: before['status'] } };
    },
    async undo({ person }, _undo, { actor }) {
      await people.enable(person, actor);
      return 'it is unlocked';
    },
  };
}
