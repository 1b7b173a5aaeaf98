import type { OneAnswer, WhoCan } from '@holdfast/contract';
import type { Context, Input, Verb } from '../../command.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable } from '../../terminal/table.ts';
import { pathOf, QUESTION, questionOf, SET } from './words.ts';

export const whoCan: Verb = {
  name: 'who-can',
  summary: 'which people, groups and accounts may do something',
  words: [SET],
  options: [...QUESTION, { flags: '--all', help: 'those who may not as well' }],
  examples: [
    'holdfast policy who-can shop --method DELETE --path /orders/7',
    'holdfast policy who-can holdfast --permission ban:write',
  ],
  run,
};

interface Row extends OneAnswer {
  readonly kind: string;
}

async function run(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const data = await api.call<WhoCan>({ method: 'GET', path: `${pathOf(input)}/who-can`, query: questionOf(input) });
  const visitor = data.visitor === null ? [] : [{ id: '', name: 'a visitor', ...data.visitor, kind: 'visitor' }];
  const of = (kind: string, answers: readonly OneAnswer[]): Row[] => answers.map((answer) => ({ ...answer, kind }));
  const rows = [...visitor, ...of('group', data.groups), ...of('person', data.people), ...of('account', data.accounts)];
  const listed = input.isSet('all') ? rows : rows.filter(({ allowed }) => allowed);
  const table = formatTable(
    listed,
    [
      { title: 'WHO', value: ({ name }) => name },
      { title: 'KIND', value: ({ kind }) => kind },
      { title: 'MAY', value: ({ allowed }) => (allowed ? 'yes' : 'no') },
      { title: 'BY', value: ({ policies, errors, why }) => [...errors, ...policies].join(', ') || why },
    ],
    'nobody who is known',
  );
  return { data, text: data.isCut ? `${table}There are more than were asked about.\n` : table };
}
