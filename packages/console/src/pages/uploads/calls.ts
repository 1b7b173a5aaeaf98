import type { BlockView, Page, UploadDetail, UploadStatus, UploadView } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

export const uploadPath = (id: string, rest = ''): string => `/uploads/${encodeURIComponent(id)}${rest}`;

export const uploadsQuery = ({ cursor, application, state }: Search) =>
  queryOptions({
    queryKey: ['uploads', 'list', cursor, application, state],
    queryFn: async ({ signal }) => read<Page<UploadView>>('/uploads', { cursor, application, state, limit: 50 }, signal),
  });

export const uploadQuery = (id: string) =>
  queryOptions({
    queryKey: ['uploads', 'one', id],
    queryFn: async ({ signal }) => read<UploadDetail>(uploadPath(id), {}, signal),
  });

export const uploadStatusQuery = queryOptions({
  queryKey: ['uploads', 'status'],
  queryFn: async ({ signal }) => read<UploadStatus>('/uploads/status', {}, signal),
});

export const blocksQuery = ({ cursor, q }: Search) =>
  queryOptions({
    queryKey: ['uploads', 'blocks', cursor, q],
    queryFn: async ({ signal }) => read<Page<BlockView>>('/uploads/blocks', { cursor, q, limit: 50 }, signal),
  });
