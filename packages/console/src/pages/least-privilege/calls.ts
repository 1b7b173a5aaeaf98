import type { AdviceView } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

export const adviceQuery = ({ days }: Search) =>
  queryOptions({
    queryKey: ['advice', days],
    queryFn: async ({ signal }) => read<AdviceView>('/advice', { days }, signal),
  });
