import type { AllowView, BanView, BypassView, Page } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

const ROWS = 50;

export const bansQuery = ({ cursor, q }: Search) =>
  queryOptions({
    queryKey: ['bans', cursor, q],
    queryFn: async ({ signal }) => read<Page<BanView>>('/bans', { cursor, q, limit: ROWS }, signal),
  });

export const allowsQuery = ({ cursor, q }: Search) =>
  queryOptions({
    queryKey: ['allows', cursor, q],
    queryFn: async ({ signal }) => read<Page<AllowView>>('/allows', { cursor, q, limit: ROWS }, signal),
  });

export const bypassQuery = queryOptions({
  queryKey: ['bypass'],
  queryFn: async ({ signal }) => read<BypassView>('/bypass', {}, signal),
});
