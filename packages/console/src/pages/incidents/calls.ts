import type {
  ActionView,
  ClockView,
  IncidentDetail,
  IncidentView,
  Notice,
  Page,
  RunView,
  TimelineEntry,
} from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

/** What happens in an incident happens while somebody looks at it. */
const FRESH_MS = 5000;
const LIST_FRESH_MS = 15_000;

export const incidentPath = (id: string, rest = ''): string => `/incidents/${encodeURIComponent(id)}${rest}`;
export const actionPath = (id: string, rest = ''): string => `/actions/${encodeURIComponent(id)}${rest}`;

export const incidentsQuery = ({ cursor, phase, severity, application }: Search) =>
  queryOptions({
    queryKey: ['incidents', cursor, phase, severity, application],
    queryFn: async ({ signal }) =>
      read<Page<IncidentView>>('/incidents', { cursor, phase, severity, application, limit: 50 }, signal),
    refetchInterval: LIST_FRESH_MS,
  });

export const incidentQuery = (id: string) =>
  queryOptions({
    queryKey: ['incidents', 'one', id],
    queryFn: async ({ signal }) => read<IncidentDetail>(incidentPath(id), {}, signal),
    refetchInterval: FRESH_MS,
  });

export const timelineQuery = (id: string) =>
  queryOptions({
    queryKey: ['incidents', 'one', id, 'timeline'],
    queryFn: async ({ signal }) =>
      read<{ readonly entries: readonly TimelineEntry[] }>(incidentPath(id, '/timeline'), {}, signal),
    refetchInterval: FRESH_MS,
  });

/** Of one incident all of them; without one those that are not over, unless a state is asked for. */
export const actionsQuery = ({ incident, state, action, cursor }: Search) =>
  queryOptions({
    queryKey: ['actions', incident, state, action, cursor],
    queryFn: async ({ signal }) => {
      const asked = state ?? (incident === undefined ? 'open' : 'all');
      return read<Page<ActionView>>('/actions', { incident, state: asked, action, cursor, limit: 50 }, signal);
    },
    refetchInterval: FRESH_MS,
  });

export const runsQuery = (incident: string) =>
  queryOptions({
    queryKey: ['runs', incident],
    queryFn: async ({ signal }) => read<Page<RunView>>('/runs', { incident, limit: 50 }, signal),
    refetchInterval: FRESH_MS,
  });

export const clocksQuery = (incident: string) =>
  queryOptions({
    queryKey: ['clocks', incident],
    queryFn: async ({ signal }) => read<{ readonly items: readonly ClockView[] }>(incidentPath(incident, '/clocks'), {}, signal),
    refetchInterval: LIST_FRESH_MS,
  });

export const noticeQuery = (incident: string, rule: string) =>
  queryOptions({
    queryKey: ['clocks', incident, 'notice', rule],
    queryFn: async ({ signal }) => read<Notice>(incidentPath(incident, `/notices/${encodeURIComponent(rule)}`), {}, signal),
  });
