import type { BackupView, DrillView, Page, RecoveryStatus } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

const FRESH_MS = 5000;

export const recoveryQuery = queryOptions({
  queryKey: ['recovery'],
  queryFn: async ({ signal }) => read<RecoveryStatus>('/recovery', {}, signal),
  refetchInterval: FRESH_MS,
});

export const backupPath = (id: string, rest = ''): string => `/backups/${encodeURIComponent(id)}${rest}`;

export const backupsQuery = ({ cursor }: Search) =>
  queryOptions({
    queryKey: ['backups', cursor],
    queryFn: async ({ signal }) => read<Page<BackupView>>('/backups', { cursor, limit: 20 }, signal),
    refetchInterval: FRESH_MS,
  });

export const drillsQuery = queryOptions({
  queryKey: ['drills'],
  queryFn: async ({ signal }) => read<Page<DrillView>>('/drills', { limit: 20 }, signal),
  refetchInterval: FRESH_MS,
});
