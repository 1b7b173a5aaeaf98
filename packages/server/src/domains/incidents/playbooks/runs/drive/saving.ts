import { playbookEvents, type EventRecord, type RunState as PublicState } from '@holdfast/contract';
import type { Actor } from '../../../../applications/index.ts';
import { isOpen, type RunState, type Visit } from '../machine/state.ts';
import type { RunParts } from '../run-parts.ts';
import { writeRun } from '../store/run-store.ts';
import type { RunTables } from '../store/tables.ts';

/** A run as the node that goes on with it has it. */
export interface Held {
  readonly id: string;
  readonly playbook: string;
  readonly incident: string | null;
  readonly actor: Actor;
  readonly reason: string;
  readonly fence: number;
}

/** What others see of it: a run whose every open step waits for somebody waits. */
export function publicState(state: RunState): PublicState {
  if (state.phase === 'undoing') return 'running';
  if (state.phase !== 'running') return state.phase;
  const leaves = [...state.visits.values()].filter((visit) => isOpen(visit) && visit.open === 0);
  return leaves.length > 0 && leaves.every((visit) => visit.state === 'waiting') ? 'waiting' : 'running';
}

export const countWaiting = (state: RunState): number =>
  [...state.visits.values()].filter((visit) => visit.state === 'waiting').length;

interface Saving {
  readonly held: Held;
  readonly before: RunState;
  readonly after: RunState;
  readonly changed: readonly Visit[];
  /** Who made it go on, where somebody did. */
  readonly by: Actor | null;
}

/** The run, the visits that changed and their records, or nothing. False = another node goes on with it. */
export async function saveRun(parts: RunParts, { held, before, after, changed, by }: Saving): Promise<boolean> {
  const { db, bus, clock, seal } = parts;
  const state = publicState(after);
  const hasEnded = state === 'completed' || state === 'failed' || state === 'cancelled';
  return db.transaction(async (transaction) => {
    const tx = transaction.kysely.withTables<RunTables>();
    const isMine = await writeRun(tx, {
      id: held.id,
      fence: held.fence,
      set: {
        state,
        ended_at: hasEnded ? clock.now() : null,
        waiting: countWaiting(after),
        memory: seal.memory(held.id, { state: after, reason: held.reason }),
        ...(hasEnded ? { holder: null } : {}),
      },
      visits: changed.map((visit) => ({ seq: visit.seq, visit: seal.visit(held.id, visit) })),
    });
    if (!isMine) return false;
    const events = changed.flatMap((visit) => stepEvents(parts, { held, visit, before: before.visits.get(visit.seq), by }));
    if (hasEnded) events.push(endEvent(parts, { held, state, isSimulation: after.isSimulation }));
    await bus.publish(transaction, events);
    return true;
  });
}

interface Stepped {
  readonly held: Held;
  readonly visit: Visit;
  readonly before: Visit | undefined;
  readonly by: Actor | null;
}

function stepEvents({ bus }: RunParts, { held, visit, before, by }: Stepped): EventRecord[] {
  const record = (state: 'waiting' | 'answered' | 'succeeded' | 'failed' | 'skipped' | 'undone'): EventRecord =>
    bus.newEvent(playbookEvents.step, {
      actor: by ?? held.actor,
      target: held.incident ?? held.id,
      payload: { run: held.id, step: visit.step, round: visit.round, state, action: visit.action },
    });
  const events: EventRecord[] = [];
  // Whoever it was asks nothing more: somebody said something, unless it merely ended.
  if (by !== null && before !== undefined && before.question !== null && visit.question === null) events.push(record('answered'));
  const { state } = visit;
  if (state !== before?.state && state !== 'running' && state !== 'delayed') events.push(record(state));
  return events;
}

interface Ended {
  readonly held: Held;
  readonly state: PublicState;
  readonly isSimulation: boolean;
}

function endEvent({ bus }: RunParts, { held, state, isSimulation }: Ended): EventRecord {
  return bus.newEvent(playbookEvents.ended, {
    actor: held.actor,
    target: held.incident ?? held.id,
    outcome: state === 'completed' ? 'ok' : 'failed',
    payload: { run: held.id, playbook: held.playbook, incident: held.incident, state, simulation: isSimulation },
  });
}
