import type { RuleView } from '@holdfast/contract';
import { change } from '../../change.ts';
import type { Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import { at, needed, pair, REASON, RULE } from './words.ts';

export const except: Verb = {
  name: 'except',
  summary: 'let a rule no longer find what has these values',
  about:
    'Makes a Sigma filter of its own; the rule stays as it is. With several --where all of them must hold. A field may carry modifiers: `c-ip|cidr`, `cs-uri-stem|startswith`.',
  words: [RULE],
  options: [{ flags: '--where <field=value...>', help: 'what is no longer found' }, REASON],
  examples: [
    "holdfast detect rules except 6d1f6f0b-6f0a-4d63-9d0e-3a8d5c1f2b01 --where 'c-ip|cidr=192.0.2.0/28' --reason 'our own scanner'",
  ],
  run: (context, input) => {
    const where = input.list('where').map((word) => {
      const [field, value] = pair(word, 'where', 'rules except');
      return { field, value };
    });
    if (where.length === 0) throw new UsageFault('detect rules except needs --where.', 'holdfast detect rules except --help');
    const body = { where, reason: needed(input, 'reason', 'rules except') };
    return change<RuleView>(context, { method: 'POST', path: at(input, '/exceptions'), body }, (view) => ({
      data: view,
      text: `made ${view.id}\nundo: holdfast detect rules remove ${view.id} --reason TEXT\n`,
    }));
  },
};
