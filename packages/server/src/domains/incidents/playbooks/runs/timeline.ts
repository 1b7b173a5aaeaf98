import type { TimelineEntry } from '@holdfast/contract';
import { keyOfRun, keyOfStep } from '../../ledger-records.ts';
import { nameOf } from './machine/flow.ts';
import type { Visit } from './machine/state.ts';
import type { RunParts } from './run-parts.ts';
import { shownWorldOf } from './run-world.ts';
import { readRuns, readVisits } from './store/run-store.ts';
import { tablesOf, type RunRow } from './store/tables.ts';
import { viewOf } from './views.ts';

const RUNS_MAX = 50;

/** What playbooks did because of an incident: that they began, how each step ended, how they ended. */
type Recorded = TimelineEntry & { readonly record: string };

export async function timelineOf(parts: RunParts, incident: string): Promise<readonly Recorded[]> {
  const entries: Recorded[] = [];
  for (const row of await readRuns(tablesOf(parts.db), { state: 'all', incident, limit: RUNS_MAX }))
    entries.push(...(await entriesOf(parts, row)));
  return entries;
}

/** One run that cannot be opened any more must not hide the others, nor that it began. */
async function entriesOf(parts: RunParts, row: RunRow): Promise<readonly Recorded[]> {
  const visits = await readVisits(tablesOf(parts.db), row.id);
  try {
    const names = namesOf(parts, row);
    const entries = visits.map(({ seq, visit }) => visitEntry(row, names, parts.seal.openVisit(row.id, seq, visit)));
    return [...runEntries(row, viewOf(parts.seal, row).outcome), ...entries.filter((entry) => entry !== null)];
  } catch (error) {
    parts.log.warn({ err: error, run: row.id }, 'what a run did cannot be read any more');
    return runEntries(row, null);
  }
}

type Names = ReadonlyMap<string, string>;

/** As they are called in the texts that run, which may have been changed since. */
function namesOf(parts: RunParts, row: RunRow): Names {
  const playbooks = [...shownWorldOf(parts, row).playbooks.values()];
  return new Map(playbooks.flatMap(({ steps }) => [...steps.values()].map((step) => [step.id, nameOf(step)] as const)));
}

const LANE = { lane: 'playbook', severity: null, index: null } as const;

function runEntries(row: RunRow, outcome: string | null): Recorded[] {
  const what = row.is_simulation ? 'simulation of' : 'playbook';
  const at = { ...LANE, ref: row.id, actor: row.started_by };
  const began = {
    ...at,
    id: `${row.id}:began`,
    record: keyOfRun(row.id, 'began'),
    time: row.started_at,
    title: `${what} ${row.name} began`.slice(0, 300),
    detail: null,
  };
  if (row.ended_at === null) return [began];
  const title = `${what} ${row.name} ${row.state}`.slice(0, 300);
  return [began, { ...at, record: keyOfRun(row.id, 'ended'), id: `${row.id}:ended`, time: row.ended_at, title, detail: outcome }];
}

/** Only what somebody sees of it: beginnings, ends and turns of the road say nothing by themselves. */
function visitEntry(row: RunRow, names: Names, visit: Visit): Recorded | null {
  if (visit.detail === null && visit.question === null) return null;
  return {
    ...LANE,
    id: `${row.id}:${visit.seq}`,
    record: keyOfStep(row.id, visit),
    time: visit.endedAt ?? visit.startedAt,
    title: `${row.name}: ${names.get(visit.step) ?? visit.step}: ${visit.state}`.slice(0, 300),
    detail: (visit.question ?? visit.detail)?.slice(0, 2000) ?? null,
    actor: null,
    ref: row.id,
  };
}
