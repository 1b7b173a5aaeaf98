import type { ResponseParts } from '../../response-parts.ts';
import type { ResponseRooms } from '../../response-rooms.ts';
import type { ActionKinds } from '../action-kind.ts';
import { createBanSource } from './ban-source.ts';
import { createLockAccount } from './lock-account.ts';
import { createNotify } from './notify.ts';
import { createPreserveEvidence } from './preserve-evidence.ts';
import { createRequireStepUp } from './require-step-up.ts';
import { createRestoreBackup } from './restore-backup.ts';
import { createRevokeApiKey } from './revoke-api-key.ts';
import { createRevokeSessions } from './revoke-sessions.ts';
import { createRotateSecret } from './rotate-secret.ts';
import { createIsolationKinds } from './isolate.ts';
import { createVirtualPatch } from './virtual-patch.ts';

/** What can be done, each beside its file. Rooms are asked when something is done, so that it does not matter which is built first. */
export function createActionKinds(parts: ResponseParts, rooms: Readonly<ResponseRooms>): ActionKinds {
  return {
    'ban-source': createBanSource(parts, rooms),
    'revoke-sessions': createRevokeSessions(parts, rooms),
    'lock-account': createLockAccount(parts, rooms),
    'require-step-up': createRequireStepUp(parts, rooms),
    'revoke-api-key': createRevokeApiKey(parts),
    'rotate-secret': createRotateSecret(parts),
    notify: createNotify(parts),
    'preserve-evidence': createPreserveEvidence(parts, rooms),
    ...createIsolationKinds(parts, rooms),
    'restore-backup': createRestoreBackup(rooms),
    'virtual-patch': createVirtualPatch(parts, rooms),
  };
}
