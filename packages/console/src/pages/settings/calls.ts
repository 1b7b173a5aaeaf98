import type { Check, SelfTestView, SnapshotState } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read, write } from '../../api/client.ts';

export const doctorQuery = queryOptions({
  queryKey: ['system', 'doctor'],
  queryFn: async ({ signal }) => read<{ checks: readonly Check[] }>('/system/doctor', {}, signal),
});

export const historyQuery = queryOptions({
  queryKey: ['snapshots'],
  queryFn: async ({ signal }) => read<{ items: readonly SnapshotState[] }>('/snapshots', {}, signal),
});

export const runSelfTest = async (): Promise<SelfTestView> => write<SelfTestView>({ method: 'POST', path: '/system/self-test' });
