import type {
  ActionView,
  IncidentView,
  Page,
  PlaybookCheck,
  PlaybookDetail,
  PlaybookView,
  RunDetail,
  RunView,
} from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read, write, type Change } from '../../api/client.ts';
import type { Search } from '../../state/search.ts';

/** A run that goes on is looked at again after so long. */
const LIVE_MS = 1000;
const CHOICES_MAX = 100;

export const playbookPath = (id: string, rest = ''): string => `/playbooks/${encodeURIComponent(id)}${rest}`;
export const runPath = (id: string, rest = ''): string => `/runs/${encodeURIComponent(id)}${rest}`;
export const actionPath = (id: string, rest = ''): string => `/actions/${encodeURIComponent(id)}${rest}`;

export const playbooksQuery = ({ cursor }: Search) =>
  queryOptions({
    queryKey: ['playbooks', cursor],
    queryFn: async ({ signal }) => read<Page<PlaybookView>>('/playbooks', { cursor, limit: 50 }, signal),
  });

export const playbookQuery = (id: string) =>
  queryOptions({
    queryKey: ['playbooks', 'one', id],
    queryFn: async ({ signal }) => read<PlaybookDetail>(playbookPath(id), {}, signal),
  });

export const checkPlaybook = async (document: unknown): Promise<PlaybookCheck> =>
  write<PlaybookCheck>({ method: 'POST', path: '/playbooks/check', body: { document } });

export const runsQuery = ({ playbook, cursor }: Search) =>
  queryOptions({
    queryKey: ['runs', playbook, cursor],
    queryFn: async ({ signal }) => read<Page<RunView>>('/runs', { playbook, cursor, limit: 20 }, signal),
    refetchInterval: 5 * LIVE_MS,
  });

export const isLive = ({ state }: Pick<RunView, 'state'>): boolean => state === 'running' || state === 'waiting';

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ['runs', 'one', id],
    queryFn: async ({ signal }) => read<RunDetail>(runPath(id), {}, signal),
    refetchInterval: ({ state: { data } }) => (data === undefined || isLive(data) ? LIVE_MS : false),
  });

export const actionQuery = (id: string) =>
  queryOptions({
    queryKey: ['actions', 'one', id],
    queryFn: async ({ signal }) => read<ActionView>(actionPath(id), {}, signal),
  });

/** What a run can be about; a trial may be about one that is long over. */
export const incidentsQuery = (phase: 'open' | 'all') =>
  queryOptions({
    queryKey: ['incidents', 'choices', phase],
    queryFn: async ({ signal }) => read<Page<IncidentView>>('/incidents', { phase, limit: CHOICES_MAX }, signal),
  });

/** A playbook that is shown, while its text is changed. */
export interface Kept {
  readonly id: string;
  readonly revision: number;
}

/** Brings a document in, or puts it in the place of the one with its id. */
export function putPlaybook(document: unknown, kept: Kept | null): Change {
  // What was checked has one; anything else is refused with its pointer.
  const id = typeof document === 'object' && document !== null && 'id' in document ? String(document.id) : 'none';
  const revision = kept?.id === id ? { revision: kept.revision } : {};
  return { method: 'PUT', path: playbookPath(id), body: { document }, ...revision };
}
