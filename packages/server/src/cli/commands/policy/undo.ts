import type { PolicyStatus } from '@holdfast/contract';
import { planned } from '../../change.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { NotConfirmed } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { pathOf, REASON, reasonOf, SET, setOf } from './words.ts';

export const rollback: Verb = {
  name: 'rollback',
  summary: 'undo the last acceptance: what was in force before is again, or nothing',
  about: 'Works on the host whatever the policies say, with the server up or down.',
  words: [SET],
  options: [REASON],
  examples: ['holdfast policy rollback shop', 'holdfast policy rollback holdfast --yes'],
  run: undoWith('rollback', 'Undo the last acceptance'),
};

export const withdraw: Verb = {
  name: 'withdraw',
  summary: 'end all policies of a set: the sign-in alone decides',
  words: [SET],
  options: [REASON],
  examples: ['holdfast policy withdraw shop', "holdfast policy withdraw shop --reason 'moved to groups' --yes"],
  run: undoWith('withdraw', 'End all policies'),
};

function undoWith(verb: 'rollback' | 'withdraw', question: string): (context: Context, input: Input) => Promise<Outcome> {
  return async (context, input) => {
    const set = setOf(input);
    const call = { method: 'POST', path: `${pathOf(input)}/${verb}`, body: reasonOf(input) } as const;
    if (context.flags.dryRun) return planned(call);
    if (!(await context.confirm(`${question} of ${set}?`))) throw new NotConfirmed('What is in force is as it was.');
    await using api = await context.api();
    const data = await api.call<PolicyStatus>(call);
    const now = data.inForce === null ? 'no policies are in force' : `version ${data.inForce.version} is in force again`;
    return { data, text: `${set}: ${now}\n` };
  };
}
