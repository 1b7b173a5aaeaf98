import type { ServiceAccountView, TokenCreated, TokenView } from '@holdfast/contract';
import { change } from '../change.ts';
import { listAll, segment } from '../connection/client.ts';
import type { BranchBody, Context, Input } from '../command.ts';
import type { Outcome } from '../outcome.ts';
import { parseDays } from '../words/duration.ts';
import { UsageFault } from '../fault.ts';
import { formatTable, formatTime } from '../terminal/table.ts';
import { tokenColumns } from '../words/token-text.ts';

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
        { flags: '--account <name>', help: 'the service account it belongs to (the one with the name of the token)' },
        { flags: '--cidr <prefix...>', help: 'where it is good from (anywhere)' },
        { flags: '--for <time>', help: 'whole days, at most 365d (30d)' },
      ],
      examples: [
        'holdfast token create --name ci --permission audit:read event:read',
        'holdfast token create --name deploy --permission application:write --for 7d > token',
        'holdfast token create --account ci --name second --permission audit:read --cidr 192.0.2.0/24',
      ],
      run: create,
    },
    {
      name: 'list',
      summary: 'show tokens without their secrets',
      options: [{ flags: '--account <name>', help: 'of one service account only' }],
      examples: ['holdfast token list', 'holdfast token list --account ci'],
      run: list,
    },
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
  const account = input.text('account');
  // A token without any permission is good for calling applications, which only an account can be allowed.
  if (name === null || (permissions.length === 0 && account === null))
    throw new UsageFault('token create needs --name and at least one --permission.', 'holdfast token create --help');
  const time = input.text('for');
  const cidrs = input.list('cidr');
  const body = {
    name,
    permissions,
    ...(account === null ? {} : { account }),
    ...(cidrs.length === 0 ? {} : { cidrs }),
    ...(time === null ? {} : { days: parseDays(time, '--for') }),
  };
  return change<TokenCreated>(context, { method: 'POST', path: PATH, body }, (created) => {
    context.output.note(`token ${created.view.id} until ${formatTime(created.view.expiresAt)}; it is not shown again`);
    return { data: created, text: `${created.token}\n` };
  });
}

async function list(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const word = input.text('account');
  const account =
    word === null
      ? null
      : await api.call<ServiceAccountView>({ method: 'GET', path: `/api/v1/service-accounts/${segment(word)}` });
  const query = account === null ? {} : { query: { account: account.id } };
  const tokens = await listAll<TokenView>(api, { method: 'GET', path: PATH, ...query });
  return { data: { tokens }, text: () => formatTable(tokens, tokenColumns(context.io.now()), 'no tokens') };
}
