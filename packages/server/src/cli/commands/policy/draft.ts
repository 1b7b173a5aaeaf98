import type { PolicyDraft } from '@holdfast/contract';
import { change } from '../../change.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { FILE, pathOf, readText, SET, setOf } from './words.ts';

export const draft: Verb = {
  name: 'draft',
  summary: 'keep policies for somebody else to look at and accept',
  words: [SET],
  options: [FILE],
  examples: ['holdfast policy draft shop --file shop.cedar'],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const text = await readText(context, input);
  if (text === null) throw new UsageFault('Which file: --file.', 'holdfast policy draft --help');
  const set = setOf(input);
  return change<PolicyDraft>(context, { method: 'PUT', path: `${pathOf(input)}/draft`, body: { text } }, (data) => ({
    data,
    text: `${set}: draft with ${data.policies} policies\nnext: holdfast policy accept ${set}\n`,
  }));
}
