import type { CheckpointView, EventView, InclusionView, Page } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

export const checkpointQuery = queryOptions({
  queryKey: ['audit', 'checkpoint'],
  queryFn: async ({ signal }) => read<CheckpointView>('/audit/checkpoint', {}, signal),
});

export const recordsQuery = ({ cursor, type }: Search) =>
  queryOptions({
    queryKey: ['audit', 'records', cursor, type],
    queryFn: async ({ signal }) => read<Page<EventView>>('/audit/tail', { cursor, type, limit: 50 }, signal),
  });

export const proofQuery = (index: number) =>
  queryOptions({
    queryKey: ['audit', 'proof', index],
    queryFn: async ({ signal }) => read<InclusionView>('/audit/proof/inclusion', { index }, signal),
  });
