import type { ClockRule, ClockView } from '@holdfast/contract';
import { UsageFault } from '../../fault.ts';
import { formatTable, formatTime } from '../../terminal/table.ts';
import { parseDuration } from '../../words/duration.ts';

const HOUR_MS = 3_600_000;

/** `2026-01-31T12:00:00Z`, or how long ago: `36h`. A time without its zone would be guessed wrongly one day. */
export function parseTime(text: string, flag: string, now: number): number {
  if (/^\d{1,9}[smhd]$/u.test(text)) return now - parseDuration(text, flag) * 1000;
  const time = /(?:Z|[+-]\d{2}:\d{2})$/u.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new UsageFault(`${flag} wants a time such as 2026-01-31T12:00:00Z, or how long ago: 36h.`);
  return time;
}

export const isOverdue = ({ state, dueAt }: ClockView, now: number): boolean =>
  state === 'running' && dueAt !== null && dueAt < now;

function leftText(view: ClockView, now: number): string {
  if (view.state !== 'running') return '-';
  if (view.dueAt === null) return 'without undue delay';
  const hours = Math.floor(Math.abs(view.dueAt - now) / HOUR_MS);
  const minutes = Math.floor((Math.abs(view.dueAt - now) % HOUR_MS) / 60_000);
  const span = `${hours} h ${minutes} min`;
  return isOverdue(view, now) ? `OVERDUE by ${span}` : span;
}

export function clocksText(clocks: readonly ClockView[], now: number): string {
  const columns = [
    { title: 'INCIDENT', value: (row: ClockView) => row.incident },
    { title: 'RULE', value: (row: ClockView) => `${row.rule}${row.isDrill ? ' (drill)' : ''}` },
    { title: 'STATE', value: (row: ClockView) => row.state },
    { title: 'DUE', value: (row: ClockView) => formatTime(row.dueAt) },
    { title: 'LEFT', value: (row: ClockView) => leftText(row, now) },
    { title: 'WARNED', value: (row: ClockView) => row.warned.map((share) => `${share} %`).join(' ') || '-' },
  ];
  return formatTable(clocks, columns, 'no clock runs');
}

export function spanOf({ hours, months, after }: ClockRule): string {
  const spans = [...(months === null ? [] : [`${months} calendar months`]), ...(hours === null ? [] : [`${hours} h`])];
  const span = spans.length === 0 ? 'without undue delay' : spans.join(' and ');
  return after === null ? span : `${span} after ${after}`;
}

export const rulesText = (rules: readonly ClockRule[]): string =>
  formatTable(rules, [
    { title: 'RULE', value: (row) => row.id },
    { title: 'ON', value: (row) => (row.isOn ? 'on' : 'off') },
    { title: 'TIME', value: spanOf },
    { title: 'TO', value: (row) => row.to },
    { title: 'TITLE', value: (row) => row.title },
    { title: 'SOURCE', value: (row) => row.source },
  ]);
