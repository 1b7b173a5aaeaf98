import type { AlertDetail, AlertView, Page, SuppressionView } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

const FRESH_MS = 15_000;

export const alertsQuery = ({ cursor, state, severity, kind, application, entity, group }: Search) =>
  queryOptions({
    queryKey: ['alerts', cursor, state, severity, kind, application, entity, group],
    queryFn: async ({ signal }) =>
      read<Page<AlertView>>('/alerts', { cursor, state, severity, kind, application, entity, group, limit: 50 }, signal),
    refetchInterval: FRESH_MS,
  });

export const alertPath = (id: string, rest = ''): string => `/alerts/${encodeURIComponent(id)}${rest}`;

export const alertQuery = (id: string) =>
  queryOptions({
    queryKey: ['alerts', 'one', id],
    queryFn: async ({ signal }) => read<AlertDetail>(alertPath(id), {}, signal),
    refetchInterval: FRESH_MS,
  });

export const suppressionsQuery = ({ cursor }: Search) =>
  queryOptions({
    queryKey: ['suppressions', cursor],
    queryFn: async ({ signal }) => read<Page<SuppressionView>>('/alerts/suppressions', { cursor, limit: 50 }, signal),
  });
