import type { IsolatedView, ReleaseCheck } from '@holdfast/contract';
import { formatTable, formatTime } from '../../terminal/table.ts';

export function placeText({
  application,
  kind,
  method,
  route,
}: Pick<IsolatedView, 'application' | 'kind' | 'method' | 'route'>): string {
  if (kind === 'application') return application;
  return kind === 'read-only' ? `${application} (read only)` : `${application} ${method} ${route}`;
}

const columns = [
  { title: 'ID', value: (row: IsolatedView) => row.id },
  { title: 'CUT OFF', value: placeText },
  { title: 'SINCE', value: (row: IsolatedView) => formatTime(row.since) },
  { title: 'UNTIL', value: (row: IsolatedView) => (row.expiresAt === null ? 'released' : formatTime(row.expiresAt)) },
  { title: 'REFUSED', value: (row: IsolatedView) => `${row.refused} (${row.refusedLastMinute}/min)` },
  { title: 'BY', value: (row: IsolatedView) => row.by },
  { title: 'REASON', value: (row: IsolatedView) => row.reason },
];

export const isolationTable = (rows: readonly IsolatedView[]): string => formatTable(rows, columns, 'nothing is cut off');

export const checkText = (checks: readonly ReleaseCheck[]): string =>
  checks.map(({ name, state, detail }) => `  ${name}: ${state} (${detail})\n`).join('');
