import type { TokenCreated, TokenView } from '@holdfast/contract';
import { change } from '../change.ts';
import { listAll, segment } from '../client.ts';
import type { BranchBody, Context, Input } from '../command.ts';
import type { Outcome } from '../outcome.ts';
import { parseDays } from '../duration.ts';
import { UsageFault } from '../fault.ts';
import { formatTable, formatTime } from '../table.ts';

const PATH = '/api/v1/tokens';

export const token: BranchBody = {
  about: 'Automation signs in to the admin API with `Authorization: Bearer hf_…`.',
  verbs: [
    {
      name: 'create',
      summary: 'issue a token; it is shown once',
      about: 'The token goes to stdout and is kept nowhere: only its hash is stored.',
      options: [
        { flags: '--name <text>', help: 'what it is for' },
        { flags: '--permission <name...>', help: 'what it may do; several may follow' },
        { flags: '--for <time>', help: 'whole days, at most 365d (30d)' },
      ],
      examples: [
        'holdfast token create --name ci --permission audit:read event:read',
        'holdfast token create --name deploy --permission application:write --for 7d > token',
      ],
      run: create,
    },
    { name: 'list', summary: 'show tokens without their secrets', examples: ['holdfast token list'], run: list },
    {
      name: 'revoke',
      summary: 'refuse a token from now on',
      words: [{ name: '<id>', help: 'as the list shows it' }],
      examples: ['holdfast token revoke 01J8Z3K4M5N6P7Q8R9S0T1V2W3'],
      run(context, input) {
        const id = input.words[0] ?? '';
        return change(context, { method: 'DELETE', path: `${PATH}/${segment(id)}` }, () => ({
          data: { revoked: id },
          text: `revoked ${id}\n`,
        }));
      },
    },
  ],
};

async function create(context: Context, input: Input): Promise<Outcome> {
  const name = input.text('name');
  const permissions = input.list('permission');
  if (name === null || permissions.length === 0)
    throw new UsageFault('token create needs --name and at least one --permission.', 'holdfast token create --help');
  const time = input.text('for');
  const body = { name, permissions, ...(time === null ? {} : { days: parseDays(time, '--for') }) };
  return change<TokenCreated>(context, { method: 'POST', path: PATH, body }, (created) => {
    context.output.note(`token ${created.view.id} until ${formatTime(created.view.expiresAt)}; it is not shown again`);
    return { data: created, text: `${created.token}\n` };
  });
}

async function list(context: Context): Promise<Outcome> {
  await using api = await context.api();
  const tokens = await listAll<TokenView>(api, { method: 'GET', path: PATH });
  const columns = [
    { title: 'ID', value: (row: TokenView) => row.id },
    { title: 'NAME', value: (row: TokenView) => row.name },
    { title: 'STATE', value: (row: TokenView) => stateOf(row, context.io.now()) },
    { title: 'LAST USED', value: (row: TokenView) => formatTime(row.lastUsedAt) },
    { title: 'PERMISSIONS', value: (row: TokenView) => row.permissions.join(' ') },
  ];
  return { data: { tokens }, text: () => formatTable(tokens, columns, 'no tokens') };
}

function stateOf(row: TokenView, now: number): string {
  if (row.revokedAt !== null) return 'revoked';
  return row.expiresAt <= now ? 'expired' : `until ${formatTime(row.expiresAt)}`;
}
