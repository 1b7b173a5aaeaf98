import type { BehaviourView, BulkRouteView, Page, RuleDetail, RuleExplained, RuleView, WatchHealth } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

const HEALTH_MS = 10_000;

export const rulesQuery = ({ cursor, state, origin, severity, silent, q }: Search) =>
  queryOptions({
    queryKey: ['rules', cursor, state, origin, severity, silent, q],
    queryFn: async ({ signal }) =>
      read<Page<RuleView>>('/detection/rules', { cursor, state, origin, severity, silent, q, limit: 50 }, signal),
  });

export const rulePath = (id: string, rest = ''): string => `/detection/rules/${encodeURIComponent(id)}${rest}`;

export const ruleQuery = (id: string) =>
  queryOptions({
    queryKey: ['rules', 'one', id],
    queryFn: async ({ signal }) => read<RuleDetail>(rulePath(id), {}, signal),
  });

export const explainQuery = (id: string, request: string) =>
  queryOptions({
    queryKey: ['rules', 'explain', id, request],
    queryFn: async ({ signal }) => read<RuleExplained>(rulePath(id, '/explain'), { request }, signal),
    retry: false,
  });

export const behavioursQuery = queryOptions({
  queryKey: ['behaviours'],
  queryFn: async ({ signal }) => read<{ readonly items: readonly BehaviourView[] }>('/detection/behaviours', {}, signal),
});

export const BULK_PATH = '/detection/bulk-routes';

export const bulkRoutesQuery = queryOptions({
  queryKey: ['bulk-routes'],
  queryFn: async ({ signal }) => read<Page<BulkRouteView>>(BULK_PATH, {}, signal),
});

export const healthQuery = queryOptions({
  queryKey: ['watch-health'],
  queryFn: async ({ signal }) => read<WatchHealth>('/detection/health', {}, signal),
  refetchInterval: HEALTH_MS,
});
