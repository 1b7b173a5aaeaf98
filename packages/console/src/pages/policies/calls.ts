import type { PolicyList, PolicyStatus, PolicyVersionView, WhoCan } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

export const setPath = (set: string, part = ''): string => `/policies/${encodeURIComponent(set)}${part}`;

export const policiesQuery = queryOptions({
  queryKey: ['policies'],
  queryFn: async ({ signal }) => read<PolicyList>('/policies', {}, signal),
});

export const policyQuery = (set: string) =>
  queryOptions({
    queryKey: ['policies', set],
    queryFn: async ({ signal }) => read<PolicyStatus>(setPath(set), {}, signal),
  });

export const policyTextQuery = (set: string, version: number) =>
  queryOptions({
    queryKey: ['policies', set, version],
    queryFn: async ({ signal }) => read<PolicyVersionView>(setPath(set, `/versions/${version}`), {}, signal),
    // What was accepted once never changes.
    staleTime: Infinity,
  });

export const whoCanQuery = (set: string, { method, path, permission, acr }: Search) =>
  queryOptions({
    queryKey: ['policies', set, 'who-can', method, path, permission, acr],
    queryFn: async ({ signal }) => read<WhoCan>(setPath(set, '/who-can'), { method, path, permission, acr }, signal),
  });
