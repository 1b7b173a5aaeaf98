import type { IndicatorView, Page } from '@holdfast/contract';
import { change } from '../../change.ts';
import type { Verb } from '../../command.ts';
import { segment } from '../../connection/client.ts';
import { UsageFault } from '../../fault.ts';
import { formatTable } from '../../terminal/table.ts';
import { indicatorColumns } from './lookup.ts';
import { ACTIONS, KINDS, PATH } from './words.ts';

const SHOWN_MAX = 200;

export const indicator: Verb = {
  name: 'indicator',
  summary: 'what is listed, and indicators of our own',
  verbs: [
    {
      name: 'list',
      summary: 'show entries, own ones first; the first 200',
      options: [
        { flags: '--kind <kind>', help: 'of this kind alone', choices: KINDS },
        { flags: '--search <text>', help: 'with this part' },
      ],
      examples: ['holdfast intel indicator list --search 198.51.100'],
      async run(context, input) {
        await using api = await context.api();
        const query = { kind: input.text('kind') ?? undefined, q: input.text('search') ?? undefined, limit: SHOWN_MAX };
        const { items } = await api.call<Page<IndicatorView>>({ method: 'GET', path: `${PATH}/indicators`, query });
        return { data: { indicators: items }, text: () => formatTable(items, indicatorColumns, 'nothing is listed') };
      },
    },
    {
      name: 'add',
      summary: 'list something ourselves, for some days',
      words: [
        { name: '<kind>', help: KINDS.join(', ') },
        { name: '<value>', help: 'an address may be a prefix' },
      ],
      options: [
        { flags: '--match <action>', help: 'what a match does; otherwise watch', choices: ACTIONS },
        { flags: '--days <days>', help: 'how long; otherwise 30' },
        { flags: '--confidence <number>', help: 'how sure, 0 to 100; otherwise 80' },
        { flags: '--reason <text>', help: 'why; it is recorded' },
      ],
      examples: ["holdfast intel indicator add address 198.51.100.0/24 --match block --days 7 --reason 'seen in an attack'"],
      run(context, input) {
        const [kind, value] = input.words;
        const reason = input.text('reason');
        if (reason === null) throw new UsageFault('intel indicator add needs --reason.', 'holdfast intel indicator add --help');
        const numbers = ['days', 'confidence'].flatMap((name) =>
          input.text(name) === null ? [] : [[name, Number(input.text(name))]],
        );
        const action = input.text('match');
        const body = { kind, value, reason, ...(action === null ? {} : { action }), ...Object.fromEntries(numbers) };
        return change<IndicatorView>(context, { method: 'POST', path: `${PATH}/indicators`, body }, (view) => ({
          data: view,
          text: `listed ${view.value}\nundo: holdfast intel indicator remove ${view.id}\n`,
        }));
      },
    },
    {
      name: 'remove',
      summary: 'remove an indicator of our own',
      words: [{ name: '<id>', help: 'as the list shows it' }],
      examples: ['holdfast intel indicator remove 00000000000000000000000000.0123456789abcdef'],
      run: (context, input) =>
        change(context, { method: 'DELETE', path: `${PATH}/indicators/${segment(input.words[0] ?? '')}` }, () => ({
          data: { removed: input.words[0] },
          text: 'removed\n',
        })),
    },
  ],
};
