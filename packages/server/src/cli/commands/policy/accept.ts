import type { PolicyStatus, PolicyVersion } from '@holdfast/contract';
import { planned } from '../../change.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { NotConfirmed } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { FILE, pathOf, readText, REASON, reasonOf, SET, setOf } from './words.ts';

export const accept: Verb = {
  name: 'accept',
  summary: 'put a file, or the draft, in force',
  about:
    'What no policy permits is denied from then on, within a second and in every gateway. Policies with a fault are refused, and what was in force stays. To try them first: holdfast policy mode SET monitor.',
  words: [SET],
  options: [FILE, REASON],
  examples: ['holdfast policy accept shop --file shop.cedar', "holdfast policy accept shop --reason 'looked at together' --yes"],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const text = await readText(context, input);
  const set = setOf(input);
  await using api = await context.api();
  const before = await api.call<PolicyStatus>({ method: 'GET', path: pathOf(input) });
  const body = { ...(text === null ? {} : { text }), ...reasonOf(input), basedOn: before.inForce?.version ?? 0 };
  const call = { method: 'POST', path: `${pathOf(input)}/accept`, body } as const;
  if (context.flags.dryRun) return planned(call);
  const effect = before.accessMode === 'enforce' ? 'What they do not permit is denied' : 'What they do not permit is recorded';
  if (!(await context.confirm(`${effect} from now on. Put these policies in force?`)))
    throw new NotConfirmed('What is in force is as it was.');
  const data = await api.call<PolicyVersion>(call);
  const done = `${set}: version ${data.version} is in force, ${data.policies} policies, mode ${before.accessMode}`;
  return { data, text: `${done}\nundo: holdfast policy rollback ${set}\n` };
}
