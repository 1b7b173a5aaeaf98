import type { Page, ServiceAccountView, TokenView } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

export const accountPath = (id: string, verb = ''): string => `/service-accounts/${encodeURIComponent(id)}${verb}`;

export const accountsQuery = ({ cursor, q }: Search) =>
  queryOptions({
    queryKey: ['service-accounts', cursor, q],
    queryFn: async ({ signal }) => read<Page<ServiceAccountView>>('/service-accounts', { cursor, q, limit: 50 }, signal),
  });

export const accountQuery = (id: string) =>
  queryOptions({
    queryKey: ['service-account', id],
    queryFn: async ({ signal }) => read<ServiceAccountView>(accountPath(id), {}, signal),
  });

export const tokensQuery = (account: string, { cursor }: Search) =>
  queryOptions({
    queryKey: ['tokens', account, cursor],
    queryFn: async ({ signal }) => read<Page<TokenView>>('/tokens', { account, cursor, limit: 50 }, signal),
  });
