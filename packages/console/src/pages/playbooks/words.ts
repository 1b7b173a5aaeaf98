import type { FlowStep, PlaybookView, RunState, RunStep, Trigger } from '@holdfast/contract';
import { SEVERITY_WORDS } from '../../api/event-words.ts';
import { formatCountOf } from '../../state/format.ts';
import type { Tone } from '../../ui/Badge.tsx';
import type { StepMark } from '../../ui/flow/FlowBox.tsx';

export const TYPE_WORDS: Readonly<Record<FlowStep['type'], string>> = {
  start: 'Start',
  end: 'End',
  action: 'Action',
  'playbook-action': 'Another playbook',
  parallel: 'Side by side',
  'if-condition': 'If',
  'while-condition': 'As long as',
  'switch-condition': 'One of several',
};

export const SIGNATURE_WORDS: Readonly<Record<PlaybookView['signature'], string>> = {
  none: 'Not signed',
  valid: 'Signed by a known key',
  unknown: 'Signed by an unknown key',
};
export const SIGNATURE_TONES: Readonly<Record<PlaybookView['signature'], Tone>> = {
  none: 'plain',
  valid: 'ok',
  unknown: 'watch',
};

export const RUN_WORDS: Readonly<Record<RunState, string>> = {
  running: 'Runs',
  waiting: 'Waits for somebody',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Stopped',
};
export const RUN_TONES: Readonly<Record<RunState, Tone>> = {
  running: 'note',
  waiting: 'watch',
  completed: 'ok',
  failed: 'stop',
  cancelled: 'plain',
};

type StepState = RunStep['state'];
export const STEP_STATE_WORDS: Readonly<Record<StepState, string>> = {
  pending: 'To come',
  delayed: 'Waits for its time',
  running: 'Runs',
  waiting: 'Waits for somebody',
  succeeded: 'Done',
  failed: 'Failed',
  skipped: 'Left out',
  undone: 'Undone',
};
export const STEP_MARKS: Readonly<Record<StepState, StepMark>> = {
  pending: { tone: 'plain', sign: '·' },
  delayed: { tone: 'note', sign: '…' },
  running: { tone: 'note', sign: '▸' },
  waiting: { tone: 'watch', sign: '?' },
  succeeded: { tone: 'ok', sign: '✓' },
  failed: { tone: 'stop', sign: '✕' },
  skipped: { tone: 'plain', sign: '–' },
  undone: { tone: 'plain', sign: '↺' },
};

const NAMED_MAX = 3;
/** Behaviours have short names; rules have ids that say nothing, and are counted. */
const NAME_CHARS_MAX = 20;
const sayDetectors = (detectors: readonly string[]): string =>
  detectors.length > NAMED_MAX || detectors.some(({ length }) => length > NAME_CHARS_MAX)
    ? `${detectors.length === 1 ? '' : 'one of '}${formatCountOf(detectors.length, 'detector')}`
    : detectors.join(' or ');
const saySeverity = (severity: keyof typeof SEVERITY_WORDS): string =>
  `${SEVERITY_WORDS[severity].toLowerCase()}${severity === 'critical' ? '' : ' or above'}`;

export function sayTrigger(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'incident': {
      const { severity, detectors, application } = trigger;
      const found = detectors.length === 0 ? '' : `, found by ${sayDetectors(detectors)}`;
      return `An incident${application === null ? '' : ` of ${application}`}: ${saySeverity(severity)}${found}`;
    }
    case 'alert':
      return `An alert: ${saySeverity(trigger.severity)}, found by ${sayDetectors(trigger.detectors)}`;
    case 'schedule':
      return `The time: ${trigger.cron} (UTC)`;
  }
}

export function sayApproval(approval: FlowStep['approval']): string | null {
  if (approval === null || approval === 0) return null;
  if (approval === 'manual') return 'Somebody does it';
  return approval === 1 ? 'One person agrees first' : `${approval} people agree first`;
}

const MS_PER_SECOND = 1000;
const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** `90 seconds` and `2 hours`: in the largest unit that divides it. */
export function sayTime(ms: number): string {
  const seconds = ms / MS_PER_SECOND;
  const [unit, size] = UNITS.find(([, each]) => seconds >= each && seconds % each === 0) ?? ['second', 1];
  const count = seconds / size;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** A step without a name is called by what it is. */
export const sayStep = ({ name, type }: Pick<FlowStep, 'name' | 'type'>): string => (name === '' ? TYPE_WORDS[type] : name);

/** Of a flow that is not there yet, or not any more, the ids. */
export const namesOf = (flow: readonly FlowStep[]): ReadonlyMap<string, string> =>
  new Map(flow.map((step) => [step.id, sayStep(step)]));
