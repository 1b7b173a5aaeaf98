import type { IsolatedView, ReleaseCheck } from '@holdfast/contract';
import type { Tone } from '../../ui/Badge.tsx';

export const KIND_WORDS: Readonly<Record<IsolatedView['kind'], string>> = {
  application: 'Cut off',
  route: 'Route cut off',
  'read-only': 'Only reading',
};

export const CHECK_WORDS: Readonly<Record<ReleaseCheck['name'], string>> = {
  health: 'The application answers',
  retest: 'The attack no longer gets through',
  secrets: 'Secrets were rotated',
  evidence: 'Evidence is preserved',
};
export const CHECK_STATE_WORDS: Readonly<Record<ReleaseCheck['state'], string>> = {
  passed: 'Passed',
  failed: 'Failed',
  unknown: 'Not to be judged',
};
export const CHECK_TONES: Readonly<Record<ReleaseCheck['state'], Tone>> = { passed: 'ok', failed: 'stop', unknown: 'plain' };

/** What is cut off, as people say it. */
export const sayIsolated = ({ application, method, route }: Pick<IsolatedView, 'application' | 'method' | 'route'>): string =>
  route === null ? application : `${application}: ${method === '*' ? '' : `${method} `}${route}`;
