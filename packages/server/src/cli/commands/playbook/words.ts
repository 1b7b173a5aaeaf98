import type { FlowStep, PlaybookDetail, PlaybookView, Trigger } from '@holdfast/contract';
import { formatPairs, printable, type Column } from '../../terminal/table.ts';

export const playbookColumns: readonly Column<PlaybookView>[] = [
  { title: 'PLAYBOOK', value: ({ id }) => id },
  { title: 'NAME', value: ({ name }) => name },
  { title: 'STATE', value: ({ isOn }) => (isOn ? 'on' : 'off') },
  { title: 'FROM', value: ({ isShipped }) => (isShipped ? 'release' : 'brought in') },
  { title: 'STEPS', value: ({ steps }) => String(steps) },
  { title: 'STARTED BY', value: ({ triggers }) => triggers.map(triggerText).join(', ') || 'hand' },
];

function triggerText(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'incident':
      return `incidents from ${trigger.severity}${trigger.detectors.length === 0 ? '' : ` (${trigger.detectors.length} detectors)`}`;
    case 'alert':
      return `alerts from ${trigger.severity} (${trigger.detectors.length} detectors)`;
    case 'schedule':
      break;
  }
  return trigger.cron;
}

export function detailText(view: PlaybookDetail): string {
  const pairs = formatPairs([
    ['name', view.name],
    ['id', view.id],
    ['about', view.description],
    ['state', view.isOn ? 'on' : 'off'],
    ['started by', view.triggers.map(triggerText).join(', ') || 'hand'],
    ['signature', view.signature],
    ['digest', view.digest],
  ]);
  const names = new Map(view.flow.map((step) => [step.id, titleOf(step)]));
  const steps = view.flow.map((step) => stepText(step, names)).join('');
  const faults = view.faults.map(({ pointer, detail, level }) => `${level}: ${pointer}: ${printable(detail)}\n`).join('');
  return `${pairs}\n${steps}${faults === '' ? '' : `\n${faults}`}`;
}

const titleOf = ({ name, type, id }: FlowStep): string => printable(name === '' ? `${type} ${id.slice(-4)}` : name);

function stepText(step: FlowStep, names: ReadonlyMap<string, string>): string {
  const people = step.approval === 'manual' ? ' [somebody does it]' : step.approval ? ` [${step.approval} to approve]` : '';
  const detail = step.detail === null ? '' : `: ${printable(step.detail)}`;
  const next = step.next.map(({ to, label }) => `    ${printable(label)} -> ${names.get(to) ?? to}\n`).join('');
  return `${titleOf(step)} (${step.type})${detail}${people}\n${next}`;
}
