import type { Caller, Permission, SystemStatus } from '@holdfast/contract';
import { QueryClient, queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { Problem, read } from './client.ts';

const STALE_MS = 5000;
const STATUS_MS = 15_000;
const RETRIES_MAX = 3;

/** Only silence is asked again: a refusal stays one. What was sent and answered is not kept: it may be a secret. */
export function createQueries(): QueryClient {
  const retry = (count: number, error: unknown): boolean =>
    count < RETRIES_MAX && error instanceof Problem && error.code === 'unreachable';
  return new QueryClient({ defaultOptions: { queries: { staleTime: STALE_MS, retry }, mutations: { retry: false, gcTime: 0 } } });
}

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => read<Caller>('/me', {}, signal),
  staleTime: 60_000,
});

export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: async ({ signal }) => read<SystemStatus>('/system/status', {}, signal),
  refetchInterval: STATUS_MS,
});

/** Who is signed in, and whether they may: what a role may not do is not shown. The server decides again. */
export function useMe() {
  const { data: me } = useSuspenseQuery(meQuery);
  const may = (permission: Permission): boolean => me.permissions.includes(permission);
  return { me, may };
}
