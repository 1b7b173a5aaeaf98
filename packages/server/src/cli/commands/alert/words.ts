import type { AlertDetail, AlertSummary, AlertView, SuppressionView } from '@holdfast/contract';
import { formatPairs, formatTable, formatTime } from '../../terminal/table.ts';

type Entity = AlertView['entity'];

export const entityText = ({ kind, value }: Entity): string => `${kind} ${value}`;

export const alertColumns = [
  { title: 'ID', value: (row: AlertView) => row.id },
  { title: 'SEVERITY', value: (row: AlertView) => row.severity },
  { title: 'STATE', value: (row: AlertView) => row.verdict ?? row.state },
  { title: 'APP', value: (row: AlertView) => row.application ?? '-' },
  { title: 'WHAT', value: (row: AlertView) => row.title },
  { title: 'ABOUT', value: (row: AlertView) => entityText(row.entity) },
  { title: 'TIMES', value: (row: AlertView) => String(row.times) },
  { title: 'RISK', value: (row: AlertView) => String(Math.round(row.risk)) },
  { title: 'LAST', value: (row: AlertView) => formatTime(row.lastAt) },
];

/** Where a record stands, and how to prove it. */
const provedBy = (index: number | null, hash: string | null): string => {
  if (index !== null) return `holdfast audit prove ${index}`;
  return hash === null ? 'not known any more' : `hash ${hash.slice(0, 16)}… in the record of the alert`;
};

export function detailText(view: AlertDetail): string {
  const pairs = formatPairs([
    ['id', view.id],
    ['what', `${view.title} (${view.kind} ${view.detector})`],
    ['why', view.reason],
    ['severity', view.severity],
    ['state', view.verdict === null ? view.state : `${view.state}: ${view.verdict}`],
    ['about', view.entities.map(entityText).join(', ')],
    ['application', view.application ?? '-'],
    ['times', `${view.times}, from ${formatTime(view.firstAt)} to ${formatTime(view.lastAt)}`],
    ['events', String(view.events)],
    ['risk', String(view.risk)],
    ['techniques', view.attacks.join(' ') || '-'],
    ['works on it', view.assignee ?? 'nobody'],
    ['group', view.group === view.id ? `${view.group} (this one began it)` : view.group],
    ['record', view.index === null ? '-' : provedBy(view.index, null)],
  ]);
  return [pairs, answersText(view), evidenceText(view), stepsText(view), relatedText(view)]
    .filter((part) => part !== '')
    .join('\n');
}

function answersText({ answered }: AlertDetail): string {
  if (answered.length === 0) return '';
  return formatTable(answered, [
    { title: 'ANSWER', value: (row) => row.answer },
    { title: 'TO', value: (row) => entityText(row.entity) },
    { title: 'OUTCOME', value: (row) => row.outcome },
    { title: 'DETAIL', value: (row) => row.detail },
  ]);
}

function evidenceText({ evidence }: AlertDetail): string {
  const columns = [
    { title: 'TIME', value: (row: AlertDetail['evidence'][number]) => formatTime(row.time) },
    { title: 'EVENT', value: (row: AlertDetail['evidence'][number]) => row.summary },
    { title: 'OUTCOME', value: (row: AlertDetail['evidence'][number]) => row.outcome },
    { title: 'PROOF', value: (row: AlertDetail['evidence'][number]) => provedBy(row.index, row.hash) },
  ];
  return formatTable(evidence, columns, 'no event is named');
}

function stepsText({ steps }: AlertDetail): string {
  return formatTable(steps, [
    { title: 'TIME', value: (row) => formatTime(row.time) },
    { title: 'STEP', value: (row) => row.what },
    { title: 'BY', value: (row) => row.actor },
    { title: 'DETAIL', value: (row) => row.detail ?? '-' },
  ]);
}

function relatedText({ related }: AlertDetail): string {
  return related.length === 0 ? '' : `of the same group:\n${formatTable(related, alertColumns)}`;
}

export const suppressionColumns = [
  { title: 'ID', value: (row: SuppressionView) => row.id },
  { title: 'DETECTOR', value: (row: SuppressionView) => row.detector ?? 'any' },
  { title: 'ABOUT', value: (row: SuppressionView) => (row.entity === null ? 'anybody' : entityText(row.entity)) },
  { title: 'APP', value: (row: SuppressionView) => row.application ?? 'any' },
  { title: 'HELD BACK', value: (row: SuppressionView) => String(row.hits) },
  { title: 'UNTIL', value: (row: SuppressionView) => formatTime(row.expiresAt) },
  { title: 'BY', value: (row: SuppressionView) => row.createdBy },
  { title: 'REASON', value: (row: SuppressionView) => row.reason },
];

export function summaryText({ open, hours, risky }: AlertSummary): string {
  const counts = Object.entries(open).map(([severity, alerts]) => `${alerts} ${severity}`);
  const pairs = formatPairs([
    ['open', counts.join(', ')],
    ['last day', `${hours.reduce((sum, { alerts }) => sum + alerts, 0)} began`],
  ]);
  const table = formatTable(
    risky,
    [
      { title: 'MOST RISK', value: (row) => entityText(row.entity) },
      { title: 'RISK', value: (row) => String(Math.round(row.risk)) },
      { title: 'ALERTS', value: (row) => String(row.alerts) },
      { title: 'LAST', value: (row) => formatTime(row.lastAt) },
    ],
    'nobody has gathered any risk',
  );
  return `${pairs}\n${table}`;
}
