import type { RunDetail, RunView } from '@holdfast/contract';
import { setTimeout as wait } from 'node:timers/promises';
import { change } from '../../change.ts';
import type { Context, Input, OptionDefinition, Verb } from '../../command.ts';
import { listAll, segment, type ApiClient } from '../../connection/client.ts';
import { incidentOf } from '../../connection/incident-id.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable } from '../../terminal/table.ts';
import { runColumns, runText } from './run-text.ts';

const PATH = '/api/v1/runs';
const ULID = '01J8Z3K4M5N6P7Q8R9S0T1V2W3';
const PLAYBOOK_ID = 'playbook--00000000-0000-4000-8000-000000000001';
const PLAYBOOK = { name: '<playbook>', help: 'its id, as the list shows it' };
const RUN = { name: '<run>', help: 'as the list of runs shows it' };
const REASON = { flags: '--reason <text>', help: 'why; kept with the run' };
// As the contract names them, which is not loaded for a command.
const STATES = ['open', 'running', 'waiting', 'completed', 'failed', 'cancelled', 'all'];
const LOOK_MS = 300;

const GIVEN: readonly OptionDefinition[] = [
  {
    flags: '--incident <incident>',
    help: 'number or id of the incident that it runs for: what is known of it need not be given',
  },
  { flags: '--set <name=value...>', help: 'a variable that the playbook asks for, for example __source__=203.0.113.9' },
  REASON,
];

/** Runs of playbooks, beside their documents. */
export const runVerbs: readonly Verb[] = [
  {
    name: 'run',
    summary: 'run a playbook, and follow it until it ends or waits for somebody',
    words: [PLAYBOOK],
    options: GIVEN,
    examples: [`holdfast playbook run ${PLAYBOOK_ID} --incident 7 --reason 'it goes on'`],
    run: (context, input) => begin(context, input, false),
  },
  {
    name: 'simulate',
    summary: 'show what each step of a playbook would do, and do nothing',
    words: [PLAYBOOK],
    options: GIVEN,
    examples: [`holdfast playbook simulate ${PLAYBOOK_ID} --incident 7`],
    run: (context, input) => begin(context, input, true),
  },
  {
    name: 'runs',
    summary: 'show runs, newest first, or one with its steps',
    words: [{ name: '[run]', help: 'one of them' }],
    options: [
      { flags: '--state <state>', help: 'only those', choices: STATES },
      { flags: '--incident <incident>', help: 'only of this incident: its number or id' },
    ],
    examples: ['holdfast playbook runs --state open', `holdfast playbook runs ${ULID}`],
    run: runs,
  },
  {
    name: 'answer',
    summary: 'answer a step that asks somebody: it was done, or agreed to',
    words: [RUN, { name: '<step>', help: 'the step that waits, as the run shows it' }],
    options: [
      { flags: '--refuse', help: 'it was not done, or not agreed to' },
      { flags: '--set <name=value...>', help: 'a variable that the step gives out, as the run shows it' },
      REASON,
    ],
    examples: [
      `holdfast playbook answer ${ULID} 4 --reason 'the account may be locked'`,
      `holdfast playbook answer ${ULID} 5 --set ticket=4711 --reason 'it is with the supplier'`,
    ],
    run: answer,
  },
  {
    name: 'cancel',
    summary: 'stop a run',
    words: [RUN],
    options: [{ flags: '--undo', help: 'undo, newest first, what its steps did' }, REASON],
    examples: [`holdfast playbook cancel ${ULID} --undo --reason 'it was our own scanner'`],
    run: cancel,
  },
];

const at = (input: Input, rest = ''): string => `${PATH}/${segment(input.words[0] ?? '')}${rest}`;

function reasonOf(input: Input, verb: string): string {
  const reason = input.text('reason');
  if (reason === null) throw new UsageFault(`playbook ${verb} needs --reason.`, `holdfast playbook ${verb} --help`);
  return reason;
}

function variablesOf(input: Input): Record<string, string> {
  const pairs = input.list('set').map((text) => {
    const cut = text.indexOf('=');
    if (cut < 1) throw new UsageFault(`--set ${text}: say NAME=VALUE.`, 'holdfast playbook run --help');
    const name = text.slice(0, cut);
    return [/^__.+__$/u.test(name) ? name : `__${name}__`, text.slice(cut + 1)] as const;
  });
  return Object.fromEntries(pairs);
}

async function begin(context: Context, input: Input, simulate: boolean): Promise<Outcome> {
  const reason = simulate ? (input.text('reason') ?? 'to see what it would do') : reasonOf(input, 'run');
  const variables = variablesOf(input);
  const body = { incident: await incidentOf(context, input), variables, simulate, reason };
  const path = `/api/v1/playbooks/${segment(input.words[0] ?? '')}/runs`;
  if (context.flags.dryRun) return change<RunDetail>(context, { method: 'POST', path, body }, shown);
  await using api = await context.api();
  const view = await api.call<RunDetail>({ method: 'POST', path, body });
  return shown(await followed(context, api, view));
}

/** Until it has ended, or everything in it waits for people. An interrupt leaves it alone: it goes on by itself. */
async function followed(context: Context, api: ApiClient, began: RunDetail): Promise<RunDetail> {
  let view = began;
  while (view.state === 'running' && !context.signal.aborted) {
    await wait(LOOK_MS, undefined, { signal: context.signal }).catch(() => undefined);
    view = await api.call<RunDetail>({ method: 'GET', path: `${PATH}/${segment(view.id)}` });
  }
  return view;
}

/** A run that failed is a finding. */
const shown = (view: RunDetail): Outcome => ({
  data: view,
  text: () => runText(view),
  ...(view.state === 'failed' ? { exit: 1 } : {}),
});

async function runs(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  if (input.words[0] !== undefined) {
    const view = await api.call<RunDetail>({ method: 'GET', path: at(input) });
    return { data: view, text: () => runText(view) };
  }
  const query = { state: input.text('state') ?? undefined, incident: (await incidentOf(context, input)) ?? undefined };
  const found = await listAll<RunView>(api, { method: 'GET', path: PATH, query });
  return { data: { runs: found }, text: () => formatTable(found, runColumns, 'no playbook ran') };
}

function answer(context: Context, input: Input): Promise<Outcome> {
  const said = input.isSet('refuse') ? 'refused' : 'done';
  const body = { answer: said, reason: reasonOf(input, 'answer'), variables: variablesOf(input) };
  const path = at(input, `/steps/${segment(input.words[1] ?? '')}/answer`);
  return change<RunDetail>(context, { method: 'POST', path, body }, (view) => ({ data: view, text: () => runText(view) }));
}

function cancel(context: Context, input: Input): Promise<Outcome> {
  const body = { reason: reasonOf(input, 'cancel'), undo: input.isSet('undo') };
  return change<RunDetail>(context, { method: 'POST', path: at(input, '/cancel'), body }, (view) => ({
    data: view,
    text: () => runText(view),
  }));
}
