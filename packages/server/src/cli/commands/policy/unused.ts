import type { AdviceView } from '@holdfast/contract';
import { policiesTable } from '../../words/advice-text.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import type { Outcome } from '../../outcome.ts';
import { DAYS, daysOf } from '../advise.ts';

export const unused: Verb = {
  name: 'unused',
  summary: 'policies that never decided, can never apply, or permit what nobody does',
  about: 'Exit code 1: there are some. What to do about them: holdfast advise.',
  words: [{ name: '[set]', help: 'an application, or holdfast for the API (all)' }],
  options: [DAYS],
  examples: ['holdfast policy unused', 'holdfast policy unused shop --days 60d'],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const {
    days,
    since,
    policies: all,
  } = await api.call<AdviceView>({
    method: 'GET',
    path: '/api/v1/advice',
    query: daysOf(input),
  });
  const [set] = input.words;
  const policies = set === undefined ? all : all.filter((each) => each.set === set);
  const exit = policies.length > 0 ? EXIT.findings : EXIT.ok;
  return { data: { days, since, policies }, text: () => policiesTable(policies), exit };
}
