import type { ActionView, AlertView, IncidentDetail, TimelineEntry } from '@holdfast/contract';
import { escaped, table, timeText } from './markdown.ts';

export interface Reported {
  readonly incident: IncidentDetail;
  readonly timeline: readonly TimelineEntry[];
  readonly alerts: readonly AlertView[];
  readonly actions: readonly ActionView[];
  readonly madeAt: number;
  readonly ledgerSize: number;
}

const LINES_MAX = 1000;
const CELL_CHARS_MAX = 200;

const cell = (text: string | null): string => (text === null || text === '' ? '' : escaped(text.slice(0, CELL_CHARS_MAX)));
const place = (index: number | null): string => (index === null ? '' : String(index));

/** What happened, in the order in which somebody asks: what, when, what was done, what stays, how to prove it. */
export function writeReport(reported: Reported): string {
  const { incident } = reported;
  const parts = [
    `# Incident ${incident.number}: ${escaped(incident.title)}\n`,
    ...(incident.isDrill ? ['**This was a drill.**\n'] : []),
    `## What happened\n\n${escaped(incident.summary) || 'Nobody has written it down.'}\n`,
    factsText(reported),
    `## Whom and what it is about\n\n${entitiesText(incident)}`,
    `## Timeline\n\n${timelineText(reported.timeline)}`,
    `## Alerts\n\n${alertsText(reported.alerts)}`,
    `## Actions\n\n${actionsText(reported.actions)}`,
    `## Legal clocks\n\n${clocksText(incident)}`,
    `## Files\n\n${filesText(incident)}`,
    `## Lessons and tasks\n\n${tasksText(incident)}`,
    proofText(reported),
  ];
  return parts.join('\n');
}

function factsText({ incident, madeAt }: Reported): string {
  return table(
    ['', ''],
    [
      ['severity', incident.severity],
      ['phase', incident.phase],
      ['verdict', incident.verdict ?? 'none yet'],
      ['application', cell(incident.application ?? 'none')],
      ['owner', cell(incident.owner ?? 'nobody')],
      ['opened', `${timeText(incident.openedAt)} by ${cell(incident.openedBy)} (${incident.cause})`],
      ['personal data known', incident.awareAt === null ? 'nobody said so' : timeText(incident.awareAt)],
      ['closed', incident.closedAt === null ? 'no' : timeText(incident.closedAt)],
      ['report made', timeText(madeAt)],
    ],
    '',
  );
}

const entitiesText = ({ entities }: IncidentDetail): string =>
  table(
    ['kind', 'value'],
    entities.map(({ kind, value }) => [kind, cell(value)]),
    'Nobody in particular.',
  );

function timelineText(timeline: readonly TimelineEntry[]): string {
  const shown = timeline.slice(-LINES_MAX);
  const rows = shown.map(({ time, lane, title, detail, actor, index }) => [
    timeText(time),
    lane,
    cell(title),
    cell(detail),
    cell(actor),
    place(index),
  ]);
  const note = timeline.length > shown.length ? `The newest ${shown.length} of ${timeline.length} entries.\n\n` : '';
  return note + table(['time', 'what', 'title', 'detail', 'by', 'ledger'], rows, 'Nothing.');
}

function alertsText(alerts: readonly AlertView[]): string {
  const rows = alerts.map(({ id, title, severity, times, firstAt, state, verdict }) => [
    id,
    cell(title),
    severity,
    String(times),
    timeText(firstAt),
    verdict ?? state,
  ]);
  return table(['alert', 'title', 'severity', 'times', 'first', 'state'], rows, 'None.');
}

/** `effective` holds on; what can be undone says so. */
function actionsText(actions: readonly ActionView[]): string {
  const rows = actions.map(({ id, action, state, requestedBy, requestedAt, approvedBy, outcome, isUndoable }) => [
    id,
    action,
    state,
    isUndoable ? 'can be undone' : '',
    timeText(requestedAt),
    cell(requestedBy),
    cell(approvedBy.join(', ')),
    cell(outcome),
  ]);
  return table(['action', 'kind', 'state', 'undo', 'asked', 'by', 'approved by', 'outcome'], rows, 'None were asked for.');
}

const clocksText = ({ clocks }: IncidentDetail): string =>
  table(
    ['clock', 'source', 'from', 'due', 'state', 'reason'],
    clocks.map(({ title, source, startedAt, dueAt, state, reason }) => [
      cell(title),
      cell(source),
      timeText(startedAt),
      dueAt === null ? 'without undue delay' : timeText(dueAt),
      state,
      cell(reason),
    ]),
    'None run.',
  );

const filesText = ({ files }: IncidentDetail): string =>
  table(
    ['file', 'bytes', 'SHA-256', 'added', 'by'],
    files.map(({ name, bytes, sha256, addedAt, addedBy }) => [
      cell(name),
      String(bytes),
      sha256,
      timeText(addedAt),
      cell(addedBy),
    ]),
    'None.',
  );

function tasksText({ tasks }: IncidentDetail): string {
  if (tasks.length === 0) return 'Nothing was learned yet.\n';
  return tasks
    .map(({ title, kind, owner, dueAt, doneAt, doneBy }) => {
      const about = [
        kind,
        ...(owner === null ? [] : [`owner ${escaped(owner)}`]),
        ...(dueAt === null ? [] : [`due ${timeText(dueAt)}`]),
        ...(doneAt === null ? [] : [`done ${timeText(doneAt)} by ${escaped(doneBy ?? '')}`]),
      ];
      return `- [${doneAt === null ? ' ' : 'x'}] ${escaped(title)} (${about.join(', ')})\n`;
    })
    .join('');
}

function proofText({ timeline, ledgerSize }: Reported): string {
  const places = timeline.flatMap(({ index }) => (index === null ? [] : [index]));
  const [first] = places;
  const example = first === undefined ? '' : `\n\n    holdfast audit prove ${first}\n    holdfast audit verify`;
  return `## How to verify

Numbers under "ledger" are places of records. Each can be proved against the signed head of the ledger, which held ${ledgerSize}
records when this report was made. The SHA-256 of this report stands in the record that it was made.${example}
`;
}
