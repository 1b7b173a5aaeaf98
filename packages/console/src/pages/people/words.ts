import type { PersonView } from '@holdfast/contract';
import type { Tone } from '../../ui/Badge.tsx';
import type { Choice } from '../../ui/fields/SelectField.tsx';

/** What each role is for, for whoever gives one. */
export const ROLES: readonly Choice[] = [
  { value: 'owner', label: 'Owner: everything, also who the owners are' },
  { value: 'administrator', label: 'Administrator: applications, people and policy' },
  { value: 'analyst', label: 'Analyst: answers attacks' },
  { value: 'auditor', label: 'Auditor: sees everything, changes nothing' },
  { value: 'developer', label: 'Developer: works on a protected application' },
];
export const NO_ROLE: Choice = { value: '', label: 'None: signs in to applications only' };

export const STATUS_TONES: Readonly<Record<PersonView['status'], Tone>> = { active: 'ok', invited: 'note', disabled: 'stop' };

/** A role as the form holds it: the empty word is none. */
export const roleOf = (text: string): PersonView['role'] => {
  switch (text) {
    case 'owner':
    case 'administrator':
    case 'analyst':
    case 'auditor':
    case 'developer':
      return text;
    default:
      return null;
  }
};
