import type { Page, ServiceAccountView, TokenView } from '@holdfast/contract';
import { change } from '../change.ts';
import { listAll, segment } from '../connection/client.ts';
import type { BranchBody, Context, Input, Verb } from '../command.ts';
import { UsageFault } from '../fault.ts';
import type { Outcome } from '../outcome.ts';
import { formatPairs, formatTable, formatTime } from '../terminal/table.ts';
import { tokenColumns } from '../words/token-text.ts';

const PATH = '/api/v1/service-accounts';
const TOKENS_SHOWN_MAX = 200;
const NAME = { name: '<name>', help: 'name or id' };
const ABOUT = [
  { flags: '--purpose <text>', help: 'what it is for' },
  { flags: '--owner <name>', help: 'the person who answers for it' },
  { flags: '--app <id...>', help: 'applications behind the gateway that it may call; none: not any' },
];

const at = (input: Input): string => `${PATH}/${segment(input.words[0] ?? '')}`;

/** `disable` and `enable` differ in one word. */
const switching = (name: 'disable' | 'enable', summary: string): Verb => ({
  name,
  summary,
  words: [NAME],
  examples: [`holdfast service ${name} ci`],
  run: (context, input) =>
    change<ServiceAccountView>(context, { method: 'POST', path: `${at(input)}/${name}` }, (view) => ({
      data: view,
      text: `${name}d ${view.name}\nundo: holdfast service ${name === 'disable' ? 'enable' : 'disable'} ${view.name}\n`,
    })),
});

export const service: BranchBody = {
  about: 'Programs that call the API or a protected application. Their tokens come from `holdfast token create --account NAME`.',
  verbs: [
    { name: 'list', summary: 'show all accounts', examples: ['holdfast service list'], run: list },
    {
      name: 'show',
      summary: 'show one account and its tokens',
      words: [NAME],
      examples: ['holdfast service show ci'],
      run: show,
    },
    {
      name: 'create',
      summary: 'make an account; it has no token yet',
      words: [{ name: '<name>', help: 'lower-case letters, digits and hyphens' }],
      options: ABOUT,
      examples: [
        'holdfast service create ci --purpose "builds and ships"',
        'holdfast service create crawler --app shop --owner ada',
      ],
      run: (context, input) =>
        change<ServiceAccountView>(
          context,
          { method: 'POST', path: PATH, body: { name: input.words[0], ...given(input) } },
          (view) => ({
            data: view,
            text: `created ${view.name}\nnext: holdfast token create --account ${view.name} --name first --permission NAME\n`,
          }),
        ),
    },
    {
      name: 'change',
      summary: 'change the owner, the purpose or what it may call',
      words: [NAME],
      options: ABOUT,
      examples: ['holdfast service change crawler --app shop blog', 'holdfast service change crawler --app none'],
      run: changeOne,
    },
    switching('disable', 'refuse all tokens of an account at once'),
    switching('enable', 'take the tokens of a disabled account again'),
    {
      name: 'delete',
      summary: 'delete an account and revoke all its tokens',
      words: [NAME],
      examples: ['holdfast service delete ci'],
      run: (context, input) =>
        change(context, { method: 'DELETE', path: at(input) }, () => ({
          data: { deleted: input.words[0] },
          text: `deleted ${input.words[0] ?? ''}\n`,
        })),
    },
  ],
};

function given(input: Input) {
  const words = Object.entries({ purpose: input.text('purpose'), owner: input.text('owner') });
  const applications = input.list('app');
  return {
    ...Object.fromEntries(words.filter(([, value]) => value !== null)),
    ...(applications.length === 0 ? {} : { applications: applications.filter((id) => id !== 'none') }),
  };
}

function changeOne(context: Context, input: Input): Promise<Outcome> {
  const body = given(input);
  if (Object.keys(body).length === 0)
    throw new UsageFault('service change needs --purpose, --owner or --app.', 'holdfast service change --help');
  return change<ServiceAccountView>(context, { method: 'PATCH', path: at(input), body }, (view) => ({
    data: view,
    text: `changed ${view.name}\n`,
  }));
}

/** A person who left answers for nothing. */
function ownerText({ owner }: ServiceAccountView): string {
  if (owner === null) return 'nobody';
  return owner.status === 'active' ? owner.name : `${owner.name} (${owner.status})`;
}

async function list(context: Context): Promise<Outcome> {
  await using api = await context.api();
  const accounts = await listAll<ServiceAccountView>(api, { method: 'GET', path: PATH });
  const columns = [
    { title: 'NAME', value: (row: ServiceAccountView) => row.name },
    { title: 'STATUS', value: (row: ServiceAccountView) => row.status },
    { title: 'OWNER', value: ownerText },
    { title: 'TOKENS', value: (row: ServiceAccountView) => String(row.usableTokens) },
    { title: 'LAST USED', value: (row: ServiceAccountView) => formatTime(row.lastUsedAt) },
    { title: 'UNTIL', value: (row: ServiceAccountView) => formatTime(row.lastExpiresAt) },
    { title: 'MAY CALL', value: (row: ServiceAccountView) => row.applications.join(' ') || '-' },
  ];
  return { data: { accounts }, text: () => formatTable(accounts, columns, 'no service accounts') };
}

async function show(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const account = await api.call<ServiceAccountView>({ method: 'GET', path: at(input) });
  const { items: tokens } = await api.call<Page<TokenView>>({
    method: 'GET',
    path: '/api/v1/tokens',
    query: { account: account.id, limit: TOKENS_SHOWN_MAX },
  });
  const text = (): string => {
    const pairs = formatPairs([
      ['id', account.id],
      ['name', account.name],
      ['purpose', account.purpose || '-'],
      ['owner', ownerText(account)],
      ['status', account.status],
      ['may call', account.applications.join(' ') || '-'],
      ['created', `${formatTime(account.createdAt)} by ${account.createdBy}`],
    ]);
    return `${pairs}\n${formatTable(tokens, tokenColumns(context.io.now()), 'no tokens')}`;
  };
  return { data: { account, tokens }, text };
}
