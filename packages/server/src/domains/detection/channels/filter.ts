import { SEVERITIES, type ChannelView } from '@holdfast/contract';
import type { ToldAlert } from './message.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** How long a channel is left alone after so many failures in a row. */
const PAUSES_MS = [SECOND_MS, 5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS];
/** One alert is told again at most so often. */
export const AGAIN_MS = HOUR_MS;

export type Filter = Pick<ChannelView, 'enabled' | 'severity' | 'kinds' | 'application'>;
type Judged = Pick<ToldAlert, 'severity' | 'kind' | 'application' | 'plain'>;

export const rank = (severity: Judged['severity']): number => SEVERITIES.indexOf(severity);

/** That the watch itself is ill concerns every application, and nobody can have asked not to hear it by its kind. */
export function fits({ enabled, severity, kinds, application }: Filter, alert: Judged): boolean {
  if (!enabled || rank(alert.severity) < rank(severity)) return false;
  // Nor words for people: they have no kind. Whoever asked for one application gets what is about no other.
  if (alert.plain !== undefined) return application === null || alert.application === null || application === alert.application;
  if (alert.kind === 'health') return true;
  return kinds.includes(alert.kind) && (application === null || application === alert.application);
}

/** Told in quiet hours too. */
export const isUrgent = ({ severity, kind, plain }: Judged): boolean =>
  severity === 'critical' || (kind === 'health' && plain === undefined);

/** Minutes of the day in UTC; a stretch that ends before it begins goes over midnight, one without length is none. */
export function isQuiet(quiet: ChannelView['quiet'], now: number): boolean {
  if (quiet === null || quiet === undefined) return false;
  const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  const [from, to] = [minutes(quiet.from), minutes(quiet.to)];
  const at = Math.floor((((now % DAY_MS) + DAY_MS) % DAY_MS) / MINUTE_MS);
  return from <= to ? at >= from && at < to : at >= from || at < to;
}

/** A fifth more or less, so that channels that failed together do not come back together; never sooner than it was asked for. */
export function pauseMs(failures: number, { chance, askedMs }: { readonly chance: number; readonly askedMs: number }): number {
  const pause = PAUSES_MS[Math.min(Math.max(failures, 1), PAUSES_MS.length) - 1] ?? HOUR_MS;
  return Math.round(Math.max(pause * (0.8 + 0.4 * chance), Math.min(askedMs, HOUR_MS)));
}
