import { signInObserverSchema, signInOutcome } from '@holdfast/contract';
import type { Application, ApplicationView, SchemaProposal, SignInObserver, SignInSign } from '@holdfast/contract';
import { change, planned } from '../change.ts';
import { segment } from '../connection/client.ts';
import type { BranchBody, Context, Input, OptionDefinition, Verb } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { NotConfirmed, UsageFault } from '../fault.ts';
import type { Outcome } from '../outcome.ts';
import { formatTable } from '../terminal/table.ts';
import { loginFormsIn } from './login-forms.ts';

const PATH = '/api/v1/applications';
const NAME = { name: '<id>', help: 'id of the application' } as const;
const HELP = 'holdfast app sign-in --help';
const FORM: readonly OptionDefinition[] = [
  { flags: '--path <path>', help: 'where the form is sent to' },
  { flags: '--method <method>', help: 'POST (default), PUT, PATCH or GET', choices: ['POST', 'PUT', 'PATCH', 'GET'] },
];

export const signIn: Verb & BranchBody = {
  name: 'sign-in',
  summary: 'login forms of the application itself: watched, told of, and slowed down for those who guess',
  verbs: [
    {
      name: 'list',
      summary: 'show the forms that are watched',
      words: [NAME],
      examples: ['holdfast app sign-in list shop'],
      run: list,
    },
    {
      name: 'suggest',
      summary: 'forms with a password among what was learned from honest requests',
      about: 'What a wrong password is answered with has to be seen: only requests that were answered well are learned from.',
      words: [NAME],
      examples: ['holdfast app sign-in suggest shop'],
      run: suggest,
    },
    {
      name: 'add',
      summary: 'watch a form, or change how it is watched',
      about:
        'Say what a wrong or a right sign-in is answered with; whatever is not the one is the other. The password is never read.',
      words: [NAME],
      options: [
        ...FORM,
        { flags: '--account-field <name>', help: 'field that holds the name of the account' },
        { flags: '--failure-status <status...>', help: 'a wrong one is answered with one of these' },
        { flags: '--failure-location <path>', help: 'a wrong one leads to a place that begins so' },
        { flags: '--failure-text <text>', help: 'the answer to a wrong one holds this' },
        { flags: '--success-status <status...>', help: 'a right one is answered with one of these' },
        { flags: '--success-location <path>', help: 'a right one leads to a place that begins so' },
        { flags: '--success-text <text>', help: 'the answer to a right one holds this' },
      ],
      examples: [
        'holdfast app sign-in add shop --path /login --account-field name --failure-status 401',
        'holdfast app sign-in add blog --path /wp-login.php --account-field log --success-location /wp-admin/',
      ],
      run: add,
    },
    {
      name: 'remove',
      summary: 'watch a form no longer',
      words: [NAME],
      options: FORM,
      examples: ['holdfast app sign-in remove shop --path /login'],
      run: remove,
    },
    {
      name: 'test',
      summary: 'what would be made of an answer: succeeded, failed or unclear',
      about: 'Sends nothing. Exit 1 when it is unclear. What was made of a real one stands in `holdfast explain ID`.',
      words: [NAME],
      options: [
        ...FORM,
        { flags: '--status <status>', help: 'status of the answer' },
        { flags: '--location <place>', help: 'where it leads' },
        { flags: '--text <text>', help: 'what it says' },
      ],
      examples: ['holdfast app sign-in test shop --path /login --status 303 --location /orders'],
      run: test,
    },
    {
      name: 'clear',
      summary: 'forget wrong tries, so that nobody has to wait',
      words: [NAME],
      options: [{ flags: '--account <name>', help: 'of this account only' }],
      examples: ['holdfast app sign-in clear shop --account ada', 'holdfast app sign-in clear shop --yes'],
      run: clear,
    },
  ],
};

const keyOf = ({ method, path }: Pick<SignInObserver, 'method' | 'path'>): string => `${method} ${path}`;

function formOf(input: Input): Pick<SignInObserver, 'method' | 'path'> {
  const path = input.text('path');
  if (path === null) throw new UsageFault('--path says which form.', HELP);
  const method = signInObserverSchema.shape.method.safeParse(input.text('method') ?? 'POST');
  if (!method.success) throw new UsageFault('The method is one of POST, PUT, PATCH, GET.', HELP);
  return { path, method: method.data };
}

async function list(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const view = await api.call<ApplicationView>({ method: 'GET', path: `${PATH}/${segment(input.words[0] ?? '')}` });
  const { observers } = view.application.signIn;
  const columns = [
    { title: 'FORM', value: keyOf },
    { title: 'ACCOUNT', value: (row: SignInObserver) => row.accountField },
    { title: 'FAILURE', value: (row: SignInObserver) => signText(row.failure) },
    { title: 'SUCCESS', value: (row: SignInObserver) => signText(row.success) },
  ];
  const empty = `no form is watched: ${HELP}`;
  return { data: { observers }, text: () => formatTable(observers, columns, empty) };
}

