import { faultPoint } from '../../../../platform/fault-point.ts';
import { Refusal } from '../../../../platform/refusal.ts';
import type { ResponseParts } from '../../response-parts.ts';
import type { ResponseRooms } from '../../response-rooms.ts';
import type { Playbook } from '../documents/playbook.ts';
import { readPlaybook } from '../documents/read.ts';
import { createOutside } from './agent/outside/outside.ts';
import { createAgent } from './agent/own-agent.ts';
import { searchEvents } from './agent/search.ts';
import { createRuns } from './create-runs.ts';
import type { Runs } from './runs.ts';

/** Runs, with the rooms that their steps ask. */
export function openRuns(parts: ResponseParts, rooms: ResponseRooms): Runs {
  const { alerts } = parts.detection.rooms;
  const agent = createAgent({
    actions: () => rooms.actions,
    cases: () => rooms.cases,
    board: () => rooms.board,
    traffic: () => rooms.traffic,
    outside: createOutside(parts.playbooks.agents),
    search: async (at, rule) => searchEvents(parts.detection.rooms.rules, at, rule),
  });
  return createRuns({
    ...parts,
    agent,
    fault: (place, pass) => faultPoint(`playbook ${place}`, pass),
    playbooks: () => rooms.playbooks,
    read: readStored,
    incident: async (id) => {
      if (rooms.cases === undefined) throw new Refusal('not-found');
      return rooms.cases.show(id);
    },
    detectorOf: async (alert) => {
      const view = await alerts?.show(alert).catch(() => null);
      return view?.detector ?? null;
    },
    mayAct: async (application) => mayAct(parts, application),
  });
}

/** It was checked when it came. */
function readStored(document: unknown): Playbook {
  const { playbook } = readPlaybook(document);
  if (playbook === null) throw new Error('assertion: what was checked before it was stored can be read');
  return playbook;
}

/** As for answers of the watch: only where they are on, and the application is enforced. */
async function mayAct({ isAnswering, protection, applications }: ResponseParts, application: string | null): Promise<boolean> {
  if (!isAnswering || (await protection.showBypass()).active !== null) return false;
  // Sign-ins belong to no application: something may be done about them where anything is enforced at all.
  if (application === null) return (await applications.list()).some((one) => one.application.mode === 'enforce');
  const found = await applications.get(application).catch(() => null);
  return found?.application.mode === 'enforce';
}
