import type { ActionPlan, ActionView } from '@holdfast/contract';
import { change } from '../../change.ts';
import type { BranchBody, Context, Input, Verb } from '../../command.ts';
import { listAll, segment } from '../../connection/client.ts';
import { incidentOf } from '../../connection/incident-id.ts';
import { EXIT } from '../../exit-codes.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable } from '../../terminal/table.ts';
import { parametersOf } from './parameters.ts';
import { actionColumns, detailText, planText, stateText } from './words.ts';

const PATH = '/api/v1/actions';
const ULID = '01J8Z3K4M5N6P7Q8R9S0T1V2W3';
// As the contract names them, which is not loaded for a command.
const ACTIONS = [
  'ban-source',
  'revoke-sessions',
  'lock-account',
  'require-step-up',
  'revoke-api-key',
  'rotate-secret',
  'quarantine-route',
  'quarantine-application',
  'read-only',
  'virtual-patch',
  'restore-backup',
  'notify',
  'preserve-evidence',
];
const STATES = ['open', 'waiting', 'running', 'effective', 'done', 'undone', 'over', 'expired', 'refused', 'failed', 'all'];
const ID = { name: '<id>', help: 'as the list shows it' };
const REASON = { flags: '--reason <text>', help: 'why; kept with the action and in the ledger' };
const WHAT = { name: '<action>', help: ACTIONS.join(', ') };
const ABOUT = [
  { flags: '--set <name=value...>', help: 'a parameter of the action' },
  { flags: '--file <path>', help: 'the parameters as JSON' },
  { flags: '--incident <incident>', help: 'number or id of the incident that it is done for' },
];

/** 5 = a guard or a person said no, 1 = it waits, or it failed. */
const EXITS: Partial<Record<ActionView['state'], number>> = {
  refused: EXIT.unsafe,
  expired: EXIT.unsafe,
  waiting: EXIT.findings,
  running: EXIT.findings,
  failed: EXIT.findings,
};

const came = (view: ActionView): Outcome => ({ data: view, text: stateText(view), exit: EXITS[view.state] ?? EXIT.ok });

function reasonOf(input: Input, verb: string): string {
  const reason = input.text('reason');
  if (reason === null) throw new UsageFault(`action ${verb} needs --reason.`, `holdfast action ${verb} --help`);
  return reason;
}

async function asked(context: Context, input: Input): Promise<object> {
  const incident = await incidentOf(context, input);
  return {
    action: input.words[0],
    parameters: await parametersOf(context, input),
    ...(incident === null ? {} : { incident }),
  };
}

async function plan(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const view = await api.call<ActionPlan>({ method: 'POST', path: `${PATH}/plan`, body: await asked(context, input) });
  return { data: view, text: planText(view), exit: view.refused === null ? EXIT.ok : EXIT.unsafe };
}

async function run(context: Context, input: Input): Promise<Outcome> {
  const key = input.text('key');
  const body = { ...(await asked(context, input)), reason: reasonOf(input, 'run'), ...(key === null ? {} : { key }) };
  return change<ActionView>(context, { method: 'POST', path: PATH, body }, came);
}

async function list(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const named = {
    state: input.text('state'),
    action: input.text('action'),
    incident: await incidentOf(context, input),
    run: input.text('run'),
    application: input.text('app'),
  };
  const query = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== null)) as Record<string, string>;
  const actions = await listAll<ActionView>(api, { method: 'GET', path: PATH, query });
  return { data: { actions }, text: () => formatTable(actions, actionColumns, 'no action fits') };
}

async function show(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const view = await api.call<ActionView>({ method: 'GET', path: `${PATH}/${segment(input.words[0] ?? '')}` });
  return { data: view, text: () => detailText(view) };
}

/** Each takes the action and a reason. Saying no is what was asked for, so it is no failure of the command. */
const deciding = (name: string, summary: string): Verb => ({
  name,
  summary,
  words: [ID],
  options: [REASON],
  examples: [`holdfast action ${name} ${ULID} --reason 'looked at it'`],
  run: async (context, input) => {
    const body = { reason: reasonOf(input, name) };
    const call = { method: 'POST' as const, path: `${PATH}/${segment(input.words[0] ?? '')}/${name}`, body };
    return change<ActionView>(context, call, (view) => (name === 'refuse' ? { ...came(view), exit: EXIT.ok } : came(view)));
  },
});

export const action: BranchBody = {
  about:
    'What is done about incidents. Each says beforehand whom it would touch; what touches many waits for somebody else to agree, ' +
    'and what can be undone is undone with one command.',
  verbs: [
    {
      name: 'plan',
      summary: 'say what it would do and whom it would touch; changes nothing',
      words: [WHAT],
      options: ABOUT,
      examples: ['holdfast action plan ban-source --set prefix=203.0.113.9 forSeconds=600'],
      run: plan,
    },
    {
      name: 'run',
      summary: 'have it done, or ask for it where somebody has to agree',
      words: [WHAT],
      options: [...ABOUT, REASON, { flags: '--key <text>', help: 'asked for again under it, it is done once' }],
      examples: [
        "holdfast action run ban-source --set prefix=203.0.113.9 forSeconds=600 --reason 'a scanner'",
        `holdfast action run lock-account --set person=${ULID} --reason 'its password is for sale'`,
        "holdfast action run notify --set title='Shop is closed' text='We look into it.' --reason 'people ask'",
      ],
      run,
    },
    {
      name: 'list',
      summary: 'show actions, newest first',
      options: [
        { flags: '--state <state>', help: 'open: waits, runs or holds', choices: STATES },
        { flags: '--action <name>', help: 'only of this kind', choices: ACTIONS },
        { flags: '--incident <incident>', help: 'only for this incident: its number or id' },
        { flags: '--run <id>', help: 'only of this run of a playbook' },
        { flags: '--app <id>', help: 'only in this application' },
      ],
      examples: ['holdfast action list --state open', 'holdfast action list --action ban-source'],
      run: list,
    },
    { name: 'show', summary: 'show one, step by step', words: [ID], examples: [`holdfast action show ${ULID}`], run: show },
    deciding('approve', 'agree to what somebody else asked for'),
    deciding('refuse', 'say no to what waits'),
    deciding('undo', 'undo it, if it is still as it was left'),
    deciding('redo', 'do again what was undone or is over'),
  ],
};
