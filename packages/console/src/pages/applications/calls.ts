import type { ApplicationView, LearnedRoutes, ModeHistoryEntry, Page, TuningInbox } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

const PAGE_ROWS = 50;

export const applicationsQuery = ({ cursor }: Search) =>
  queryOptions({
    queryKey: ['applications', cursor],
    queryFn: async ({ signal }) => read<Page<ApplicationView>>('/applications', { cursor, limit: PAGE_ROWS }, signal),
  });

const below = (id: string, rest = ''): string => `/applications/${encodeURIComponent(id)}${rest}`;

export const applicationQuery = (id: string) =>
  queryOptions({
    queryKey: ['application', id],
    queryFn: async ({ signal }) => read<ApplicationView>(below(id), {}, signal),
  });

export const routesQuery = (id: string) =>
  queryOptions({
    queryKey: ['application', id, 'routes'],
    queryFn: async ({ signal }) => read<LearnedRoutes>(below(id, '/schema/routes'), {}, signal),
  });

export const modesQuery = (id: string) =>
  queryOptions({
    queryKey: ['application', id, 'modes'],
    queryFn: async ({ signal }) => read<Page<ModeHistoryEntry>>(below(id, '/modes'), { limit: PAGE_ROWS }, signal),
  });

/** How ready it is to enforce comes with the inbox of what was found. */
export const readinessQuery = (id: string) =>
  queryOptions({
    queryKey: ['application', id, 'readiness'],
    queryFn: async ({ signal }) => read<TuningInbox>('/tuning/inbox', { application: id }, signal),
    select: ({ readiness }: TuningInbox) => readiness.find(({ application }) => application === id) ?? null,
  });
