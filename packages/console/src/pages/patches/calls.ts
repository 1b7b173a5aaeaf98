import type { Page, PatchView } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

export const patchesQuery = ({ cursor, application, state }: Search) =>
  queryOptions({
    queryKey: ['patches', cursor, application, state],
    queryFn: async ({ signal }) => read<Page<PatchView>>('/patches', { cursor, application, state, limit: 50 }, signal),
  });

export const patchPath = (id: string, rest = ''): string => `/patches/${encodeURIComponent(id)}${rest}`;

export const patchQuery = (id: string) =>
  queryOptions({
    queryKey: ['patches', 'one', id],
    queryFn: async ({ signal }) => read<PatchView>(patchPath(id), {}, signal),
  });
