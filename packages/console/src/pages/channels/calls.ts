import type { ChannelView, DeadLetterView, Page } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';

const FRESH_MS = 15_000;

export const channelsQuery = queryOptions({
  queryKey: ['channels'],
  queryFn: async ({ signal }) => read<{ readonly items: readonly ChannelView[] }>('/channels', {}, signal),
  refetchInterval: FRESH_MS,
});

export const channelPath = (id: string, rest = ''): string => `/channels/${encodeURIComponent(id)}${rest}`;

export const lettersQuery = (id: string) =>
  queryOptions({
    queryKey: ['channels', 'dead-letters', id],
    queryFn: async ({ signal }) => read<Page<DeadLetterView>>(channelPath(id, '/dead-letters'), { limit: 50 }, signal),
  });
