import type { ApplicationView, LearnedRoutes, ModeHistoryEntry } from '@holdfast/contract';
import { change, planned } from '../change.ts';
import { listAll, segment } from '../connection/client.ts';
import type { BranchBody, Context, Input, Verb } from '../command.ts';
import type { Outcome } from '../outcome.ts';
import { NotConfirmed, UsageFault } from '../fault.ts';
import { formatTable } from '../terminal/table.ts';
import { errorPage, pageCheck } from './app-errors.ts';
import { forwardAuth } from './app-forward-auth.ts';
import { login } from './app-login.ts';
import { signIn } from './app-sign-in.ts';
import { uploads } from './app-uploads.ts';
import { describeRoutes } from './schema-text.ts';

const PATH = '/api/v1/applications';
const NAME = { name: '<id>', help: 'id of the application' } as const;
const RULE_GROUPS = ['sqli', 'xss', 'cmdi', 'traversal'] as const;

const mode: Verb = {
  name: 'mode',
  summary: 'record or block attacks, for the application or one class',
  about: 'monitor records attacks, enforce blocks them. With --group one class is set to off, record, block or inherit.',
  words: [NAME, { name: '<mode>', help: 'monitor or enforce; with --group: off, record, block or inherit' }],
  options: [
    { flags: '--group <class>', help: 'one class of attack', choices: RULE_GROUPS },
    { flags: '--reason <text>', help: 'why; kept in the ledger' },
  ],
  examples: ['holdfast app mode shop enforce', "holdfast app mode shop record --group xss --reason 'new editor under test'"],
  run: setMode,
};

export const app: BranchBody = {
  verbs: [
    { name: 'list', summary: 'show protected applications', examples: ['holdfast app list'], run: list },
    {
      name: 'show',
      summary: 'every setting of one application',
      words: [NAME],
      options: [{ flags: '--history', help: 'changes of its mode instead' }],
      examples: ['holdfast app show shop', 'holdfast app show shop --history'],
      run: show,
    },
    {
      name: 'routes',
      summary: 'routes learned from honest requests',
      words: [NAME],
      examples: ['holdfast app routes shop'],
      run: routes,
    },
    {
      name: 'add',
      summary: 'protect an application',
      words: [NAME],
      options: [
        { flags: '--to <url>', help: 'where it really runs' },
        { flags: '--host <name...>', help: 'host names it is served under; none = any' },
        { flags: '--name <text>', help: 'name for people' },
        { flags: '--mode <mode>', help: 'monitor (default) or enforce', choices: ['monitor', 'enforce'] },
      ],
      examples: ['holdfast app add shop --to http://127.0.0.1:3000 --host shop.example.org'],
      run: add,
    },
    {
      name: 'remove',
      summary: 'protect it no longer',
      words: [NAME],
      examples: ['holdfast app remove shop', 'holdfast app remove shop --yes'],
      run: remove,
    },
    mode,
    login,
    forwardAuth,
    signIn,
    uploads,
    pageCheck,
    errorPage,
  ],
};

async function list(context: Context): Promise<Outcome> {
  await using api = await context.api();
  const applications = await listAll<ApplicationView>(api, { method: 'GET', path: PATH });
  const columns = [
    { title: 'APPLICATION', value: (row: ApplicationView) => row.application.id },
    { title: 'MODE', value: (row: ApplicationView) => modeText(row) },
    { title: 'UPSTREAM', value: (row: ApplicationView) => row.application.upstream },
    { title: 'HOSTS', value: (row: ApplicationView) => row.application.hosts.join(' ') || 'any' },
    { title: 'FROM', value: (row: ApplicationView) => row.origin },
  ];
  return {
    data: { applications },
    text: () => formatTable(applications, columns, 'no application is protected yet: holdfast app add NAME --to URL'),
  };
}

function modeText({ application }: ApplicationView): string {
  const own = Object.entries(application.rules).map(([group, action]) => `${group}=${action}`);
  return own.length === 0 ? application.mode : `${application.mode} (${own.join(', ')})`;
}

async function show(context: Context, input: Input): Promise<Outcome> {
  const path = `${PATH}/${segment(input.words[0] ?? '')}`;
  await using api = await context.api();
  if (input.isSet('history')) {
    const history = await listAll<ModeHistoryEntry>(api, { method: 'GET', path: `${path}/modes` });
    const columns = [
      { title: 'WHEN', value: (row: ModeHistoryEntry) => new Date(row.at).toISOString() },
      { title: 'WHAT', value: (row: ModeHistoryEntry) => `${row.group ?? 'application'}: ${row.from} -> ${row.to}` },
      { title: 'BY', value: (row: ModeHistoryEntry) => row.actor },
      { title: 'REASON', value: (row: ModeHistoryEntry) => row.reason ?? '-' },
    ];
    return { data: { history }, text: () => formatTable(history, columns, 'its mode was never changed') };
  }
  const view = await api.call<ApplicationView>({ method: 'GET', path });
  const { stringify } = await import('yaml');
  return { data: view, text: stringify(view.application) };
}

async function routes(context: Context, input: Input): Promise<Outcome> {
  const id = input.words[0] ?? '';
  await using api = await context.api();
  const data = await api.call<LearnedRoutes>({ method: 'GET', path: `${PATH}/${segment(id)}/schema/routes` });
  const empty = 'nothing learned yet: requests that the application answers and that hold no attack teach it';
  return { data, text: () => describeRoutes(data.items, empty) };
}

async function add(context: Context, input: Input): Promise<Outcome> {
  const id = input.words[0] ?? '';
  const upstream = input.text('to');
  if (upstream === null) throw new UsageFault('app add needs --to URL.', 'holdfast app add --help');
  const chosen = input.text('mode');
  const body = {
    id,
    name: input.text('name') ?? id,
    upstream,
    hosts: input.list('host'),
    ...(chosen === null ? {} : { mode: chosen }),
  };
  return change<ApplicationView>(context, { method: 'POST', path: PATH, body }, (view) => ({
    data: view,
    text: `protects ${view.application.id} at ${view.application.upstream}, mode ${view.application.mode}\nundo: holdfast app remove ${view.application.id}\n`,
  }));
}

async function remove(context: Context, input: Input): Promise<Outcome> {
  const id = input.words[0] ?? '';
  const call = { method: 'DELETE', path: `${PATH}/${segment(id)}` } as const;
  if (context.flags.dryRun) return planned(call);
  if (!(await context.confirm(`Stop protecting ${id}?`))) throw new NotConfirmed(`${id} is still protected.`);
  return change(context, call, () => ({ data: { removed: id }, text: `${id} is no longer protected\n` }));
}

async function setMode(context: Context, input: Input): Promise<Outcome> {
  const [id = '', wanted = ''] = input.words;
  const group = input.text('group');
  const allowed = group === null ? ['monitor', 'enforce'] : ['off', 'record', 'block', 'inherit'];
  if (!allowed.includes(wanted)) throw new UsageFault(`The mode is one of ${allowed.join(', ')}.`, 'holdfast app mode --help');
  const reason = input.text('reason');
  const body = { ...(group === null ? { mode: wanted } : { group, action: wanted }), ...(reason === null ? {} : { reason }) };
  return change<ApplicationView>(context, { method: 'PUT', path: `${PATH}/${segment(id)}/mode`, body }, (view) => ({
    data: view,
    text: `${view.application.id}: ${modeText(view)}\n`,
  }));
}
