import type { BranchBody } from '../command.ts';
import { indicator } from './intel/indicator.ts';
import { lookup } from './intel/lookup.ts';
import { match } from './intel/match.ts';
import { selfTest } from './intel/self-test.ts';
import { add, bring, list, remove, set, show, update } from './intel/sources.ts';

export const intel: BranchBody = {
  about:
    'What the world knows to be bad: lists, feeds and indicators of our own. A match is watched, scored or refused, as its source says.',
  verbs: [list, show, add, set, update, bring, remove, lookup, match, indicator, selfTest],
};
