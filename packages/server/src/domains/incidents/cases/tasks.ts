import type { IncidentTask, IncidentTaskInput } from '@holdfast/contract';
import { createHash } from 'node:crypto';
import { Refusal } from '../../../platform/refusal.ts';
import { actorName, type Actor } from '../../applications/index.ts';
import { changedEvent, changing, writeEntry, type CaseChange, type CaseParts } from './case-parts.ts';
import { changeCase, mustLock, readTasks } from './case-store.ts';
import type { IncidentBy } from './cases.ts';
import { TASKS_MAX, toTask } from './reading.ts';
import type { CaseRow, TaskRow } from './tables.ts';

export const sha256Of = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

const tooMany = (what: string, max: number): Refusal =>
  new Refusal('conflict', { errors: [{ pointer: '', detail: `an incident has ${max} ${what} at most` }] });

interface NewTask {
  readonly row: CaseRow;
  readonly actor: Actor;
  readonly task: IncidentTaskInput;
}

export async function insertTask(parts: CaseParts, change: CaseChange, { row, actor, task }: NewTask): Promise<IncidentTask> {
  const { tx, now } = change;
  if ((await readTasks(tx, row.id, TASKS_MAX)).length >= TASKS_MAX) throw tooMany('tasks', TASKS_MAX);
  const id = parts.newId();
  const { title, owner, dueAt, kind } = task;
  const stored: TaskRow = {
    id,
    incident: row.id,
    kind,
    owner,
    due_at: dueAt,
    added_at: now,
    done_at: null,
    done_by: null,
    title: parts.seal.text('title', id, title),
  };
  await tx.insertInto('incidents_case_task').values(stored).execute();
  const event = changedEvent(parts, row, { actor, change: 'task-added', part: id, sha256: sha256Of(title) });
  const words = `${kind === 'lesson' ? 'Lesson' : 'Task'}: ${title}`;
  await writeEntry(parts, change, { incident: row.id, lane: 'task', actor, title: words, ref: id, event });
  return toTask(parts, stored);
}

export async function addTask(
  parts: CaseParts,
  id: string,
  { input, by }: { input: IncidentTaskInput; by: IncidentBy },
): Promise<IncidentTask> {
  return changing(parts, async (change) => {
    const row = await mustLock(change.tx, id, by);
    const added = await insertTask(parts, change, { row, actor: by.actor, task: input });
    await changeCase(change.tx, { id: row.id, now: change.now }, {});
    return added;
  });
}

/** Also after the incident was closed: what was learned is done later. Done twice is done once. */
export async function finishTask(
  parts: CaseParts,
  id: string,
  { task, by }: { task: string; by: IncidentBy },
): Promise<IncidentTask> {
  return changing(parts, async (change) => {
    const { tx, now } = change;
    const { actor } = by;
    const row = await mustLock(tx, id, by);
    const found = (await readTasks(tx, row.id, TASKS_MAX)).find((one) => one.id === task);
    if (found === undefined) throw new Refusal('not-found');
    if (found.done_at !== null) return toTask(parts, found);
    const done = { done_at: now, done_by: actorName(actor) };
    await tx.updateTable('incidents_case_task').set(done).where('id', '=', task).execute();
    await changeCase(tx, { id: row.id, now }, {});
    const event = changedEvent(parts, row, { actor, change: 'task-done', part: task, sha256: null });
    const view = toTask(parts, { ...found, ...done });
    await writeEntry(parts, change, { incident: row.id, lane: 'task', actor, title: `Done: ${view.title}`, ref: task, event });
    return view;
  });
}
