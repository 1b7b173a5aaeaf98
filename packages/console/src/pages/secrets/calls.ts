import type { ApplicationView, Page, SecretDetail, SecretRef, SecretView } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { read } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

/** A name may hold slashes: in the API it is one part of the path. */
export const secretPath = ({ application, environment, name }: SecretRef, verb = ''): string =>
  `/secrets/${application}/${environment}/${encodeURIComponent(name)}${verb}`;

/** As commands name it. */
export const wordOf = ({ application, environment, name }: SecretRef): string => `${application}/${environment}/${name}`;

/** The secret that the address of a page names. */
export function useSecretRef(): SecretRef {
  return refOf(useParams({ strict: false }));
}

export const refOf = (params: Readonly<Record<string, string | undefined>>): SecretRef => ({
  application: params['application'] ?? '',
  environment: params['environment'] ?? '',
  // What stands behind the environment, with its slashes.
  name: params['_splat'] ?? '',
});

export const secretsQuery = ({ application, environment, q, overdue, cursor }: Search) =>
  queryOptions({
    queryKey: ['secrets', application, environment, q, overdue, cursor],
    queryFn: async ({ signal }) =>
      read<Page<SecretView>>('/secrets', { application, environment, q, overdue, cursor, limit: 50 }, signal),
  });

export const secretQuery = (ref: SecretRef) =>
  queryOptions({
    queryKey: ['secret', wordOf(ref)],
    queryFn: async ({ signal }) => read<SecretDetail>(secretPath(ref), {}, signal),
  });

export const applicationsQuery = queryOptions({
  queryKey: ['applications'],
  queryFn: async ({ signal }) => read<Page<ApplicationView>>('/applications', { limit: 200 }, signal),
});
