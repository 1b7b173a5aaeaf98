import type { ApplicationView, CspObservations, CspSuggestion } from '@holdfast/contract';
import { change, planned } from '../change.ts';
import { segment } from '../connection/client.ts';
import type { BranchBody, Context, Input } from '../command.ts';
import type { Outcome } from '../outcome.ts';
import { NotConfirmed, UsageFault } from '../fault.ts';
import { formatTable, formatTime, type Column } from '../terminal/table.ts';

const APP = { name: '<app>', help: 'id of the application' } as const;
const MODES = ['off', 'report-only', 'enforce'];
const pathOf = (input: Input): string => `/api/v1/applications/${segment(input.words[0] ?? '')}/csp`;

export const csp: BranchBody = {
  verbs: [
    {
      name: 'reports',
      summary: 'what browsers reported and what inline code was seen',
      words: [APP],
      examples: ['holdfast csp reports shop'],
      run: reports,
    },
    {
      name: 'suggest',
      summary: 'a policy made of what was seen',
      words: [APP],
      examples: ['holdfast csp suggest shop'],
      run: suggest,
    },
    {
      name: 'apply',
      summary: 'put the suggested policy in force',
      about: 'Anyone can send a report: read the suggestion first. The mode stays as the suggestion says unless --mode is given.',
      words: [APP],
      options: [{ flags: '--mode <mode>', help: 'off, report-only or enforce', choices: MODES }],
      examples: ['holdfast csp apply shop --dry-run', 'holdfast csp apply shop --mode enforce --yes'],
      run: apply,
    },
    {
      name: 'mode',
      summary: 'switch between off, report-only and enforce',
      words: [APP, { name: '<mode>', help: MODES.join(', ') }],
      examples: ['holdfast csp mode shop enforce'],
      run: setMode,
    },
  ],
};

async function reports(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const data = await api.call<CspObservations>({ method: 'GET', path: `${pathOf(input)}/reports` });
  return { data, text: () => describe(data) };
}

function describe({ reports, inline }: CspObservations): string {
  const blocked = formatTable(
    reports,
    [
      { title: 'DIRECTIVE', value: ({ directive }) => directive },
      { title: 'BLOCKED', value: (row) => row.blocked },
      { title: 'COUNT', value: ({ count }) => String(count) },
      { title: 'LAST SEEN', value: ({ lastSeen }) => formatTime(lastSeen) },
    ],
    'no reports yet',
  );
  const seen = formatTable(
    inline,
    [
      { title: 'INLINE', value: ({ kind }) => kind },
      { title: 'HASH', value: ({ hash }) => hash },
      { title: 'ON', value: ({ path }) => path },
      { title: 'COUNT', value: ({ count }) => String(count) },
    ],
    'no inline code seen yet',
  );
  return `${blocked}\n${seen}`;
}

async function readSuggestion(context: Context, input: Input): Promise<CspSuggestion> {
  await using api = await context.api();
  // Awaited here: the answer must have come before the connection is closed behind it.
  return await api.call<CspSuggestion>({ method: 'GET', path: `${pathOf(input)}/suggestion` });
}

async function suggest(context: Context, input: Input): Promise<Outcome> {
  const data = await readSuggestion(context, input);
  return { data, text: () => describeSuggestion(data) };
}

function describeSuggestion({ csp, accepted, refused }: CspSuggestion): string {
  const policy = csp.policy === null ? 'the built-in strict policy\n' : `${csp.policy.split(/;\s*/u).join(';\n')}\n`;
  const columns: Column<{ directive: string; source: string }>[] = [
    { title: 'DIRECTIVE', value: ({ directive }) => directive },
    { title: 'SOURCE', value: ({ source }) => source },
  ];
  const letIn = formatTable(
    accepted,
    [...columns, { title: 'SEEN', value: ({ count }: { count: number }) => String(count) }],
    'lets nothing more in',
  );
  const leftOut = formatTable(
    refused,
    [...columns, { title: 'LEFT OUT BECAUSE', value: ({ why }: { why: string }) => why }],
    'left nothing out',
  );
  return `${policy}\n${letIn}\n${leftOut}`;
}

async function apply(context: Context, input: Input): Promise<Outcome> {
  const suggestion = await readSuggestion(context, input);
  const mode = input.text('mode');
  const body = mode === null ? suggestion.csp : { ...suggestion.csp, mode };
  const call = { method: 'PUT', path: pathOf(input), body } as const;
  if (context.flags.dryRun) return planned(call);
  context.output.note(describeSuggestion(suggestion));
  if (!(await context.confirm('Put this policy in force?'))) throw new NotConfirmed('The policy is as it was.');
  return change<ApplicationView>(context, call, tellCsp);
}

async function setMode(context: Context, input: Input): Promise<Outcome> {
  const mode = input.words[1] ?? '';
  if (!MODES.includes(mode)) throw new UsageFault(`The mode is one of ${MODES.join(', ')}.`, 'holdfast csp mode --help');
  await using api = await context.api();
  const view = await api.call<ApplicationView>({ method: 'GET', path: `/api/v1/applications/${segment(input.words[0] ?? '')}` });
  const call = { method: 'PUT', path: pathOf(input), body: { ...view.application.csp, mode } } as const;
  return context.flags.dryRun ? planned(call) : tellCsp(await api.call<ApplicationView>(call));
}

function tellCsp(view: ApplicationView): Outcome {
  return { data: view, text: `${view.application.id}: content security policy ${view.application.csp.mode}\n` };
}
