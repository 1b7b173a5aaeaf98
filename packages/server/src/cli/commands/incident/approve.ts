import type { ActionView, IncidentDetail, RunDetail, RunView } from '@holdfast/contract';
import { change } from '../../change.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { listAll, segment, type ApiClient, type Call } from '../../connection/client.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable } from '../../terminal/table.ts';
import { at, ID } from './at.ts';

/** An action that waits for approvals, or a step of a playbook that asks somebody. */
interface Waiting {
  readonly id: string;
  readonly what: string;
  readonly decideBy: number | null;
  readonly call: (reason: string) => Call;
}

const columns = [
  { title: 'ID', value: (row: Waiting) => row.id },
  { title: 'WHAT', value: (row: Waiting) => row.what },
  { title: 'UNTIL', value: (row: Waiting) => (row.decideBy === null ? '-' : new Date(row.decideBy).toISOString()) },
];

export const approve: Verb = {
  name: 'approve',
  summary: 'show what waits for somebody, or agree to it',
  about:
    'Actions that somebody else has to agree to, and steps of playbooks that ask somebody. Whoever asked for an action never agrees to it.',
  words: [ID, { name: '[what]', help: 'one of those that wait; left out: they are shown' }],
  options: [
    { flags: '--refuse', help: 'say no instead' },
    { flags: '--reason <text>', help: 'why; kept with it' },
  ],
  examples: ['holdfast incident approve 7', "holdfast incident approve 7 01J8Z3K4M5N6P7Q8R9S0T1V2W3 --reason 'it is ours'"],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const wanted = input.words[1];
  const reason = input.text('reason');
  if (wanted !== undefined && reason === null)
    throw new UsageFault('Say why: --reason TEXT.', 'holdfast incident approve --help');
  const waiting = await readWaiting(context, input);
  if (wanted === undefined)
    return { data: { waiting: waiting.map(shown) }, text: () => formatTable(waiting, columns, 'nothing waits') };
  const found = waiting.find(({ id }) => id === wanted);
  if (found === undefined) throw new UsageFault(`Nothing of the name ${wanted} waits.`, 'holdfast incident approve INCIDENT');
  return change<object>(context, found.call(reason ?? ''), (view) => ({
    data: view,
    text: `${input.isSet('refuse') ? 'refused' : 'agreed to'}: ${found.what}\n`,
  }));
}

const shown = ({ id, what, decideBy }: Waiting) => ({ id, what, decideBy });

async function readWaiting(context: Context, input: Input): Promise<readonly Waiting[]> {
  const isRefused = input.isSet('refuse');
  await using api = await context.api();
  const { id: incident } = await api.call<IncidentDetail>({ method: 'GET', path: at(input) });
  const query = { incident, state: 'waiting' };
  const actions = await listAll<ActionView>(api, { method: 'GET', path: '/api/v1/actions', query });
  const runs = await listAll<RunView>(api, { method: 'GET', path: '/api/v1/runs', query: { incident, state: 'open' } });
  const asking = await Promise.all(runs.map(async ({ id }) => askingOf(api, id, isRefused)));
  return [...actions.map((view) => waitingAction(view, isRefused)), ...asking.flat()];
}

const waitingAction = ({ id, plan, decideBy }: ActionView, isRefused: boolean): Waiting => ({
  id,
  what: plan.summary,
  decideBy,
  call: (reason) => ({
    method: 'POST',
    path: `/api/v1/actions/${segment(id)}/${isRefused ? 'refuse' : 'approve'}`,
    body: { reason },
  }),
});

async function askingOf(api: ApiClient, run: string, isRefused: boolean): Promise<Waiting[]> {
  const { steps } = await api.call<RunDetail>({ method: 'GET', path: `/api/v1/runs/${segment(run)}` });
  return steps.flatMap(({ id, question }) => {
    if (question === null) return [];
    const call = (reason: string): Call => ({
      method: 'POST',
      path: `/api/v1/runs/${segment(run)}/steps/${segment(id)}/answer`,
      body: { answer: isRefused ? 'refused' : 'done', reason },
    });
    return [{ id: `${run}/${id}`, what: question.text, decideBy: question.decideBy, call }];
  });
}
