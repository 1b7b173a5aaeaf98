import type { SecretVersion, SecretView } from '@holdfast/contract';
import type { Tone } from '../../ui/Badge.tsx';

const DAY_MS = 86_400_000;

/** Belongs to no application: what every client of the mount `secret` sees. */
export const SHARED = 'secret';
/** Offered first; any other can be typed. */
export const ENVIRONMENTS = ['production', 'staging', 'development'];

type State = SecretVersion['state'];
export const STATE_TONES: Readonly<Record<State, Tone>> = {
  current: 'ok',
  staged: 'note',
  kept: 'plain',
  deleted: 'watch',
  destroyed: 'stop',
};
export const STATE_WORDS: Readonly<Record<State, string>> = {
  current: 'Given to everybody who may read it.',
  staged: 'Written by a rotation that has not verified it yet: nobody is given it.',
  kept: 'An earlier one, given by its number.',
  deleted: 'Hidden; it can be brought back.',
  destroyed: 'Gone for good.',
};

export interface Age {
  readonly days: number;
  /** Null = no limit was set. */
  readonly daysMax: number | null;
  /** How much of its time is over, at most 1. */
  readonly share: number;
  readonly daysOver: number;
}

export function ageOf({ changedAt, maxAgeDays }: Pick<SecretView, 'changedAt' | 'maxAgeDays'>, now: number): Age {
  const days = Math.max(0, Math.floor((now - changedAt) / DAY_MS));
  const share = maxAgeDays === null ? 0 : Math.min(1, (now - changedAt) / (maxAgeDays * DAY_MS));
  return { days, daysMax: maxAgeDays, share: Math.max(0, share), daysOver: maxAgeDays === null ? 0 : days - maxAgeDays };
}

/** When it has to be another one at the latest: by its age, or by its rotation, whichever comes first; null = never. */
export function dueOf({ changedAt, maxAgeDays, rotation }: SecretView): number | null {
  const dates = [maxAgeDays === null ? null : changedAt + maxAgeDays * DAY_MS, rotation?.nextAt ?? null];
  const known = dates.filter((date) => date !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** A value as a text: what is no text is shown as JSON. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));
