import type { RunDetail, RunStep, RunView } from '@holdfast/contract';
import { formatPairs, formatTable, formatTime } from '../../terminal/table.ts';

export const runColumns = [
  { title: 'ID', value: (row: RunView) => row.id },
  { title: 'STATE', value: (row: RunView) => (row.isSimulation ? `${row.state} (simulation)` : row.state) },
  { title: 'PLAYBOOK', value: (row: RunView) => row.name },
  { title: 'INCIDENT', value: (row: RunView) => row.incident ?? '-' },
  { title: 'STARTED', value: (row: RunView) => formatTime(row.startedAt) },
  { title: 'BY', value: (row: RunView) => row.startedBy },
  { title: 'WAITING', value: (row: RunView) => String(row.waiting) },
];

const stepColumns = [
  { title: 'STEP', value: (row: RunStep) => row.id },
  { title: 'WHAT', value: (row: RunStep) => row.step },
  { title: 'STATE', value: (row: RunStep) => row.state },
  { title: 'DETAIL', value: (row: RunStep) => row.question?.text ?? row.detail ?? '' },
];

export function runText(view: RunDetail): string {
  const pairs = formatPairs([
    ['id', view.id],
    ['playbook', view.name],
    ['state', view.isSimulation ? `${view.state}: a simulation, nothing was done` : view.state],
    ['incident', view.incident ?? '-'],
    ['outcome', view.outcome ?? '-'],
  ]);
  // Where it begins and where a branch ends says nothing to whoever reads it.
  const steps = view.steps.filter(({ step }) => !/^(?:start|end)--/u.test(step));
  return [pairs, formatTable(steps, stepColumns, 'no step was entered'), waitingText(view)]
    .filter((part) => part !== '')
    .join('\n');
}

function waitingText({ id, incident, steps }: RunDetail): string {
  const asking = steps.filter(({ question }) => question !== null);
  const lines = asking.map(({ id: step, question }) => {
    const set = (question?.variables ?? []).map(({ name }) => ` --set ${name}=VALUE`).join('');
    return `next: holdfast playbook answer ${id} ${step}${set} --reason TEXT\n`;
  });
  const isApproval = incident !== null && steps.some(({ state, question }) => state === 'waiting' && question === null);
  return [...lines, ...(isApproval ? [`next: holdfast incident approve ${incident} --reason TEXT\n`] : [])].join('');
}
