import type { BackupView } from '@holdfast/contract';
import { Refusal } from '../../../../platform/refusal.ts';
import { CHANGED } from '../../recovery/pending.ts';
import type { ResponseRooms } from '../../response-rooms.ts';
import type { ActionKind } from '../action-kind.ts';
import { noImpact } from './impact.ts';
import { PLAIN } from './plain.ts';

type Rooms = Pick<ResponseRooms, 'recovery'>;

/**
 * A process cannot put another data directory under itself. So the action does what can be done while it runs: a backup of how
 * things stand, the chosen one proved by restoring it on trial, and a signed note that says which one it is. `holdfast recover`
 * follows the note once the server is down.
 */
export function createRestoreBackup(rooms: Rooms): ActionKind<'restore-backup'> {
  const room = (): NonNullable<Rooms['recovery']> => {
    if (rooms.recovery === undefined) throw new Refusal('service-unavailable', { detail: 'Backups are not kept here.' });
    return rooms.recovery;
  };
  return {
    name: 'restore-backup',
    permission: 'recovery:write',
    read: async () => ({ pending: await room().pending() }),
    async plan({ backup }) {
      const chosen = backup === null ? await room().newestVerified() : await room().backup(backup);
      const refused = whyNot(chosen, await room().pending());
      return {
        ...PLAIN,
        summary: `prepares to restore ${chosen?.file ?? 'a backup'}: what was changed since is lost, what was recorded is not`,
        impact: noImpact('everything that was changed since that backup; applications pause while the server restarts'),
        approvals: 2,
        why: ['It takes the whole policy, all people and all secrets back.'],
        refused,
        undo: 'before the restart: the note is withdrawn; after it: holdfast recover undo, or the backup made just before',
      };
    },
    async apply({ backup }, as) {
      const { file, before } = await room().prepare(backup, as);
      const detail = `${file} is proved and waits; ${before} was made just before. Stop the server, then: holdfast recover --keep-log`;
      return { state: 'effective', detail, undo: { action: as.id } };
    },
    async undo(_parameters, undo) {
      // Gone already it is after a crash: whoever followed the note has the tables of before, in which this action does not stand.
      await room().withdraw(String(undo['action']));
      return 'It does not wait any more: nothing is restored.';
    },
  };
}

function whyNot(chosen: BackupView | null, pending: string | null): string | null {
  if (pending === CHANGED) return 'The note of a restore was changed by another hand: look who did that, and remove it.';
  if (pending !== null) return 'Another restore waits already: undo that one, or stop the server and run holdfast recover.';
  if (chosen === null) return 'No backup was verified: holdfast backup now';
  return chosen.state === 'failed' || chosen.state === 'gone' ? `That backup is ${chosen.state}.` : null;
}
