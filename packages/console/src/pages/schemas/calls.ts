import type { SchemaCoverage, SchemaShares, SchemaStatus } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';

export const schemaPath = (id: string, part = ''): string => `/applications/${encodeURIComponent(id)}/schema${part}`;

export const sharesQuery = queryOptions({
  queryKey: ['schemas'],
  queryFn: async ({ signal }) => read<SchemaShares>('/schema/coverage', {}, signal),
});

export const coverageQuery = (id: string) =>
  queryOptions({
    queryKey: ['schemas', id, 'coverage'],
    queryFn: async ({ signal }) => read<SchemaCoverage>(schemaPath(id, '/coverage'), {}, signal),
  });

export const schemaQuery = (id: string) =>
  queryOptions({
    queryKey: ['schemas', id],
    queryFn: async ({ signal }) => read<SchemaStatus>(schemaPath(id), {}, signal),
  });
