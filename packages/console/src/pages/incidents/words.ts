import type { ActionName, ActionState, ClockView, IncidentView, Phase, RunState, TimelineEntry } from '@holdfast/contract';
import type { Tone } from '../../ui/Badge.tsx';

export const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  detect: 'Detect',
  triage: 'Triage',
  contain: 'Contain',
  eradicate: 'Eradicate',
  recover: 'Recover',
  closed: 'Closed',
};
export const PHASE_TONES: Readonly<Record<Phase, Tone>> = {
  detect: 'stop',
  triage: 'stop',
  contain: 'watch',
  eradicate: 'watch',
  recover: 'note',
  closed: 'plain',
};
/** In the order in which they are gone through. */
export const PHASE_ORDER: readonly Phase[] = ['detect', 'triage', 'contain', 'eradicate', 'recover', 'closed'];

export const CAUSE_WORDS: Readonly<Record<IncidentView['cause'], string>> = {
  risk: 'Risk of 100',
  behaviour: 'A behaviour that opens one by itself',
  critical: 'A critical alert',
  recovery: 'A backup did not restore on trial',
  hand: 'Somebody opened it',
  drill: 'A drill',
  exercise: 'A drill that goes through by itself',
};

export const VERDICT_WORDS: Readonly<Record<NonNullable<IncidentView['verdict']>, string>> = {
  'true-positive': 'An attack',
  benign: 'True, and meant to be',
  'false-positive': 'A false alarm',
  duplicate: 'Known already',
};

export const ACTION_WORDS: Readonly<Record<ActionName, string>> = {
  'ban-source': 'Ban a source',
  'revoke-sessions': 'End sessions',
  'lock-account': 'Lock an account',
  'require-step-up': 'Ask for a second proof',
  'revoke-api-key': 'Revoke a token',
  'rotate-secret': 'Rotate a secret',
  'quarantine-route': 'Cut off a route',
  'quarantine-application': 'Cut off an application',
  'read-only': 'Only reading',
  'virtual-patch': 'Virtual patch',
  'restore-backup': 'Restore a backup',
  notify: 'Tell somebody',
  'preserve-evidence': 'Preserve evidence',
};

export const ACTION_STATE_WORDS: Readonly<Record<ActionState, string>> = {
  waiting: 'Waits for approval',
  running: 'Being done',
  effective: 'In force',
  done: 'Done',
  undone: 'Undone',
  over: 'Its time is over',
  expired: 'Nobody agreed in time',
  refused: 'Refused',
  failed: 'Failed',
};
export const ACTION_STATE_TONES: Readonly<Record<ActionState, Tone>> = {
  waiting: 'watch',
  running: 'note',
  effective: 'stop',
  done: 'ok',
  undone: 'plain',
  over: 'plain',
  expired: 'plain',
  refused: 'plain',
  failed: 'stop',
};

export const RUN_STATE_WORDS: Readonly<Record<RunState, string>> = {
  running: 'Runs',
  waiting: 'Waits for somebody',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Stopped',
};
export const RUN_STATE_TONES: Readonly<Record<RunState, Tone>> = {
  running: 'note',
  waiting: 'watch',
  completed: 'ok',
  failed: 'stop',
  cancelled: 'plain',
};

export const CLOCK_WORDS: Readonly<Record<ClockView['state'], string>> = {
  running: 'Runs',
  met: 'Filed',
  missed: 'Missed',
  'not-needed': 'Not needed',
};
export const CLOCK_TONES: Readonly<Record<ClockView['state'], Tone>> = {
  running: 'watch',
  met: 'ok',
  missed: 'stop',
  'not-needed': 'plain',
};

export const LANE_WORDS: Readonly<Record<TimelineEntry['lane'], string>> = {
  phase: 'Phases',
  event: 'Events',
  alert: 'Alerts',
  playbook: 'Playbooks',
  action: 'Actions',
  approval: 'Approvals',
  note: 'Notes',
  file: 'Files',
  task: 'Tasks',
  clock: 'Clocks',
};
/** From top to bottom. */
export const LANE_ORDER: readonly TimelineEntry['lane'][] = [
  'phase',
  'event',
  'alert',
  'playbook',
  'action',
  'approval',
  'note',
  'file',
  'task',
  'clock',
];

export const choicesOf = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }));
