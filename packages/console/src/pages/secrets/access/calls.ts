import type { SecretGrantList, SecretRef, SecretWhoCan } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../../api/client.ts';
import { secretPath, wordOf } from '../calls.ts';

export type Ask = 'secret:reveal' | 'secret:write' | 'secret:rotate' | 'secret:read';

export const whoCanQuery = (ref: SecretRef, permission: Ask) =>
  queryOptions({
    queryKey: ['secret', wordOf(ref), 'who-can', permission],
    queryFn: async ({ signal }) => read<SecretWhoCan>(secretPath(ref, '/who-can'), { permission }, signal),
  });

export const grantsQuery = queryOptions({
  queryKey: ['secret-grants'],
  queryFn: async ({ signal }) => read<SecretGrantList>('/secret-grants', {}, signal),
});
