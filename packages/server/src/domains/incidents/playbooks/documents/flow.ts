import type { FlowStep, PlaybookVariable } from '@holdfast/contract';
import { edgesOf } from './edges.ts';
import { actionOf, isOwn } from './own-agent.ts';
import type { Command, Drawn, Playbook, Step } from './playbook.ts';

const DETAIL_CHARS_MAX = 500;

/** A playbook as it is drawn: each step with one line of what it does, who has to agree, and its arrows. */
export function flowOf(playbook: Playbook): Drawn {
  return [...playbook.steps.values()].map((step) => drawn(playbook, step));
}

function drawn(playbook: Playbook, step: Step): FlowStep {
  const next = edgesOf(step).map(({ to, label }) => ({ to, label }));
  return {
    id: step.id,
    type: step.type,
    name: step.name,
    detail: detailOf(step)?.slice(0, DETAIL_CHARS_MAX) ?? null,
    delayMs: step.delayMs,
    timeoutMs: step.timeoutMs,
    next,
    approval: approvalOf(playbook, step),
  };
}

function detailOf(step: Step): string | null {
  switch (step.type) {
    case 'action':
      return step.commands.map((command) => lineOf(command)).join('; ');
    case 'playbook-action':
      return step.playbook;
    case 'if-condition':
    case 'while-condition':
      return step.condition;
    case 'switch-condition':
      return step.expression;
    case 'parallel':
    case 'start':
    case 'end':
      break;
  }
  return null;
}

function lineOf(command: Command): string {
  switch (command.type) {
    case 'http-api':
      return actionOf(command)?.name ?? `${command.method} ${command.path}`;
    case 'manual':
      return command.text;
    case 'sigma':
      return 'sigma';
    case 'openc2-http':
      return `openc2 ${command.path}`;
    case 'foreign':
      break;
  }
  return `${command.name} (not run here)`;
}

/** How many people an action takes when nothing out of the ordinary is found when it is asked for. */
const APPROVALS = new Map<string, number>([
  ['revoke-api-key', 1],
  ['rotate-secret', 1],
  ['quarantine-route', 1],
  ['quarantine-application', 1],
  ['read-only', 1],
  ['restore-backup', 2],
]);
const BAN_SECONDS_FREE = 3600;

function approvalOf(playbook: Playbook, step: Step): FlowStep['approval'] {
  if (step.type !== 'action') return null;
  if (step.commands.some(({ type }) => type === 'manual')) return 'manual';
  if (!isOwn(playbook.agents.get(step.agent))) return null;
  const asked = step.commands.flatMap((command) => actionOf(command) ?? []);
  if (asked.length === 0) return null;
  return Math.max(...asked.map(({ name, parameters }) => approvalsOf(name, parameters)));
}

function approvalsOf(name: string, parameters: Readonly<Record<string, unknown>>): number {
  if (name === 'revoke-sessions') return parameters['scope'] === 'all' ? 2 : 0;
  const forSeconds = parameters['forSeconds'];
  if (name === 'ban-source')
    return forSeconds === null || (typeof forSeconds === 'number' && forSeconds > BAN_SECONDS_FREE) ? 1 : 0;
  return APPROVALS.get(name) ?? 0;
}

/** A variable as it is shown; one that others wrote may hold more than is shown. */
export const shownVariable = ({
  name,
  type,
  description,
  isExternal,
  isConstant,
  value,
}: Playbook['variables'][number]): PlaybookVariable => ({
  name: name.slice(0, 200),
  type: type.slice(0, 32),
  description,
  isExternal,
  isConstant,
  value: value === null ? null : value.slice(0, 4000),
});
