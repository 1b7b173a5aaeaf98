import type { KeyringView, OwnKeyView, RewrapView } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';

const LOOK_MS = 1000;

export const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: async ({ signal }) => read<KeyringView>('/keys', {}, signal),
});

export const ownKeysQuery = queryOptions({
  queryKey: ['own-keys'],
  queryFn: async ({ signal }) => read<{ readonly items: readonly OwnKeyView[] }>('/own-keys', {}, signal),
});

/** Read again as long as it works. */
export const rewrapQuery = queryOptions({
  queryKey: ['keys', 'rewrap'],
  queryFn: async ({ signal }) => read<RewrapView>('/keys/rewrap', {}, signal),
  refetchInterval: ({ state }) => (state.data?.state === 'running' ? LOOK_MS : false),
});
