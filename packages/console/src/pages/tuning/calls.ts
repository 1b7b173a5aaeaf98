import type { PromotionInput, PromotionPlan, TuningInbox } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read, write } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

export const inboxQuery = ({ application, state }: Search) =>
  queryOptions({
    queryKey: ['tuning', application, state],
    queryFn: async ({ signal }) => read<TuningInbox>('/tuning/inbox', { application, state }, signal),
  });

/** What enforcing would do, tried on what was seen; it changes nothing. */
export const planQuery = (application: string) =>
  queryOptions({
    queryKey: ['tuning', 'plan', application],
    queryFn: async () => {
      const body = { application } satisfies Partial<PromotionInput>;
      return write<PromotionPlan>({ method: 'POST', path: '/tuning/promotions/plan', body });
    },
  });
