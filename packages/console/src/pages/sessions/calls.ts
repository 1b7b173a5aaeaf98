import type { Page, SessionAnswer } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

export const sessionsQuery = ({ cursor, kind, application }: Search) =>
  queryOptions({
    queryKey: ['sessions', cursor, kind, application],
    queryFn: async ({ signal }) => read<Page<SessionAnswer>>('/sessions', { cursor, kind, application, limit: 50 }, signal),
  });
