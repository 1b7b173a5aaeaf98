import type { AllowView, BanView, BypassView, Page } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

const ROWS = 50;

export const bansQuery = ({ cursor, search }: Search) =>
  queryOptions({
    queryKey: ['bans', cursor, search],
    queryFn: async ({ signal }) => read<Page<BanView>>('/bans', { cursor, search, limit: ROWS }, signal),
  });

export const allowsQuery = ({ cursor, search }: Search) =>
  queryOptions({
    queryKey: ['allows', cursor, search],
    queryFn: async ({ signal }) => read<Page<AllowView>>('/allows', { cursor, search, limit: ROWS }, signal),
  });

export const bypassQuery = queryOptions({
  queryKey: ['bypass'],
  queryFn: async ({ signal }) => read<BypassView>('/bypass', {}, signal),
});
