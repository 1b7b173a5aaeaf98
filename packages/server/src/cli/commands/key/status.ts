import type { KeyringView, KeyView, SealStatus } from '@holdfast/contract';
import type { Context, Verb } from '../../command.ts';
import type { Outcome } from '../../outcome.ts';
import { formatPairs, formatTable, formatTime } from '../../terminal/table.ts';
import { sealText } from '../../words/seal-text.ts';
import { rewrapText } from './words.ts';

const DAY_MS = 86_400_000;

export const status: Verb = {
  name: 'status',
  summary: 'which keys there are, how old, and what lies under each',
  examples: ['holdfast key status', 'holdfast key status --json'],
  run,
};

const share = ({ nonces }: KeyView, { noncesMax }: KeyringView): string =>
  nonces === 0 ? '-' : `${((100 * nonces) / noncesMax).toFixed(2)} %`;

async function run(context: Context): Promise<Outcome> {
  await using api = await context.api();
  // Without keys nothing else can be asked.
  const seal = await api.call<SealStatus>({ method: 'GET', path: '/api/v1/seal' });
  if (seal.isSealed) return { data: { seal }, text: `SEALED: ${sealText(seal)}\nnext: holdfast key unseal\n` };
  const data = await api.call<KeyringView>({ method: 'GET', path: '/api/v1/keys' });
  const now = context.io.now();
  const columns = [
    { title: 'KEY', value: ({ id }: KeyView) => id },
    { title: 'FOR', value: ({ purpose, version }: KeyView) => `${purpose} ${version}` },
    { title: 'STATE', value: ({ state }: KeyView) => state },
    { title: 'AGE', value: ({ createdAt }: KeyView) => `${Math.max(0, Math.floor((now - createdAt) / DAY_MS))} d` },
    { title: 'UNDER IT', value: ({ items }: KeyView) => (items === null ? '-' : String(items)) },
    { title: 'NONCES USED', value: (key: KeyView) => share(key, data) },
    { title: 'ALSO AT', value: ({ heldBy }: KeyView) => heldBy.join(' ') || '-' },
  ];
  const areas = [
    { title: 'WHAT IS SEALED', value: ({ name }: KeyringView['areas'][number]) => name },
    { title: 'ITEMS', value: ({ items }: KeyringView['areas'][number]) => String(items) },
    { title: 'UNDER EARLIER KEYS', value: ({ behind }: KeyringView['areas'][number]) => String(behind) },
  ];
  const text = (): string =>
    `${formatPairs([
      ['root key', `${data.root.id} (${data.root.provider})${data.root.sealed ? ', SEALED' : ''}`],
      ['changed', formatTime(data.root.changedAt)],
      ['rewrap', rewrapText(data.rewrap)],
    ])}\n${formatTable(data.keys, columns)}\n${formatTable(data.areas, areas)}`;
  return { data, text };
}
