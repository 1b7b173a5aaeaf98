import type { ActionPlan, ActionView } from '@holdfast/contract';
import { formatPairs, formatTable, formatTime } from '../../terminal/table.ts';

/** What it is about, on one line: what people typed, in the order of the schema. */
function aboutText({ parameters }: Pick<ActionView, 'parameters'>): string {
  if (parameters === null || typeof parameters !== 'object' || Array.isArray(parameters)) return '-';
  const words = Object.entries(parameters).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return words.join(' ').slice(0, 200) || '-';
}

export const actionColumns = [
  { title: 'ID', value: (row: ActionView) => row.id },
  { title: 'STATE', value: (row: ActionView) => row.state },
  { title: 'ACTION', value: (row: ActionView) => row.action },
  { title: 'ABOUT', value: (row: ActionView) => aboutText(row) },
  { title: 'BY', value: (row: ActionView) => row.requestedBy },
  { title: 'ASKED', value: (row: ActionView) => formatTime(row.requestedAt) },
  { title: 'ENDS', value: (row: ActionView) => (row.expiresAt === null ? '-' : formatTime(row.expiresAt)) },
];

const percent = (share: number | null): string =>
  share === null ? 'nobody came' : `${Math.round(share * 100)} % of the clients`;

export function planText(plan: ActionPlan): string {
  const { clients, sessions, requests, share, unknown } = plan.impact;
  return formatPairs([
    ['would', plan.isEffective ? `${plan.summary} (it is like that already)` : plan.summary],
    ['refused', plan.refused ?? 'no'],
    ['last hour', `${clients} clients, ${sessions} sessions, ${requests} requests: ${percent(share)}`],
    ['not counted', unknown ?? '-'],
    ['to agree', plan.approvals === 0 ? 'nobody' : `${plan.approvals}: ${plan.why.join('; ')}`],
    ['undo', plan.undo ?? 'there is none'],
    ['ends', plan.expiresAt === null ? 'not by itself' : formatTime(plan.expiresAt)],
  ]);
}

const NEXT: Partial<Record<ActionView['state'], (view: ActionView) => string>> = {
  waiting: ({ id, plan, decideBy }) =>
    `somebody else has to agree (${plan.approvals}), until ${decideBy === null ? '-' : formatTime(decideBy)}\nnext: holdfast action approve ${id} --reason TEXT\n`,
  effective: ({ id, isUndoable }) => (isUndoable ? `undo: holdfast action undo ${id} --reason TEXT\n` : ''),
  done: ({ id, isUndoable }) => (isUndoable ? `undo: holdfast action undo ${id} --reason TEXT\n` : ''),
  undone: ({ id }) => `again: holdfast action redo ${id} --reason TEXT\n`,
};

/** After a change: what came of it, and what can be done now. */
export function stateText(view: ActionView): string {
  const next = NEXT[view.state]?.(view) ?? '';
  return `${view.state}: ${view.outcome ?? view.plan.summary}\n${next}`;
}

export function detailText(view: ActionView): string {
  const pairs = formatPairs([
    ['id', view.id],
    ['action', view.action],
    ['about', aboutText(view)],
    ['state', view.state],
    ['outcome', view.outcome ?? '-'],
    ['reason', view.reason],
    ['asked by', `${view.requestedBy}, ${formatTime(view.requestedAt)}`],
    ['agreed', view.approvedBy.join(', ') || 'nobody'],
    ['incident', view.incident ?? '-'],
    ['playbook run', view.run ?? '-'],
    ['ends', view.expiresAt === null ? '-' : formatTime(view.expiresAt)],
  ]);
  const steps = formatTable(view.steps, [
    { title: 'TIME', value: (row) => formatTime(row.time) },
    { title: 'STEP', value: (row) => row.what },
    { title: 'BY', value: (row) => row.actor },
    { title: 'DETAIL', value: (row) => row.detail ?? '' },
  ]);
  return [pairs, planText(view.plan), steps, NEXT[view.state]?.(view) ?? ''].filter((part) => part !== '').join('\n');
}
