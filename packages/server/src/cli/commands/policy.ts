import type { BranchBody } from '../command.ts';
import { accept } from './policy/accept.ts';
import { check } from './policy/check.ts';
import { draft } from './policy/draft.ts';
import { list } from './policy/list.ts';
import { mode } from './policy/mode.ts';
import { show } from './policy/show.ts';
import { rollback, withdraw } from './policy/undo.ts';
import { unused } from './policy/unused.ts';
import { whoCan } from './policy/who-can.ts';

export const policy: BranchBody = {
  about:
    'Access policies say who may do what, in Cedar. A set belongs to an application; the set `holdfast` adds to what roles and tokens may do in Holdfast itself.',
  verbs: [list, show, check, draft, accept, mode, rollback, withdraw, whoCan, unused],
};
