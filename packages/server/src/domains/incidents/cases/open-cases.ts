import type { ActionQuery, ActionView } from '@holdfast/contract';
import type { ResponseParts } from '../response-parts.ts';
import type { ResponseRooms } from '../response-rooms.ts';
import type { Actions } from '../actions/actions.ts';
import type { Cases } from './cases.ts';
import { createCases } from './create-cases.ts';

const PAGE = 200;
const PAGES_MAX = 5;

/** Cases with what the other rooms say about an incident, as far as they are there. */
export function openCases(parts: ResponseParts, rooms: ResponseRooms): Cases | null {
  const { alerts } = parts.detection.rooms;
  if (alerts === undefined) return null;
  const cases = createCases({
    ...parts,
    alerts,
    hasApplication: async (id) => (await parts.applications.list()).some(({ application }) => application.id === id),
    actions: async (incident) => readActions(rooms.actions, incident === null ? { state: 'open' } : { state: 'all', incident }),
    clocks: async (incident) => (await rooms.clocks?.of(incident)) ?? [],
  });
  cases.joins(async (incident) => (await rooms.actions?.timeline(incident)) ?? []);
  cases.joins(async (incident) => (await rooms.runs?.timeline(incident)) ?? []);
  cases.joins(async (incident) => (await rooms.clocks?.timeline(incident)) ?? []);
  // An exercise runs its own playbook, and does nothing: no other one starts for it.
  cases.onChanged((incident) => {
    if (incident.cause !== 'exercise') rooms.runs?.onIncident(incident);
  });
  return cases;
}

async function readActions(
  actions: Actions | undefined,
  query: Pick<ActionQuery, 'state' | 'incident'>,
): Promise<readonly ActionView[]> {
  if (actions === undefined) return [];
  const found: ActionView[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { items, next } = await actions.list({ ...query, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...items);
    if (next === null) break;
    cursor = next;
  }
  return found;
}
