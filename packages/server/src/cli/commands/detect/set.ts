import type { RuleView } from '@holdfast/contract';
import { change } from '../../change.ts';
import type { Verb } from '../../command.ts';
import { at, needed, REASON, RULE, STATES } from './words.ts';

export const set: Verb = {
  name: 'set',
  summary: 'switch a rule on, to test, or off',
  about: 'Rules of one file share their state. To switch one off takes a reason: something is no longer looked for.',
  words: [RULE],
  options: [{ flags: '--state <state>', help: 'what it is from now on', choices: STATES }, REASON],
  examples: [
    'holdfast detect rules set 6d1f6f0b-6f0a-4d63-9d0e-3a8d5c1f2b01 --state on',
    "holdfast detect rules set 6d1f6f0b-6f0a-4d63-9d0e-3a8d5c1f2b01 --state off --reason 'we serve such files'",
  ],
  run: (context, input) => {
    const reason = input.text('reason');
    const body = { state: needed(input, 'state', 'rules set'), ...(reason === null ? {} : { reason }) };
    return change<RuleView>(context, { method: 'PUT', path: at(input, '/state'), body }, (view) => ({
      data: view,
      text: `${view.title}: ${view.state}${view.idle === null ? '' : ` (idle: ${view.idle})`}\n`,
    }));
  },
};

export const remove: Verb = {
  name: 'remove',
  summary: 'remove the file of an imported rule, or an exception',
  words: [RULE],
  options: [REASON],
  examples: ["holdfast detect rules remove 0f3b3cf4-55a1-4c6e-8c3b-6e2b7e0f9a11 --reason 'the scanner is gone'"],
  run: (context, input) => {
    const body = { reason: needed(input, 'reason', 'rules remove') };
    return change(context, { method: 'DELETE', path: at(input), body }, () => ({
      data: { removed: input.words[0] },
      text: `removed ${input.words[0] ?? ''}\n`,
    }));
  },
};
