import type { AttackSources, Overview, TrafficTop, World } from '@holdfast/contract';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import { sinceOf, type Span } from '../../api/traffic.ts';

const OVERVIEW_MS = 15_000;

function midnight(): number {
  const today = new Date();
  today.setHours(0, 0, 0, 0);
  return today.getTime();
}

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: async ({ signal }) => read<Overview>('/overview', { since: midnight() }, signal),
  refetchInterval: OVERVIEW_MS,
});

export const topQuery = (span: Span, by: TrafficTop['by']) =>
  queryOptions({
    queryKey: ['traffic-top', span.name, by],
    queryFn: async ({ signal }) => read<TrafficTop>('/traffic/top', { by, since: sinceOf(span), limit: 6 }, signal),
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
  });

const SOURCES_MS = 15_000;

export const sourcesQuery = (span: AttackSources['span']) =>
  queryOptions({
    queryKey: ['alerts', 'sources', span],
    queryFn: async ({ signal }) => read<AttackSources>('/alerts/sources', { span }, signal),
    refetchInterval: SOURCES_MS,
    // The picture stays while another span is read.
    placeholderData: keepPreviousData,
  });

export const worldQuery = queryOptions({
  queryKey: ['alerts', 'sources', 'world'],
  queryFn: async ({ signal }) => read<World>('/alerts/sources/world', {}, signal),
  staleTime: Infinity,
});
