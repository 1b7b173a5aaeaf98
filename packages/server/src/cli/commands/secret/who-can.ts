import type { SecretReader, SecretWhoCan } from '@holdfast/contract';
import type { Context, Input, Verb } from '../../command.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable } from '../../terminal/table.ts';
import { pathOf, REF, refOf } from './ref.ts';

export const whoCan: Verb = {
  name: 'who-can',
  summary: 'which people, groups and accounts may read a secret, and for what',
  about: 'As roles, grants and policies say it. A program needs the permission on its token as well.',
  words: [REF],
  options: [
    { flags: '--permission <name>', help: 'secret:reveal, secret:read, secret:write or secret:rotate; default: secret:reveal' },
    { flags: '--purpose <words>', help: 'for this only' },
  ],
  examples: [
    'holdfast secret who-can shop/production/DATABASE_URL',
    'holdfast secret who-can shop/production/DATABASE_URL --permission secret:write',
  ],
  run,
};

interface Row extends SecretReader {
  readonly kind: string;
}

async function run(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const query = { permission: input.text('permission') ?? undefined, purpose: input.text('purpose') ?? undefined };
  const data = await api.call<SecretWhoCan>({ method: 'GET', path: `${pathOf(refOf(input))}/who-can`, query });
  const of = (kind: string, readers: readonly SecretReader[]): Row[] => readers.map((reader) => ({ ...reader, kind }));
  const rows = [...of('group', data.groups), ...of('person', data.people), ...of('account', data.accounts)];
  const table = formatTable(
    rows,
    [
      { title: 'WHO', value: ({ name }) => name },
      { title: 'KIND', value: ({ kind }) => kind },
      { title: 'FOR', value: ({ purposes }) => purposes?.join(', ') ?? 'any purpose' },
      { title: 'BY', value: ({ policies }) => policies.join(', ') },
    ],
    'nobody who is known, beside the operator of the host',
  );
  return { data, text: data.isCut ? `${table}There are more than were asked about.\n` : table };
}
