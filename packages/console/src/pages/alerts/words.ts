import type { AlertDetail, AlertState, AlertView } from '@holdfast/contract';
import type { Tone } from '../../ui/Badge.tsx';

export const STATE_WORDS: Readonly<Record<AlertState, string>> = {
  new: 'New',
  acknowledged: 'Being looked at',
  suppressed: 'Not told',
  closed: 'Closed',
};
export const STATE_TONES: Readonly<Record<AlertState, Tone>> = {
  new: 'stop',
  acknowledged: 'watch',
  suppressed: 'plain',
  closed: 'plain',
};

export const KIND_WORDS: Readonly<Record<AlertView['kind'], string>> = {
  rule: 'Rule',
  behaviour: 'Behaviour',
  intel: 'Listed',
  health: 'The watch itself',
};

export const VERDICT_WORDS: Readonly<Record<NonNullable<AlertView['verdict']>, string>> = {
  'true-positive': 'An attack',
  benign: 'True, and meant to be',
  'false-positive': 'A false alarm',
  duplicate: 'Known already',
};

type Entity = AlertView['entity'];
export const ENTITY_WORDS: Readonly<Record<Entity['kind'], string>> = {
  address: 'Address',
  network: 'Network',
  asn: 'Operator of the network',
  user: 'Account',
  session: 'Session',
  key: 'Token',
  route: 'Route',
  application: 'Application',
  indicator: 'Listed entry',
};
export const sayEntity = ({ kind, value }: Entity): string => `${ENTITY_WORDS[kind].toLowerCase()} ${value}`;

type Answered = AlertView['answered'][number];
export const ANSWER_WORDS: Readonly<Record<Answered['answer'], string>> = {
  none: 'Nothing',
  ban: 'Ban for an hour',
  'end-session': 'End the session',
  'step-up': 'Ask for a second proof',
};
export const ANSWERED_WORDS: Readonly<Record<Answered['outcome'], string>> = {
  done: 'done',
  would: 'would be done in enforce mode',
  refused: 'not done',
};
export const ANSWERED_TONES: Readonly<Record<Answered['outcome'], Tone>> = { done: 'ok', would: 'watch', refused: 'plain' };

type Step = AlertDetail['steps'][number];
export const STEP_WORDS: Readonly<Record<Step['what'], string>> = {
  opened: 'Opened',
  repeated: 'Happened again',
  acknowledged: 'Somebody looks at it',
  assigned: 'Given to somebody',
  suppressed: 'Not to be told',
  closed: 'Closed',
  reopened: 'Opened again',
  noted: 'Noted',
  answered: 'Answered at once',
  told: 'Told',
};