async function suggest(context: Context, input: Input): Promise<Outcome> {
  const id = input.words[0] ?? '';
  const path = `${PATH}/${segment(id)}`;
  await using api = await context.api();
  const { application } = await api.call<ApplicationView>({ method: 'GET', path });
  const { fragment } = await api.call<SchemaProposal>({ method: 'GET', path: `${path}/schema/proposal` });
  const watched = new Set(application.signIn.observers.map(keyOf));
  const forms = loginFormsIn(fragment).filter(({ method, path: at }) => !watched.has(`${method} ${at}`));
  const lines = forms.map(
    (form) =>
      `holdfast app sign-in add ${id} --path ${form.path} --method ${form.method} --account-field ${form.accountField} --failure-status 401\n`,
  );
  const empty = 'nothing that was learned looks like a login form that is not watched yet\n';
  return {
    data: { forms },
    text: lines.length === 0 ? empty : `${lines.join('')}put in what a wrong password is answered with\n`,
  };
}

function signText(sign: SignInSign | null): string {
  if (sign === null) return 'anything else';
  const location = sign.location === null ? [] : [`to ${sign.location}`];
  const body = sign.body === null ? [] : [`"${sign.body}"`];
  return [sign.statuses.join('/'), ...location, ...body].filter((part) => part !== '').join(' ');
}

function readSign(input: Input, name: 'success' | 'failure'): SignInSign | null {
  const statuses = input.list(`${name}Status`).map(Number);
  const location = input.text(`${name}Location`);
  const body = input.text(`${name}Text`);
  return statuses.length === 0 && location === null && body === null ? null : { statuses, location, body };
}

async function add(context: Context, input: Input): Promise<Outcome> {
  const form = formOf(input);
  const wanted = {
    ...form,
    accountField: input.text('accountField') ?? '',
    success: readSign(input, 'success'),
    failure: readSign(input, 'failure'),
  };
  const observer = signInObserverSchema.safeParse(wanted);
  if (!observer.success) {
    const faults = observer.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
    throw new UsageFault(`The form cannot be watched so: ${faults.join('; ')}.`, 'holdfast app sign-in add --help');
  }
  const { success } = observer.data;
  const isText = success !== null && success.body !== null && success.statuses.length === 0 && success.location === null;
  const warning = isText ? 'a text alone is a weak sign of success: a page may repeat what somebody typed\n' : '';
  return rewrite(context, input, (observers) => ({
    observers: [...observers.filter((other) => keyOf(other) !== keyOf(form)), observer.data],
    text: `watches ${keyOf(form)}\n${warning}`,
  }));
}

async function remove(context: Context, input: Input): Promise<Outcome> {
  const form = formOf(input);
  return rewrite(context, input, (observers) => {
    const left = observers.filter((other) => keyOf(other) !== keyOf(form));
    if (left.length === observers.length)
      throw new UsageFault(`${keyOf(form)} is not watched.`, `holdfast app sign-in list ${input.words[0] ?? ''}`);
    return { observers: left, text: `${keyOf(form)} is watched no longer\n` };
  });
}

type Rewriting = (observers: readonly SignInObserver[]) => { observers: SignInObserver[]; text: string };

async function rewrite(context: Context, input: Input, rewriting: Rewriting): Promise<Outcome> {
  const path = `${PATH}/${segment(input.words[0] ?? '')}`;
  await using api = await context.api();
  const { application, revision } = await api.call<ApplicationView>({ method: 'GET', path });
  const { observers, text } = rewriting(application.signIn.observers);
  const body: Application = { ...application, signIn: { ...application.signIn, observers } };
  // Only if it is still what was just read: another operator's change in between must not be undone.
  const call = { method: 'PUT', path, body, headers: { 'if-match': `"${revision}"` } } as const;
  if (context.flags.dryRun) return planned(call);
  const view = await api.call<ApplicationView>(call);
  return { data: view, text: `${view.application.id}: ${text}` };
}

async function test(context: Context, input: Input): Promise<Outcome> {
  const form = formOf(input);
  const status = Number(input.text('status') ?? '');
  if (!Number.isInteger(status) || status < 200 || status > 599) throw new UsageFault('--status is one from 200 to 599.', HELP);
  await using api = await context.api();
  const view = await api.call<ApplicationView>({ method: 'GET', path: `${PATH}/${segment(input.words[0] ?? '')}` });
  const observer = view.application.signIn.observers.find((other) => keyOf(other) === keyOf(form));
  if (observer === undefined) throw new UsageFault(`${keyOf(form)} is not watched.`, 'holdfast app sign-in add --help');
  const outcome = signInOutcome(observer, { status, location: input.text('location'), body: input.text('text') });
  return { data: { outcome }, text: `${outcome}\n`, exit: outcome === 'unclear' ? EXIT.findings : EXIT.ok };
}

async function clear(context: Context, input: Input): Promise<Outcome> {
  const id = input.words[0] ?? '';
  const account = input.text('account');
  const call = { method: 'POST', path: `${PATH}/${segment(id)}/sign-in/clear`, body: { account } } as const;
  if (!context.flags.dryRun && account === null && !(await context.confirm(`Forget the wrong tries of all accounts of ${id}?`)))
    throw new NotConfirmed('Whoever has to wait still has to.');
  return change(context, call, () => ({
    data: { cleared: account ?? 'all' },
    text: `${account ?? 'every account'} of ${id} may be tried again\n`,
  }));
}
