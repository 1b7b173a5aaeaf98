import type { IncidentDetail, IncidentFile, IncidentTask, IncidentView, TimelineEntry } from '@holdfast/contract';
import { formatPairs, formatTable, formatTime } from '../../terminal/table.ts';

export const incidentColumns = [
  { title: 'NO', value: (row: IncidentView) => String(row.number) },
  { title: 'SEVERITY', value: (row: IncidentView) => row.severity },
  { title: 'PHASE', value: (row: IncidentView) => row.verdict ?? row.phase },
  { title: 'APP', value: (row: IncidentView) => row.application ?? '-' },
  { title: 'WHAT', value: (row: IncidentView) => (row.isDrill ? `drill: ${row.title}` : row.title) },
  { title: 'OWNER', value: (row: IncidentView) => row.owner ?? '-' },
  { title: 'ALERTS', value: (row: IncidentView) => String(row.alerts) },
  { title: 'IN FORCE', value: (row: IncidentView) => String(row.effective) },
  { title: 'WAITING', value: (row: IncidentView) => String(row.waiting) },
  { title: 'TASKS', value: (row: IncidentView) => String(row.openTasks) },
  { title: 'OPENED', value: (row: IncidentView) => formatTime(row.openedAt) },
];

export const taskColumns = [
  { title: 'TASK', value: (row: IncidentTask) => row.id },
  { title: 'KIND', value: (row: IncidentTask) => row.kind },
  { title: 'WHAT', value: (row: IncidentTask) => row.title },
  { title: 'OWNER', value: (row: IncidentTask) => row.owner ?? '-' },
  { title: 'DUE', value: (row: IncidentTask) => formatTime(row.dueAt) },
  {
    title: 'DONE',
    value: (row: IncidentTask) => (row.doneAt === null ? 'no' : `${formatTime(row.doneAt)} by ${row.doneBy ?? '-'}`),
  },
];

const fileColumns = [
  { title: 'FILE', value: (row: IncidentFile) => row.id },
  { title: 'NAME', value: (row: IncidentFile) => row.name },
  { title: 'BYTES', value: (row: IncidentFile) => String(row.bytes) },
  { title: 'SHA-256', value: (row: IncidentFile) => row.sha256 },
  { title: 'BY', value: (row: IncidentFile) => row.addedBy },
];

export const timelineColumns = [
  { title: 'TIME', value: (row: TimelineEntry) => formatTime(row.time) },
  { title: 'LANE', value: (row: TimelineEntry) => row.lane },
  { title: 'WHAT', value: (row: TimelineEntry) => row.title },
  { title: 'DETAIL', value: (row: TimelineEntry) => row.detail ?? '-' },
  { title: 'BY', value: (row: TimelineEntry) => row.actor ?? '-' },
  { title: 'LEDGER', value: (row: TimelineEntry) => (row.index === null ? '-' : String(row.index)) },
];

export function detailText(view: IncidentDetail): string {
  const pairs = formatPairs([
    ['number', String(view.number)],
    ['id', view.id],
    ['what', view.title],
    ['phase', view.phase],
    ['severity', view.severity],
    ['verdict', view.verdict ?? 'none yet'],
    ['owner', view.owner ?? 'nobody'],
    ['application', view.application ?? '-'],
    ['opened', `${formatTime(view.openedAt)} by ${view.openedBy} (${view.cause})`],
    ['closed', formatTime(view.closedAt)],
    ['personal data', view.awareAt === null ? 'nobody said so' : `known since ${formatTime(view.awareAt)}`],
    ['alerts', String(view.alerts)],
    ['actions', `${view.effective} in force, ${view.waiting} waiting`],
    ['about', view.entities.map(({ kind, value }) => `${kind} ${value}`).join(', ') || '-'],
    ['next phase', view.missing.length === 0 ? 'nothing is missing' : view.missing.join('; ')],
    ['summary', view.summary.replaceAll('\n', ' ') || '-'],
  ]);
  return [
    pairs,
    formatTable(view.tasks, taskColumns, 'no tasks'),
    formatTable(view.files, fileColumns, 'no files'),
    `next: holdfast incident timeline ${view.number}\n`,
  ].join('\n');
}
