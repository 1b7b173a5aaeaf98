import type { FactorsAnswer, Page, PersonView, SessionAnswer } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

const below = (person: string, part = ''): string => `/people/${encodeURIComponent(person)}${part}`;

export const peopleQuery = ({ cursor, q, role, status, mfa }: Search) =>
  queryOptions({
    queryKey: ['people', cursor, q, role, status, mfa],
    queryFn: async ({ signal }) => read<Page<PersonView>>('/people', { cursor, q, role, status, mfa, limit: 50 }, signal),
  });

export const personQuery = (person: string) =>
  queryOptions({
    queryKey: ['person', person],
    queryFn: async ({ signal }) => read<PersonView>(below(person), {}, signal),
  });

export const factorsQuery = (person: string) =>
  queryOptions({
    queryKey: ['person', person, 'factors'],
    queryFn: async ({ signal }) => read<FactorsAnswer>(below(person, '/factors'), {}, signal),
  });

export const personSessionsQuery = (person: string) =>
  queryOptions({
    queryKey: ['person', person, 'sessions'],
    queryFn: async ({ signal }) => read<{ items: SessionAnswer[] }>(below(person, '/sessions'), {}, signal),
  });
