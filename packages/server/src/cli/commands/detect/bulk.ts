import type { BulkRouteView, Page } from '@holdfast/contract';
import { change } from '../../change.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { segment } from '../../connection/client.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable, formatTime, printable, type Column } from '../../terminal/table.ts';

const PATH = '/api/v1/detection/bulk-routes';

const COLUMNS: readonly Column<BulkRouteView>[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'APP', value: ({ application }) => application },
  { title: 'ROUTE', value: ({ route }) => printable(route) },
  { title: 'SINCE', value: ({ createdAt }) => formatTime(createdAt) },
  { title: 'BY', value: ({ createdBy }) => createdBy },
  { title: 'REASON', value: ({ reason }) => printable(reason) },
];

export const bulk: Verb = {
  name: 'bulk',
  summary: 'routes of which much may be fetched: exports and backups',
  verbs: [
    { name: 'list', summary: 'show them', examples: ['holdfast detect bulk list'], run: list },
    {
      name: 'add',
      summary: 'mark one: what comes from it is no unusual volume (B7)',
      words: [
        { name: '<application>', help: 'its id' },
        { name: '<route>', help: 'as events name it, with {} for what is one of many; /export/* is all below' },
      ],
      options: [{ flags: '--reason <text>', help: 'why; it is recorded' }],
      examples: ["holdfast detect bulk add shop '/export/*' --reason 'nightly export of accounting'"],
      run: add,
    },
    {
      name: 'remove',
      summary: 'end that: what comes from it counts again',
      words: [{ name: '<id>', help: 'as the list shows it' }],
      examples: ['holdfast detect bulk remove 01J8Z3K4M5N6P7Q8R9S0T1V2W3'],
      run: (context, input) =>
        change(context, { method: 'DELETE', path: `${PATH}/${segment(input.words[0] ?? '')}` }, () => ({
          data: { removed: input.words[0] },
          text: 'it counts again\n',
        })),
    },
  ],
};

async function list(context: Context): Promise<Outcome> {
  await using api = await context.api();
  const { items } = await api.call<Page<BulkRouteView>>({ method: 'GET', path: PATH });
  return { data: { routes: items }, text: () => formatTable(items, COLUMNS, 'no route is marked: all volume counts') };
}

function add(context: Context, input: Input): Promise<Outcome> {
  const [application, route] = input.words;
  const reason = input.text('reason');
  if (reason === null) throw new UsageFault('detect bulk add needs --reason.', 'holdfast detect bulk add --help');
  return change<BulkRouteView>(context, { method: 'POST', path: PATH, body: { application, route, reason } }, (view) => ({
    data: view,
    text: `much may be fetched of ${printable(view.route)}\nundo: holdfast detect bulk remove ${view.id}\n`,
  }));
}
