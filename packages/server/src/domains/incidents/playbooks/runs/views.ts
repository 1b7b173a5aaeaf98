import type { RunDetail, RunStep, RunView } from '@holdfast/contract';
import { flowOf, shownVariable } from '../documents/flow.ts';
import { askedFor } from './machine/asked-for.ts';
import type { RunState, Visit, World } from './machine/state.ts';
import type { RunSeal } from './store/sealed.ts';
import type { RunRow } from './store/tables.ts';

/** A node goes on with so many at a time; what waits for somebody does not count. */
export const BUSY_MAX = 20;
const DETAIL_CHARS_MAX = 1000;
/** Who looks never sees more of a value than the contract lets through. */
const VARIABLES_MAX = 200;

export function viewOf(seal: RunSeal, row: RunRow): RunView {
  const { state } = seal.openMemory(row.id, row.memory);
  const queued =
    row.holder === null && row.state === 'running' ? `waits for its turn: ${BUSY_MAX} playbooks run at a time` : null;
  return {
    id: row.id,
    playbook: row.playbook,
    name: row.name,
    digest: row.digest,
    incident: row.incident,
    isSimulation: row.is_simulation,
    state: row.state,
    startedAt: row.started_at,
    startedBy: row.started_by,
    endedAt: row.ended_at,
    outcome: (state.outcome ?? queued)?.slice(0, 500) ?? null,
    waiting: row.waiting,
    revision: row.revision,
  };
}

export interface Shown {
  readonly row: RunRow;
  readonly visits: readonly Visit[];
  /** The texts that it began with; one that this release does not read any more is not drawn. */
  readonly world: World;
}

export function detailOf(seal: RunSeal, { row, visits, world }: Shown): RunDetail {
  const { state } = seal.openMemory(row.id, row.memory);
  const playbook = world.playbooks.get(row.playbook);
  return {
    ...viewOf(seal, row),
    steps: visits.map((visit) => stepOf({ world, state }, visit)),
    variables: variablesOf(state),
    flow: playbook === undefined ? [] : [...flowOf(playbook)],
    start: playbook?.start ?? row.playbook,
  };
}

interface Place {
  readonly world: World;
  readonly state: RunState;
}

function questionOf(place: Place, visit: Visit): RunStep['question'] {
  const { question, dueAt } = visit;
  if (question === null || dueAt === null) return null;
  return { text: question, decideBy: dueAt, variables: askedFor(place, visit).map(shownVariable) };
}

function stepOf(place: Place, visit: Visit): RunStep {
  return {
    id: String(visit.seq),
    step: visit.step,
    round: visit.round,
    state: visit.state,
    startedAt: visit.startedAt,
    endedAt: visit.endedAt,
    detail: visit.detail?.slice(0, DETAIL_CHARS_MAX) ?? null,
    action: visit.action,
    question: questionOf(place, visit),
  };
}

/** Of the playbook itself: those of playbooks that it calls are theirs. */
function variablesOf(state: RunState): RunDetail['variables'] {
  const own = state.frames.get(0)?.variables ?? new Map<string, string | null>();
  return [...own].slice(0, VARIABLES_MAX).map(([name, value]) => ({ name, value }));
}
