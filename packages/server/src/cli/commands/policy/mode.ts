import { modeSchema, type PolicyStatus } from '@holdfast/contract';
import { planned } from '../../change.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { NotConfirmed, UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { pathOf, REASON, reasonOf, SET, setOf } from './words.ts';

export const mode: Verb = {
  name: 'mode',
  summary: 'enforce policies, or only record what they would deny',
  words: [SET, { name: '<mode>', help: 'monitor or enforce' }],
  options: [REASON],
  examples: ['holdfast policy mode shop monitor', 'holdfast policy mode shop enforce'],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const wanted = modeSchema.safeParse(input.words[1]);
  if (!wanted.success) throw new UsageFault('The mode is monitor or enforce.', 'holdfast policy mode --help');
  const set = setOf(input);
  const call = { method: 'PUT', path: `${pathOf(input)}/mode`, body: { accessMode: wanted.data, ...reasonOf(input) } } as const;
  if (context.flags.dryRun) return planned(call);
  const isWeaker = wanted.data === 'monitor';
  if (isWeaker && !(await context.confirm(`Let through what the policies of ${set} deny, and only record it?`)))
    throw new NotConfirmed('The policies are enforced as before.');
  await using api = await context.api();
  const data = await api.call<PolicyStatus>(call);
  const effect = isWeaker ? 'what they would deny is recorded and passed on' : 'what they do not permit is denied';
  return { data, text: `${set}: ${data.inForce === null ? 'no policies are in force' : effect}\n` };
}
