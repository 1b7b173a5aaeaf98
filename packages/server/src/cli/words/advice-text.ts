import type { AdviceProposal, AdviceView, UnusedGrant, UnusedPolicy } from '@holdfast/contract';
import { formatTable, formatTime, printable } from '../terminal/table.ts';

const FINDINGS = {
  'never-applies': 'can never apply',
  'never-decided': 'never decided',
  'actions-unused': 'not for all its actions',
} as const;

function outcomeOf(item: AdviceProposal): string {
  if (item.kind === 'token') return item.to.join(' ') || 'no permission';
  if (item.kind === 'role') return `${item.from} -> ${item.to ?? 'no role'}`;
  return item.to === null ? 'removed' : 'narrowed';
}

/** One line for what a proposal changes. */
export const itemText = (item: AdviceProposal): string =>
  `${item.id}  ${printable(item.name)}: ${outcomeOf(item)}${item.young ? '  (young)' : ''}`;

const lines = (sign: string, text: string): string =>
  text
    .trim()
    .split('\n')
    .map((line) => `    ${sign} ${printable(line)}\n`)
    .join('');

/** The change itself: what goes with `-`, what comes with `+`. */
function diffOf(item: AdviceProposal): string {
  if (item.kind === 'token') return lines('-', item.from.filter((scope) => !item.to.includes(scope)).join('\n'));
  if (item.kind === 'role') return lines('-', item.from) + (item.to === null ? '' : lines('+', item.to));
  return lines('-', item.from) + (item.to === null ? '' : lines('+', item.to));
}

export function policiesTable(policies: readonly UnusedPolicy[]): string {
  const columns = [
    { title: 'SET', value: (row: UnusedPolicy) => row.set },
    { title: 'POLICY', value: (row: UnusedPolicy) => row.policy },
    { title: 'FINDING', value: (row: UnusedPolicy) => FINDINGS[row.finding] + (row.young ? ', young' : '') },
    { title: 'UNUSED', value: (row: UnusedPolicy) => row.unused.join(' ') },
  ];
  return formatTable(policies, columns, 'every policy has decided something');
}

export function adviceText(view: AdviceView): string {
  const { days, since, incomplete, grants, policies, proposals, replay } = view;
  const columns = [
    { title: 'WHO', value: (row: UnusedGrant) => row.name },
    { title: 'UNUSED', value: (row: UnusedGrant) => `${row.unused.length} of ${row.granted}` },
    { title: '', value: (row: UnusedGrant) => (row.young ? 'young' : '') },
    { title: 'RIGHTS', value: (row: UnusedGrant) => row.unused.join(' ') },
  ];
  const head = `window ${days} days, counted since ${formatTime(since)}\n`;
  const gap = incomplete ? 'some uses in the window were not counted: nothing is proposed\n' : '';
  const body = `${formatTable(grants, columns, 'every right was used')}\n${policiesTable(policies)}`;
  if (proposals.length === 0) return `${head}${gap}\n${body}\nnothing to take away\n`;
  const proposed = proposals.map((item) => `  ${itemText(item)}\n${diffOf(item)}`).join('');
  const replayed = `${replay.decisions} decisions replayed, ${replay.allowed} of them allowed: ${replay.changed} would change\n`;
  return `${head}\n${body}\nproposed:\n${proposed}${replayed}next: holdfast advise --apply\n`;
}
