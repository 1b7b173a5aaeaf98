import { PHASES, type IncidentDetail, type RunView } from '@holdfast/contract';
import { BY_EXERCISE, type ExerciseRooms } from './exercise-parts.ts';

const WHY = 'an exercise: nothing is to be filed';
const NO_PLAYBOOK = 'The process ended before its playbook began: nothing was gone through.';
const REPORT = 'report.md';

/** The next thing that an exercise lacks is done. True = something was, and there may be more; false = it waits, or is closed. */
export async function carryOn(rooms: ExerciseRooms, id: string): Promise<boolean> {
  const incident = await rooms.cases.show(id);
  if (incident.phase === 'closed') return false;
  const [run] = (await rooms.runs.list({ incident: id, state: 'all', limit: 1 })).items;
  if (run?.state === 'running' || run?.state === 'waiting') return false;
  await nextOf(rooms, incident, run ?? null)();
  return true;
}

/**
 * Each looks at what is there already, so that a killed process does nothing twice; and changes only the revision that it saw, so
 * that two nodes do not either.
 */
function nextOf({ cases, clocks }: ExerciseRooms, incident: IncidentDetail, run: RunView | null): () => Promise<unknown> {
  const { id, phase } = incident;
  const by = { actor: BY_EXERCISE, revision: incident.revision };
  const keep = async (name: string, text: string): Promise<unknown> =>
    cases.addFile(id, { name, content: Buffer.from(text, 'utf8').toString('base64') }, by);
  const undrafted = incident.clocks.find(({ rule }) => !hasFile(incident, draftName(rule)));
  if (undrafted !== undefined)
    return async () => keep(draftName(undrafted.rule), (await clocks.draft(id, undrafted.rule)).markdown);
  const running = incident.clocks.find(({ state }) => state === 'running');
  if (running !== undefined)
    return async () => clocks.settle({ incident: id, clock: running.id }, { state: 'not-needed', reason: WHY }, BY_EXERCISE);
  const next = PHASES[PHASES.indexOf(phase) + 1] ?? 'closed';
  if (next !== 'closed') return async () => cases.move(id, { phase: next, reason: 'gone through on paper', lessons: [] }, by);
  if (!hasFile(incident, REPORT)) return async () => keep(REPORT, (await cases.report(id, by)).markdown);
  return async () => cases.move(id, { phase: 'closed', verdict: 'benign', reason: endOf(run), lessons: [] }, by);
}

const draftName = (rule: string): string => `draft-${rule}.md`;
const hasFile = ({ files }: IncidentDetail, name: string): boolean => files.some((file) => file.name === name);

function endOf(run: RunView | null): string {
  if (run === null) return NO_PLAYBOOK;
  return run.state === 'completed' ? 'the exercise came to its end' : `its playbook ${run.state}: look at its steps`;
}
