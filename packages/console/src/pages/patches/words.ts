import type { PatchTest, PatchView } from '@holdfast/contract';
import { sayGroup, sayPlace } from '../../api/event-words.ts';
import type { Tone } from '../../ui/Badge.tsx';

type State = PatchView['state'];

export const STATE_WORDS: Readonly<Record<State, string>> = {
  detect: 'Records',
  enforce: 'Refuses',
  expired: 'Expired',
  removed: 'Removed',
};
export const STATE_TONES: Readonly<Record<State, Tone>> = { detect: 'watch', enforce: 'ok', expired: 'plain', removed: 'plain' };

export const VERDICT_WORDS: Readonly<Record<PatchTest['verdict'], string>> = {
  clear: 'Nobody who belongs here would be touched above the cap',
  touches: 'It would touch people who belong here',
  unproven: 'Honest requests came here, and none of them could be judged',
};
export const VERDICT_TONES: Readonly<Record<PatchTest['verdict'], Tone>> = { clear: 'ok', touches: 'stop', unproven: 'watch' };

export const sayMethod = (method: string): string => (method === '*' ? 'any method' : method);

/** What stops a request, in a few words. */
export function sayMatch({ match }: Pick<PatchView, 'match'>): string {
  if (match.kind === 'attack') return match.groups.map(sayGroup).join(', ');
  if (match.kind === 'absent') return 'the parameter is there';
  if (match.kind === 'deny') return 'the route is asked for';
  const { type, choices, lengthMax, characters, pattern } = match;
  const must = [
    type,
    choices === undefined ? undefined : `one of ${choices.join(', ')}`,
    lengthMax === undefined ? undefined : `at most ${lengthMax} characters`,
    characters,
    pattern,
  ];
  return `anything but ${must.filter((part) => part !== undefined).join(', ')}`;
}

export const sayParameter = ({ location, parameter }: Pick<PatchView, 'location' | 'parameter'>): string =>
  location === null ? 'the whole request' : sayPlace(location, parameter ?? '');

const DIGITS = /^\d+$/u;

/** A place in a document as a pointer: which number of a list it was this time says nothing of the hole. */
export function pointerOf(location: string, name: string): string {
  if (location !== 'json' || name === '') return name;
  return `/${name
    .split('.')
    .map((step) => (DIGITS.test(step) ? '{}' : step))
    .join('/')}`;
}
