import type { TrafficSeries } from '@holdfast/contract';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Series } from '../ui/plot/series.ts';
import { read } from './client.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** What the picture can show, and how often it is read again. */
export const SPANS = [
  { name: '1h', title: 'Hour', spanMs: HOUR_MS, stepMs: 10_000 },
  { name: '24h', title: 'Day', spanMs: DAY_MS, stepMs: 120_000 },
  { name: '7d', title: 'Week', spanMs: 7 * DAY_MS, stepMs: 3_600_000 },
  { name: '90d', title: 'Quarter', spanMs: 90 * DAY_MS, stepMs: 3_600_000 },
] as const;
export type Span = (typeof SPANS)[number];

export const spanOf = (name: string | undefined): Span => SPANS.find((span) => span.name === name) ?? SPANS[0];

export const sinceOf = ({ spanMs, stepMs }: Span): number => Math.floor((Date.now() - spanMs) / stepMs) * stepMs;

export const trafficQuery = (span: Span, application?: string) =>
  queryOptions({
    queryKey: ['traffic', span.name, application],
    queryFn: async ({ signal }) => read<TrafficSeries>('/traffic', { since: sinceOf(span), application }, signal),
    refetchInterval: Math.min(span.stepMs, 60_000),
    placeholderData: keepPreviousData,
  });

/** From the bottom up: what is usual first. */
export const TRAFFIC_SERIES = [
  ['allowed', 'Allowed', '--series-allowed'],
  ['failed', 'Failed', '--series-failed'],
  ['refused', 'Refused', '--series-refused'],
  ['recorded', 'Would block', '--series-recorded'],
  ['blocked', 'Blocked', '--series-blocked'],
] as const;

export function seriesOf({ points }: TrafficSeries, isWithoutAllowed = false): readonly Series[] {
  return TRAFFIC_SERIES.filter(([key]) => !(isWithoutAllowed && key === 'allowed')).map(([key, name, token]) => ({
    name,
    token,
    values: points.map((point) => point[key]),
  }));
}

export const isQuiet = ({ totals }: TrafficSeries): boolean => TRAFFIC_SERIES.every(([key]) => totals[key] === 0);
