import type { AttackSources } from '@holdfast/contract';
import type { Context, Input, Verb } from '../../command.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable, formatTime, printable, type Column } from '../../terminal/table.ts';

type Source = AttackSources['items'][number];

export const sources: Verb = {
  name: 'sources',
  summary: 'from which countries and networks attacks come',
  about: 'Counted where they are seen, at this node, by country and network: no address is kept for it.',
  options: [{ flags: '--span <span>', help: 'otherwise a day', choices: ['1h', '24h'] }],
  examples: ['holdfast alert sources', 'holdfast alert sources --span 1h --json'],
  run: show,
};

const COLUMNS: readonly Column<Source>[] = [
  { title: 'COUNTRY', value: ({ country }) => country ?? '-' },
  { title: 'NETWORK', value: ({ asn, network }) => (asn === null ? 'not known' : `AS${asn} ${printable(network ?? '')}`.trim()) },
  { title: 'REQUESTS', value: ({ requests }) => String(requests) },
  { title: 'FINDINGS', value: ({ findings }) => String(findings) },
  { title: 'LAST', value: ({ lastAt }) => formatTime(lastAt) },
];

async function show(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const query = { span: input.text('span') ?? undefined };
  const view = await api.call<AttackSources>({ method: 'GET', path: '/api/v1/alerts/sources', query });
  const text = (): string => `${formatTable(view.items, COLUMNS, 'no attack was seen')}counted since ${formatTime(view.since)}\n`;
  return { data: view, text };
}
