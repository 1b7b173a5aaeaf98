import type { SecretDetail, SecretVersion } from '@holdfast/contract';
import type { Context, Input, Verb } from '../../command.ts';
import type { Outcome } from '../../outcome.ts';
import { formatPairs, formatTable, formatTime } from '../../terminal/table.ts';
import { pathOf, REF, refOf, refText } from './ref.ts';

export const history: Verb = {
  name: 'history',
  summary: 'show a secret with its versions, without values',
  words: [REF],
  examples: ['holdfast secret history shop/production/DATABASE_URL'],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const ref = refOf(input);
  await using api = await context.api();
  const view = await api.call<SecretDetail>({ method: 'GET', path: pathOf(ref) });
  return { data: view, text: () => detailText(view) };
}

function detailText(view: SecretDetail): string {
  const pairs = formatPairs([
    ['secret', refText(view)],
    ['fields', view.fields.join(' ') || '-'],
    ['owner', view.owner ?? '-'],
    ['about', view.description || '-'],
    ['greatest age', view.maxAgeDays === null ? '-' : `${view.maxAgeDays} days${view.isOverdue ? ', overdue' : ''}`],
    ['last read', formatTime(view.lastReadAt)],
  ]);
  const columns = [
    { title: 'VERSION', value: ({ version }: SecretVersion) => String(version) },
    { title: 'STATE', value: ({ state }: SecretVersion) => state },
    { title: 'WRITTEN', value: ({ createdAt }: SecretVersion) => formatTime(createdAt) },
    { title: 'BY', value: ({ createdBy }: SecretVersion) => createdBy },
    { title: 'NOTE', value: ({ note, copyOf }: SecretVersion) => note ?? (copyOf === null ? '-' : `as version ${copyOf}`) },
  ];
  return `${pairs}\n${formatTable(view.versions, columns, 'no versions')}`;
}
