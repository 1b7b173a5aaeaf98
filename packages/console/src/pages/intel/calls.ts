import type { IndicatorView, IntelSourceView, IntelStatus, LookupView, Page } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

const FRESH_MS = 30_000;

export const sourcesQuery = queryOptions({
  queryKey: ['intel', 'sources'],
  queryFn: async ({ signal }) => read<{ readonly items: readonly IntelSourceView[] }>('/intel/sources', {}, signal),
  refetchInterval: FRESH_MS,
});

export const intelStatusQuery = queryOptions({
  queryKey: ['intel', 'status'],
  queryFn: async ({ signal }) => read<IntelStatus>('/intel/status', {}, signal),
  refetchInterval: FRESH_MS,
});

export const sourcePath = (id: string, rest = ''): string => `/intel/sources/${encodeURIComponent(id)}${rest}`;

export const indicatorsQuery = ({ cursor, kind, source, q }: Search) =>
  queryOptions({
    queryKey: ['intel', 'indicators', cursor, kind, source, q],
    queryFn: async ({ signal }) => read<Page<IndicatorView>>('/intel/indicators', { cursor, kind, source, q, limit: 50 }, signal),
  });

export const lookupQuery = (value: string) =>
  queryOptions({
    queryKey: ['intel', 'lookup', value],
    queryFn: async ({ signal }) => read<LookupView>('/intel/lookup', { value }, signal),
    retry: false,
  });
