import type { ExerciseInput, IncidentDetail, PlaybookView } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import type { Actor } from '../../applications/index.ts';
import { carryOn } from './carry-on.ts';
import type { ExerciseParts, ExerciseRooms } from './exercise-parts.ts';
import type { Exercises } from './exercises.ts';

const PAGE = 200;

/** @example const exercises = createExercises({ log, newId, rooms, channels, link }); */
export function createExercises(parts: ExerciseParts): Exercises {
  const { log } = parts;
  const mine = new Set<string>();
  let working: Promise<void> | null = null;
  const goThrough = async (rooms: ExerciseRooms): Promise<void> => {
    for (const id of mine) {
      try {
        while (await carryOn(rooms, id)) await Promise.resolve();
        if ((await rooms.cases.show(id)).phase === 'closed') mine.delete(id);
      } catch (error) {
        log.warn({ err: error, incident: id }, 'an exercise could not go on; tried later');
      }
    }
  };
  const look = async (): Promise<void> => {
    const rooms = parts.rooms();
    if (working !== null || rooms === null || mine.size === 0) return;
    working = goThrough(rooms).finally(() => {
      working = null;
    });
    await working;
  };
  return {
    async begin(input, actor) {
      const incident = await open(parts, input, actor);
      mine.add(incident.id);
      return incident;
    },
    async resume() {
      const rooms = parts.rooms();
      if (rooms === null) return;
      for (const id of await rooms.cases.openExercises()) mine.add(id);
    },
    tick: look,
    async [Symbol.asyncDispose]() {
      await working;
    },
  };
}

async function open(parts: ExerciseParts, input: ExerciseInput, actor: Actor): Promise<IncidentDetail> {
  const rooms = parts.rooms();
  if (rooms === null) throw new Refusal('service-unavailable', { detail: 'Incidents or playbooks are not kept here.' });
  const { id: playbook, name } = await chosen(rooms, input.playbook);
  const { reason, tell } = input;
  const title = `Exercise: ${name}`.slice(0, 200);
  const summary = `Gone through on paper: the playbook ${playbook} says what it would do. ${reason}`;
  const { id, openedAt } = await rooms.cases.openFor(
    `exercise:${parts.newId()}`,
    { title, summary, severity: 'low', cause: 'exercise' },
    actor,
  );
  await rooms.runs.begin(playbook, { incident: id, variables: {}, simulate: true, reason }, { actor });
  await startClocks(parts, rooms, { incident: id, input: { awareAt: openedAt, reason, isQuiet: !tell }, actor });
  const incident = await rooms.cases.show(id);
  if (tell) await tellOf(parts, incident);
  return incident;
}

/** Named, or the one whose last run is the longest ago: in time each is gone through. */
async function chosen({ playbooks, runs }: ExerciseRooms, named: string | null): Promise<PlaybookView> {
  if (named !== null) return (await playbooks.load(named)).view;
  const { items } = await playbooks.list({ limit: PAGE });
  const ran = await Promise.all(
    items
      .filter(({ isOn }) => isOn)
      .map(async (view) => {
        const [last] = (await runs.list({ state: 'all', playbook: view.id, limit: 1 })).items;
        return { view, at: last?.startedAt ?? 0 };
      }),
  );
  const [first] = ran.toSorted((left, right) => left.at - right.at);
  if (first === undefined) throw new Refusal('conflict', { errors: [{ pointer: '/playbook', detail: 'no playbook is on' }] });
  return first.view;
}

interface Starting {
  readonly incident: string;
  readonly input: Parameters<ExerciseRooms['clocks']['start']>[1];
  readonly actor: Actor;
}

/** Where no rule is on there is no clock to go through, and the incident says so. */
async function startClocks(parts: ExerciseParts, { clocks, cases }: ExerciseRooms, start: Starting): Promise<void> {
  const { incident, input, actor } = start;
  try {
    await clocks.start(incident, input, actor);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    parts.log.warn({ err: error, incident }, 'an exercise has no legal clocks');
    await cases.note(incident, `No legal clock was started: ${error.errors[0]?.detail ?? error.message}`, { actor });
  }
}

async function tellOf({ channels, link }: ExerciseParts, incident: IncidentDetail): Promise<void> {
  const due = incident.clocks.map(
    ({ rule, dueAt }) => `${rule} ${dueAt === null ? 'without delay' : new Date(dueAt).toISOString()}`,
  );
  await channels()?.tellText({
    title: `DRILL: Incident ${incident.number}: ${incident.title}`,
    text: `This is a drill: nothing is done and nothing is to be filed. ${due.length === 0 ? '' : `Legal clocks: ${due.join(', ')}.`}`,
    severity: incident.severity,
    application: null,
    link: link(incident.id),
    key: `incident:${incident.id}`,
    channel: null,
  });
}
