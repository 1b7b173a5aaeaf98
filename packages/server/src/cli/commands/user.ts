import type { PersonLink, PersonView } from '@holdfast/contract';
import { change } from '../change.ts';
import { listAll, segment } from '../connection/client.ts';
import type { BranchBody, Context, Input, Verb } from '../command.ts';
import { UsageFault } from '../fault.ts';
import type { Outcome } from '../outcome.ts';
import { linkOutcome, peopleTable } from '../words/person-text.ts';
import { formatPairs, formatTime } from '../terminal/table.ts';

const PATH = '/api/v1/people';
const ROLES = ['owner', 'administrator', 'analyst', 'auditor', 'developer'];
const NAME = { name: '<name>', help: 'name or id' };

/** `disable` and `enable` differ in one word. */
const switching = (name: 'disable' | 'enable', summary: string): Verb => ({
  name,
  summary,
  words: [NAME],
  examples: [`holdfast user ${name} ada`],
  run: (context, input) =>
    change<PersonView>(context, { method: 'POST', path: `${PATH}/${segment(input.words[0] ?? '')}/${name}` }, (view) => ({
      data: view,
      text: `${name}d ${view.name}\nundo: holdfast user ${name === 'disable' ? 'enable' : 'disable'} ${view.name}\n`,
    })),
});

export const user: BranchBody = {
  about: 'Nobody chooses a password for somebody else: an invitation is a link for one use.',
  verbs: [
    { name: 'list', summary: 'show everybody', examples: ['holdfast user list'], run: list },
    { name: 'show', summary: 'show one person', words: [NAME], examples: ['holdfast user show ada'], run: show },
    {
      name: 'invite',
      summary: 'create a person and print the link for the first sign-in',
      about: 'For somebody who was invited before and never came, it makes a new link.',
      words: [{ name: '<name>', help: 'what the person types to sign in' }],
      options: [
        { flags: '--role <role>', help: 'what the person may do in Holdfast itself (none)', choices: ROLES },
        { flags: '--email <address>', help: 'where the link and notices go' },
        { flags: '--display <text>', help: 'the name that is shown' },
        { flags: '--group <name...>', help: 'groups, told to applications' },
        { flags: '--app <id>', help: 'the application whose sign-in the link opens (the first one)' },
        { flags: '--mfa', help: 'ask for a second factor whatever the application says' },
        { flags: '--again', help: 'a new link for somebody invited before' },
      ],
      examples: ['holdfast user invite ada --email ada@example.org', 'holdfast user invite grace --role analyst'],
      run: invite,
    },
    switching('disable', 'end all sessions of a person and refuse new ones'),
    switching('enable', 'let a disabled person sign in again'),
    {
      name: 'disconnect',
      summary: 'take an account at a provider away as a way in',
      about: 'Its provider is named as in the configuration. The person keeps password, passkeys and sessions.',
      words: [NAME, { name: '<provider>', help: 'id of the provider' }],
      examples: ['holdfast user disconnect ada corp'],
      run(context, input) {
        const [name = '', provider = ''] = input.words;
        const path = `${PATH}/${segment(name)}/accounts/${segment(provider)}`;
        return change(context, { method: 'DELETE', path }, () => ({
          data: { person: name, disconnected: provider },
          text: `${name} cannot sign in with ${provider} any more\n`,
        }));
      },
    },
    {
      name: 'unlock',
      summary: 'let somebody try again at once after many wrong passwords or codes',
      about: 'Passwords and factors stay as they are.',
      words: [NAME],
      examples: ['holdfast user unlock ada'],
      run: (context, input) =>
        change<PersonView>(context, { method: 'POST', path: `${PATH}/${segment(input.words[0] ?? '')}/unlock` }, (view) => ({
          data: view,
          text: `${view.name} can try again\n`,
        })),
    },
    {
      name: 'role',
      summary: 'change what a person may do in Holdfast itself',
      words: [NAME, { name: '<role>', help: `${ROLES.join(', ')} or none` }],
      examples: ['holdfast user role ada administrator', 'holdfast user role ada none'],
      run(context, input) {
        const [name = '', role = ''] = input.words;
        if (role !== 'none' && !ROLES.includes(role))
          throw new UsageFault(`There is no role ${role}.`, 'holdfast user role --help');
        const body = { role: role === 'none' ? null : role };
        return change<PersonView>(context, { method: 'PATCH', path: `${PATH}/${segment(name)}`, body }, (view) => ({
          data: view,
          text: `${view.name} is ${view.role ?? 'a user of applications only'}\n`,
        }));
      },
    },
  ],
};

async function list(context: Context): Promise<Outcome> {
  await using api = await context.api();
  const people = await listAll<PersonView>(api, { method: 'GET', path: PATH });
  return { data: { people }, text: () => peopleTable(people, 'nobody yet') };
}

async function show(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const view = await api.call<PersonView>({ method: 'GET', path: `${PATH}/${segment(input.words[0] ?? '')}` });
  const text = (): string =>
    formatPairs([
      ['id', view.id],
      ['name', view.name],
      ['display', view.display],
      ['e-mail', view.email ?? '-'],
      ['role', view.role ?? '-'],
      ['groups', view.groups.join(' ') || '-'],
      ['status', view.status],
      ['second factor', view.mfaRequired || view.role !== null ? 'required' : 'as the application asks'],
      ['created', `${formatTime(view.createdAt)} by ${view.createdBy}`],
      ['last sign-in', formatTime(view.lastSignedInAt)],
    ]);
  return { data: view, text };
}

function invite(context: Context, input: Input): Promise<Outcome> {
  const name = input.words[0] ?? '';
  const application = input.text('app');
  const call = input.isSet('again')
    ? {
        method: 'POST' as const,
        path: `${PATH}/${segment(name)}/invite`,
        ...(application === null ? {} : { query: { application } }),
      }
    : { method: 'POST' as const, path: PATH, body: newPerson(name, application, input) };
  return change<PersonLink>(context, call, (issued) => linkOutcome(context, issued, `invitation of ${issued.person.name}`));
}

function newPerson(name: string, application: string | null, input: Input) {
  const given = Object.entries({
    application,
    role: input.text('role'),
    email: input.text('email'),
    display: input.text('display'),
  });
  return {
    name,
    ...Object.fromEntries(given.filter(([, value]) => value !== null)),
    groups: input.list('group'),
    mfaRequired: input.isSet('mfa'),
  };
}
