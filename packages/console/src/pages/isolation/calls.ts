import type { IsolatedView, Page } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

const FRESH_MS = 3000;

export const isolationPath = (id: string, rest = ''): string => `/isolations/${encodeURIComponent(id)}${rest}`;

export const isolationsQuery = ({ cursor }: Search) =>
  queryOptions({
    queryKey: ['isolations', cursor],
    queryFn: async ({ signal }) => read<Page<IsolatedView>>('/isolations', { cursor, limit: 50 }, signal),
    refetchInterval: FRESH_MS,
  });
