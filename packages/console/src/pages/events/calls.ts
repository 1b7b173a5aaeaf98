import type { EventView, Explanation, Page } from '@holdfast/contract';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

const PAGE_ROWS = 50;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Spans of the filter, in hours. */
export const SPANS: ReadonlyMap<string, number> = new Map([
  ['1h', 1],
  ['24h', 24],
  ['7d', 168],
  ['30d', 720],
]);

/** Whole minutes: the same span is the same question for a while. */
function sinceOf(span: string | undefined): number | undefined {
  const hours = SPANS.get(span ?? '');
  return hours === undefined ? undefined : Math.floor((Date.now() - hours * HOUR_MS) / MINUTE_MS) * MINUTE_MS;
}

/** What decides which rows there are; `show` only opens one of them. */
const FILTERS = ['type', 'application', 'severity', 'outcome', 'requestId', 'group', 'path', 'actor', 'address'] as const;
export const EVENT_FILTERS: readonly string[] = [...FILTERS, 'span'];

export function eventsQuery(search: Search) {
  const filters = Object.fromEntries(FILTERS.map((name) => [name, search[name]]));
  const { cursor, span } = search;
  return queryOptions({
    queryKey: ['events', filters, span, cursor],
    queryFn: async ({ signal }) =>
      read<Page<EventView>>('/events', { ...filters, cursor, since: sinceOf(span), limit: PAGE_ROWS }, signal),
    placeholderData: keepPreviousData,
  });
}

export const explanationQuery = (requestId: string) =>
  queryOptions({
    queryKey: ['explain', requestId],
    queryFn: async ({ signal }) => read<Explanation>(`/explain/${encodeURIComponent(requestId)}`, {}, signal),
    // What was judged does not change; what its place in the ledger is comes a moment later.
    staleTime: MINUTE_MS,
  });
