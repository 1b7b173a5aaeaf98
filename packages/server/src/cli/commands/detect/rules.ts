import type { Verb } from '../../command.ts';
import { backtest } from './backtest.ts';
import { check } from './check.ts';
import { except } from './except.ts';
import { explain, test } from './explain.ts';
import { importRules } from './import.ts';
import { list, show } from './list.ts';
import { remove, set } from './set.ts';

export const rules: Verb = {
  name: 'rules',
  summary: 'Sigma rules: bring them in, try them, switch them',
  about:
    'A rule is on (it makes alerts), in test (its hits are counted, nobody is told) or off. Those that come with Holdfast are on; those that you bring begin in test.',
  verbs: [list, show, check, importRules, backtest, test, explain, set, except, remove],
};
