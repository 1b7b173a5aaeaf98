import type { BranchBody } from '../command.ts';
import { database } from './secret/database.ts';
import { exportVerb } from './secret/export.ts';
import { compare } from './secret/compare.ts';
import { get } from './secret/get.ts';
import { grant, grants, revokeGrant } from './secret/grant.ts';
import { history } from './secret/history.ts';
import { importVerb } from './secret/import.ts';
import { lease } from './secret/lease.ts';
import { list } from './secret/list.ts';
import { rollback } from './secret/rollback.ts';
import { runVerb } from './secret/run.ts';
import { rotate } from './secret/rotate.ts';
import { rotation } from './secret/rotation.ts';
import { rotations } from './secret/rotations.ts';
import { set } from './secret/set.ts';
import { settings } from './secret/settings.ts';
import { whoCan } from './secret/who-can.ts';
import { bringBack, destroy, hide, remove } from './secret/versions.ts';

export const secret: BranchBody = {
  about:
    'Passwords, keys and tokens of applications, by environment, in versions. Who reads which one is decided by policies and recorded before the value is given.',
  verbs: [
    set,
    get,
    list,
    history,
    compare,
    rollback,
    settings,
    hide,
    bringBack,
    destroy,
    remove,
    grant,
    grants,
    revokeGrant,
    whoCan,
    runVerb,
    importVerb,
    exportVerb,
    rotate,
    rotations,
    rotation,
    database,
    lease,
  ],
};
