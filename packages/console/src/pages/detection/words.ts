import type { RuleState, RuleView, WatchHealth } from '@holdfast/contract';
import type { Tone } from '../../ui/Badge.tsx';

export const STATE_WORDS: Readonly<Record<RuleState, string>> = { on: 'On', test: 'Only counts', off: 'Off' };
export const STATE_TONES: Readonly<Record<RuleState, Tone>> = { on: 'ok', test: 'watch', off: 'plain' };
export const ORIGIN_WORDS: Readonly<Record<RuleView['origin'], string>> = { own: 'Holdfast', imported: 'Imported' };

export const WATCH_WORDS: Readonly<Record<WatchHealth['state'], string>> = {
  watching: 'Everything is watched',
  behind: 'The watch is behind',
  stopped: 'Nothing is watched',
  sealed: 'Nothing is watched: Holdfast is sealed',
};
export const WATCH_TONES: Readonly<Record<WatchHealth['state'], Tone>> = {
  watching: 'ok',
  behind: 'watch',
  stopped: 'stop',
  sealed: 'stop',
};

type Canary = WatchHealth['canaries'][number];
export const CANARY_WORDS: Readonly<Record<Canary['outcome'], string>> = {
  waiting: 'Waiting',
  seen: 'Seen',
  missed: 'Missed',
  idle: 'Nothing to plant it in',
};
export const CANARY_TONES: Readonly<Record<Canary['outcome'], Tone>> = {
  waiting: 'plain',
  seen: 'ok',
  missed: 'stop',
  idle: 'plain',
};

/** Where a rule's events come from, in the words of Sigma. */
export function sayLogsource({ category, product, service }: RuleView['logsource']): string {
  const named = [product, category, service].filter((part) => part !== null);
  return named.length === 0 ? 'any event' : named.join(' / ');
}
