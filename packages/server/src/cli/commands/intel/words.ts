import type { IntelSourceView } from '@holdfast/contract';
import type { ApiClient } from '../../connection/client.ts';
import { UsageFault } from '../../fault.ts';
import type { Column } from '../../terminal/table.ts';
import { formatPairs, formatTable, formatTime } from '../../terminal/table.ts';

export const PATH = '/api/v1/intel';
export const ACTIONS = ['watch', 'score', 'block'];
export const KINDS = ['address', 'host', 'url', 'hash', 'agent'];
export const SOURCE = { name: '<source>', help: 'name or id' };

/** Sources are few: the whole list says which one a name means. */
export async function findSource(api: ApiClient, word: string): Promise<IntelSourceView> {
  const { items } = await api.call<{ readonly items: readonly IntelSourceView[] }>({ method: 'GET', path: `${PATH}/sources` });
  const found = items.find(({ id, name }) => id === word || name === word);
  if (found === undefined) throw new UsageFault(`There is no source ${word.slice(0, 128)}.`, 'holdfast intel list');
  return found;
}

const stateOf = ({ enabled, trouble, isStale }: IntelSourceView): string => {
  if (!enabled) return 'off';
  if (trouble !== null) return 'trouble';
  return isStale ? 'late' : 'on';
};

export const sourceColumns: readonly Column<IntelSourceView>[] = [
  { title: 'NAME', value: ({ name }) => name },
  { title: 'STATE', value: stateOf },
  { title: 'FORMAT', value: ({ format }) => format },
  { title: 'MATCH', value: ({ action }) => action },
  { title: 'ENTRIES', value: ({ entries }) => String(entries) },
  { title: 'REFUSED', value: ({ refused }) => String(refused) },
  { title: 'READ', value: ({ refreshedAt }) => formatTime(refreshedAt) },
  { title: 'ID', value: ({ id }) => id },
];

export function sourceText(view: IntelSourceView): string {
  const pairs: [string, string][] = [
    ['name', view.name],
    ['id', view.id],
    ['state', view.trouble === null ? stateOf(view) : `${stateOf(view)}: ${view.trouble}`],
    ['from', view.url ?? 'brought by hand'],
    ['format', view.format],
    ['a match', view.action],
    ['sure', `${view.confidence} of 100`],
    ['read', `${formatTime(view.refreshedAt)}, every ${view.everyMinutes} minutes`],
    ['changed', formatTime(view.changedAt)],
    ['entries', String(view.entries)],
    ['refused', String(view.refused)],
  ];
  if (view.refusedWhy.length === 0) return formatPairs(pairs);
  const why = formatTable(view.refusedWhy, [
    { title: 'WHY NOT', value: (row) => row.why },
    { title: 'ENTRIES', value: (row) => String(row.entries) },
    { title: 'FOR EXAMPLE', value: (row) => row.example },
  ]);
  return `${formatPairs(pairs)}\n${why}`;
}
