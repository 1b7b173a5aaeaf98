import type { ExceptionView, Page } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

export const exceptionsQuery = ({ cursor, application }: Search) =>
  queryOptions({
    queryKey: ['exceptions', cursor, application],
    queryFn: async ({ signal }) => read<Page<ExceptionView>>('/exceptions', { cursor, application, limit: 50 }, signal),
  });
