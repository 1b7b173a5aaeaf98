import type { Application, RuleGroup } from '@holdfast/contract';
import type { BeforePromotion } from './tables.ts';
import { WINDOW_MINUTES, type WindowFigures } from './watch.ts';

/** A few blocks of one person are a finding for the inbox, not a reason to stop. */
const BLOCKS_MIN = 5;
const CLIENTS_MIN = 2;
const REQUESTS_SHARE_MAX = 0.001;
const BASELINE_TIMES_MAX = 5;

/** What is undone later. */
export function beforeOf({ mode, rules }: Pick<Application, 'mode' | 'rules'>, group: RuleGroup | null): BeforePromotion {
  return { mode, action: group === null ? null : (rules[group] ?? null) };
}

/** Why there is nothing to promote; null = there is. */
export function whyNothingToPromote(
  { mode, rules }: Pick<Application, 'mode' | 'rules'>,
  group: RuleGroup | null,
): string | null {
  if (group === null) return mode === 'enforce' ? 'it enforces already' : null;
  const action = rules[group] ?? (mode === 'enforce' ? 'block' : 'record');
  if (action === 'block') return `${group} is blocked already`;
  return action === 'off' ? `${group} is off, so nothing of it was watched: set it to record first` : null;
}

/** The application when everybody is judged. */
export function promoted(application: Application, group: RuleGroup | null): Application {
  if (group === null) return { ...application, mode: 'enforce', canary: null };
  return { ...application, rules: { ...application.rules, [group]: 'block' }, canary: null };
}

/** The application as it was; what else was changed meanwhile stays. */
export function restored(application: Application, group: RuleGroup | null, before: BeforePromotion): Application {
  if (group === null) return { ...application, mode: before.mode, canary: null };
  const { [group]: _promoted, ...others } = application.rules;
  return { ...application, rules: before.action === null ? others : { ...others, [group]: before.action }, canary: null };
}

/** Whether the application still is what the promotion made of it. */
export function stillHolds(application: Application, group: RuleGroup | null, canarySince: number | null): boolean {
  if (canarySince !== null) return application.canary?.since === canarySince;
  return whyNothingToPromote(application, group) !== null && (group === null || application.rules[group] !== 'off');
}

/**
 * Why the promotion must be undone by itself; null = it goes on. More established clients are blocked than one request in a
 * thousand, or than five times what was ordinary before; never because of one request or one client.
 */
export function whyUndo({ requests, establishedBlocks, establishedClients }: WindowFigures, baseline: number): string | null {
  if (establishedBlocks < BLOCKS_MIN || establishedClients < CLIENTS_MIN) return null;
  const isOverShare = establishedBlocks > requests * REQUESTS_SHARE_MAX;
  const isOverBaseline = establishedBlocks > BASELINE_TIMES_MAX * Math.max(1, baseline);
  if (!isOverShare && !isOverBaseline) return null;
  const what = `${establishedBlocks} requests of ${establishedClients} established clients were blocked in ${WINDOW_MINUTES} minutes`;
  const limit = isOverShare
    ? `more than 0.1 % of ${requests} requests`
    : `more than 5 times the ${baseline.toFixed(1)} of before`;
  return `${what}, ${limit}`;
}
