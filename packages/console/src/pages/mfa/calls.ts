import type { MfaAdoption, SignIns } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';

const DAY_MS = 86_400_000;
const SPAN_DAYS = 30;

export const adoptionQuery = queryOptions({
  queryKey: ['people', 'adoption'],
  queryFn: async ({ signal }) => read<MfaAdoption>('/people/adoption', {}, signal),
});

export const signInsQuery = queryOptions({
  queryKey: ['sign-ins'],
  queryFn: async ({ signal }) => {
    const until = Date.now();
    return read<SignIns>('/sign-ins', { since: until - SPAN_DAYS * DAY_MS, until, step: '1d' }, signal);
  },
});
