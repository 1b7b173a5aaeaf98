import type { ExceptionProposal, ExceptionView, Explanation } from '@holdfast/contract';
import { change } from '../change.ts';
import { listAll, segment } from '../connection/client.ts';
import type { BranchBody, Context, Input } from '../command.ts';
import type { Outcome } from '../outcome.ts';
import { parseDays } from '../words/duration.ts';
import { UsageFault } from '../fault.ts';
import { formatTable, formatTime } from '../terminal/table.ts';
import { callOnceRecorded, readRequestId } from './explain.ts';

const PATH = '/api/v1/exceptions';
const SCOPE = ['application', 'method', 'route', 'location', 'parameter', 'rule'] as const;

export const exception: BranchBody = {
  about: 'One exception is one application, method, route, place, parameter and rule; never a whole rule or site.',
  verbs: [
    { name: 'list', summary: 'show exceptions in force', examples: ['holdfast exception list'], run: list },
    {
      name: 'add',
      summary: 'except one rule in one place',
      about: 'From a recorded request with --from, or field by field. Ends after 90 days unless --for says otherwise.',
      options: [
        { flags: '--from <id>', help: 'request id: the exceptions that its findings propose' },
        { flags: '--app <id>', help: 'application' },
        { flags: '--method <name>', help: 'for example POST' },
        { flags: '--route <path>', help: 'canonical path; {} stands for one segment' },
        { flags: '--location <place>', help: 'query, form, json, cookie, header, …' },
        { flags: '--parameter <name>', help: 'name of the field' },
        { flags: '--rule <id>', help: 'for example sqli.boolean; with --from: only this finding' },
        { flags: '--reason <text>', help: 'why; kept in the ledger' },
        { flags: '--for <time>', help: 'whole days, at most 365d (90d)' },
      ],
      examples: [
        'holdfast exception add --from 7Q2KXW3M9ABC --dry-run',
        "holdfast exception add --from 7Q2KXW3M9ABC --reason 'SQL course: learners type queries'",
      ],
      run: (context, input) => (input.text('from') === null ? addScoped(context, input) : addFromRequest(context, input)),
    },
    {
      name: 'remove',
      summary: 'let the rule fire again',
      words: [{ name: '<id>', help: 'as the list shows it' }],
      examples: ['holdfast exception remove 01J8Z3K4M5N6P7Q8R9S0T1V2W3'],
      run(context, input) {
        const id = input.words[0] ?? '';
        return change(context, { method: 'DELETE', path: `${PATH}/${segment(id)}` }, () => ({
          data: { removed: id },
          text: `removed ${id}\n`,
        }));
      },
    },
  ],
};

async function list(context: Context): Promise<Outcome> {
  await using api = await context.api();
  const exceptions = await listAll<ExceptionView>(api, { method: 'GET', path: PATH });
  return { data: { exceptions }, text: () => describe(exceptions) };
}

function describe(exceptions: readonly ExceptionView[]): string {
  return formatTable(
    exceptions,
    [
      { title: 'ID', value: ({ id }) => id },
      { title: 'RULE', value: ({ rule }) => rule },
      { title: 'WHERE', value: scopeText },
      { title: 'UNTIL', value: ({ expiresAt }) => formatTime(expiresAt) },
      { title: 'REASON', value: ({ reason }) => reason },
    ],
    'no exceptions',
  );
}

const scopeText = (scope: ExceptionProposal): string =>
  `${scope.application} ${scope.method} ${scope.route} ${scope.location} ${scope.parameter}`;

async function addScoped(context: Context, input: Input): Promise<Outcome> {
  const named = SCOPE.map((field) => [field, input.text(field === 'application' ? 'app' : field)] as const);
  const missing = named.filter(([, value]) => value === null).map(([field]) => `--${field === 'application' ? 'app' : field}`);
  if (missing.length > 0)
    throw new UsageFault(`Without --from, ${missing.join(', ')} must be given.`, 'holdfast exception add --help');
  const body = { ...Object.fromEntries(named), ...common(input) };
  return change<ExceptionView>(context, { method: 'POST', path: PATH, body }, added);
}

/** With `--dry-run` the proposals are shown as they would be made, which needs no reason yet. */
async function addFromRequest(context: Context, input: Input): Promise<Outcome> {
  const requestId = readRequestId(input.text('from') ?? '');
  const rule = input.text('rule');
  if (context.flags.dryRun) {
    await using api = await context.api();
    const { proposals } = await callOnceRecorded<Explanation>(api, { method: 'GET', path: `/api/v1/explain/${requestId}` });
    const chosen = proposals.filter((proposal) => rule === null || proposal.rule === rule);
    return { data: { dryRun: true, proposals: chosen }, text: () => preview(chosen) };
  }
  const body = { requestId, ...(rule === null ? {} : { rule }), ...common(input) };
  await using api = await context.api();
  return added(await callOnceRecorded<{ items: ExceptionView[] }>(api, { method: 'POST', path: `${PATH}/from-request`, body }));
}

function preview(proposals: readonly ExceptionProposal[]): string {
  return formatTable(
    proposals,
    [
      { title: 'RULE', value: ({ rule }) => rule },
      { title: 'WOULD NO LONGER FIRE AT', value: scopeText },
    ],
    'this request has no finding that an exception could cover',
  );
}

function common(input: Input): { reason: string; days?: number } {
  const reason = input.text('reason');
  if (reason === null)
    throw new UsageFault(
      '--reason is missing: an exception weakens protection, so it says why.',
      'holdfast exception add --help',
    );
  const time = input.text('for');
  return time === null ? { reason } : { reason, days: parseDays(time, '--for') };
}

function added(answer: ExceptionView | { items: ExceptionView[] }): Outcome {
  const exceptions = 'items' in answer ? answer.items : [answer];
  const undo = exceptions.map(({ id }) => `undo: holdfast exception remove ${id}\n`).join('');
  return { data: { exceptions }, text: () => `${describe(exceptions)}${undo}` };
}
