import type { Lease, Page } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../../api/client.ts';
import type { Search } from '../../../state/search.ts';

export const leasesQuery = ({ prefix, ended, cursor }: Search) =>
  queryOptions({
    queryKey: ['leases', prefix, ended, cursor],
    queryFn: async ({ signal }) => read<Page<Lease>>('/leases', { prefix, ended, cursor, limit: 50 }, signal),
  });
