import type { IncidentDetail, IncidentReport, IncidentView, TimelineEntry } from '@holdfast/contract';
import { planned } from '../../change.ts';
import { listAll } from '../../connection/client.ts';
import type { BranchBody, Context, Input } from '../../command.ts';
import type { Outcome } from '../../outcome.ts';
import { forOutput, formatTable } from '../../terminal/table.ts';
import { approve } from './approve.ts';
import { at, ID, INCIDENTS, PHASES, SEVERITIES } from './at.ts';
import { assign, close, link, move, open, reopen, set } from './life.ts';
import { toNewFile } from './new-file.ts';
import { done, download, file, note, task, tasks } from './parts.ts';
import { detailText, incidentColumns, timelineColumns } from './words.ts';

export const incident: BranchBody = {
  about: 'From the first alert to what was learned. Alerts open incidents by themselves; each step is a record of the ledger.',
  verbs: [
    {
      name: 'list',
      summary: 'show open incidents, newest first',
      options: [
        { flags: '--phase <phase>', help: 'others than open ones', choices: ['open', ...PHASES, 'all'] },
        { flags: '--severity <severity>', help: 'only of this severity', choices: SEVERITIES },
        { flags: '--app <id>', help: 'only in this application' },
        { flags: '--owner <name>', help: 'only of this owner' },
      ],
      examples: ['holdfast incident list', 'holdfast incident list --phase all --severity critical'],
      run: list,
    },
    {
      name: 'show',
      summary: 'show one incident, and what its next phase asks for',
      words: [ID],
      examples: ['holdfast incident show 7'],
      run: show,
    },
    {
      name: 'timeline',
      summary: 'show what happened, oldest first, and where each record stands in the ledger',
      words: [ID],
      examples: ['holdfast incident timeline 7'],
      run: timeline,
    },
    open,
    move,
    close,
    reopen,
    assign,
    set,
    link,
    approve,
    note,
    file,
    download,
    task,
    tasks,
    done,
    {
      name: 'report',
      summary: 'write the report as Markdown; that it was made is recorded with its SHA-256',
      words: [ID],
      options: [{ flags: '--output <file>', help: 'write it to this new file' }],
      examples: ['holdfast incident report 7 --output incident-7.md'],
      run: report,
    },
  ],
};

async function list(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const query = {
    phase: input.text('phase') ?? undefined,
    severity: input.text('severity') ?? undefined,
    application: input.text('app') ?? undefined,
    owner: input.text('owner') ?? undefined,
  };
  const incidents = await listAll<IncidentView>(api, { method: 'GET', path: INCIDENTS, query });
  const empty = Object.values(query).some((value) => value !== undefined) ? 'no incident fits' : 'no incident is open';
  return { data: { incidents }, text: () => formatTable(incidents, incidentColumns, empty) };
}

async function show(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const view = await api.call<IncidentDetail>({ method: 'GET', path: at(input) });
  return { data: view, text: () => detailText(view) };
}

async function timeline(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const { entries } = await api.call<{ entries: readonly TimelineEntry[] }>({ method: 'GET', path: `${at(input)}/timeline` });
  return { data: { entries }, text: () => formatTable(entries, timelineColumns, 'nothing happened') };
}

async function report(context: Context, input: Input): Promise<Outcome> {
  const path = `${at(input)}/report`;
  if (context.flags.dryRun) return planned({ method: 'POST', path });
  const output = input.text('output');
  if (output !== null)
    return toNewFile(context, { output, verb: 'report' }, async (api) => {
      const made = await api.call<IncidentReport>({ method: 'POST', path });
      return { content: made.markdown, data: made };
    });
  await using api = await context.api();
  const made = await api.call<IncidentReport>({ method: 'POST', path });
  return { data: made, text: forOutput(context.io.stdout, made.markdown) };
}
