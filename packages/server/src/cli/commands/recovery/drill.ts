import type { DrillStep, DrillView } from '@holdfast/contract';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BranchBody, Context, Input } from '../../command.ts';
import { planned } from '../../change.ts';
import { listAll, segment } from '../../connection/client.ts';

import { EXIT } from '../../exit-codes.ts';
import { Interrupted } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { drillIncident } from './exercise.ts';
import { formatPairs, formatTable, formatTime, type Column } from '../../terminal/table.ts';

const PATH = '/api/v1/drills';
const LOOK_MS = 500;

export const drill: BranchBody = {
  about:
    'A drill restores a backup beside what is in force, compares all of it, asks it, and throws it away; or goes through an incident on paper. Nothing in force is touched.',
  verbs: [
    {
      name: 'run',
      summary: 'restore one now and wait for its end; exit 1 when something does not fit',
      options: [
        { flags: '--backup <id>', help: 'this one (default: the newest that was verified)' },
        { flags: '--database-url <reference>', help: 'into this empty PostgreSQL, as env:NAME or file:PATH of the server' },
        { flags: '--reason <text>', help: 'why; it is recorded' },
        { flags: '--no-wait', help: 'answer when it began' },
      ],
      examples: [
        'holdfast drill run',
        'holdfast drill run --reason "monthly drill"',
        'holdfast drill run --database-url env:DRILL_DATABASE_URL',
      ],
      run,
    },
    drillIncident,
    { name: 'list', summary: 'those that were, newest first', examples: ['holdfast drill list'], run: list },
    {
      name: 'show',
      summary: 'its steps, how long it took, and what would have been lost',
      words: [{ name: '<id>', help: 'as `drill list` shows it' }],
      examples: ['holdfast drill show 01J9ZK4Q3W8N5T2R6Y7B8C9D0E'],
      run: show,
    },
  ],
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const body = {
    backup: input.text('backup'),
    databaseUrl: input.text('databaseUrl'),
    reason: input.text('reason') ?? 'started by hand',
  };
  const call = { method: 'POST', path: PATH, body } as const;
  if (context.flags.dryRun) return planned(call);
  await using api = await context.api();
  let view = await api.call<DrillView>(call);
  while (view.state === 'running' && !input.isOff('wait')) {
    if (context.signal.aborted) throw new Interrupted();
    await sleep(LOOK_MS);
    view = await api.call<DrillView>({ method: 'GET', path: `${PATH}/${segment(view.id)}` });
  }
  return outcomeOf(view);
}

async function show(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  return outcomeOf(await api.call<DrillView>({ method: 'GET', path: `${PATH}/${segment(input.words[0] ?? '')}` }));
}

const seconds = (ms: number | null): string => (ms === null ? '' : `${(ms / 1000).toFixed(1)} s`);

const columns: readonly Column<DrillView>[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'BEGAN', value: ({ startedAt }) => formatTime(startedAt) },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'TOOK', value: ({ tookMs }) => seconds(tookMs) },
  { title: 'LOST', value: ({ lostMs }) => seconds(lostMs) },
  { title: 'RECORDS', value: ({ lostRecords }) => (lostRecords === null ? '' : String(lostRecords)) },
];

async function list(context: Context): Promise<Outcome> {
  await using api = await context.api();
  const drills = await listAll<DrillView>(api, { method: 'GET', path: PATH });
  return { data: { drills }, text: () => formatTable(drills, columns, 'no backup was restored on trial') };
}

const stepColumns: readonly Column<DrillStep>[] = [
  { title: 'STEP', value: ({ name }) => name },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'TOOK', value: ({ tookMs }) => seconds(tookMs) },
  { title: 'DETAIL', value: ({ detail }) => detail },
];

function outcomeOf(view: DrillView): Outcome {
  const pairs = formatPairs([
    ['drill', `${view.id}, ${view.state}`],
    ['backup', view.backup ?? 'none'],
    ['recovery time', seconds(view.tookMs)],
    ['would be lost', view.lostMs === null ? '' : `${seconds(view.lostMs)}, ${view.lostRecords ?? 0} records`],
  ]);
  return {
    data: view,
    exit: view.state === 'failed' ? EXIT.findings : EXIT.ok,
    text: () => `${pairs}${formatTable(view.steps, stepColumns, '')}`,
  };
}
