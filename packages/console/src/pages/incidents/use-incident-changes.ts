import type {
  ClockView,
  IncidentChange,
  IncidentDetail,
  IncidentFile,
  IncidentReport,
  IncidentTask,
  IncidentView,
  Phase,
} from '@holdfast/contract';
import { useChange } from '../../api/use-change.ts';
import { incidentPath } from './calls.ts';
import { PHASE_WORDS } from './words.ts';

interface Move {
  readonly phase: Phase;
  readonly reason: string;
  readonly verdict?: IncidentView['verdict'];
  readonly lessons?: readonly string[];
  readonly leavesActions?: boolean;
}

/** What people do with an incident. Moves can be taken back: every phase can be gone back to. */
export function useIncidentChanges({ id, phase, revision }: Pick<IncidentDetail, 'id' | 'phase' | 'revision'>) {
  const back = { method: 'POST', path: incidentPath(id, '/move'), body: { phase, reason: 'undone in the console' } } as const;
  const move = useChange<IncidentDetail>({
    name: 'incidents.move',
    says: (moved) => `${PHASE_WORDS[moved.phase]}: the incident is there now.`,
    undo: () => back,
  });
  const change = useChange<IncidentDetail>({ name: 'incidents.change', says: 'The incident is changed.' });
  const note = useChange<IncidentDetail>({ name: 'incidents.note', says: 'The note is kept.' });
  const file = useChange<IncidentFile>({ name: 'incidents.file', says: (made) => `${made.name} is kept, sealed.` });
  const task = useChange<IncidentTask>({ name: 'incidents.task', says: 'The task is kept.' });
  const finish = useChange<IncidentTask>({ name: 'incidents.finish', says: 'The task is done.' });
  const aware = useChange<{ readonly items: readonly ClockView[] }>({ name: 'incidents.aware', says: 'The clocks run.' });
  const settle = useChange<ClockView>({ name: 'incidents.settle', says: 'Noted.' });
  const changes = [move, change, note, file, task, finish, aware, settle];
  const post = (rest: string, body: unknown) => ({ method: 'POST', path: incidentPath(id, rest), body }) as const;
  return {
    isBusy: changes.some(({ isPending }) => isPending),
    move: (to: Move) => move.run({ ...post('/move', to), revision }, 'Move the incident'),
    change: (to: IncidentChange) =>
      change.run({ method: 'PATCH', path: incidentPath(id), body: to, revision }, 'Change the incident'),
    note: (text: string) => note.run(post('/notes', { text }), 'Keep the note'),
    file: (name: string, content: string) => file.run(post('/files', { name, content }), 'Keep the file'),
    task: (title: string, kind: IncidentTask['kind']) => task.run(post('/tasks', { title, kind }), 'Keep the task'),
    finish: (done: string) => finish.run(post(`/tasks/${encodeURIComponent(done)}/done`, {}), 'Finish the task'),
    aware: (awareAt: number, reason: string) => aware.run(post('/aware', { awareAt, reason }), 'Start the clocks'),
    settle: (clock: string, body: unknown) =>
      settle.run(post(`/clocks/${encodeURIComponent(clock)}/settle`, body), 'Settle the clock'),
  };
}
export type IncidentChanges = ReturnType<typeof useIncidentChanges>;

/** A report is made anew each time it is asked for, and that is recorded. */
export function useReport(id: string, onDone: (report: IncidentReport) => void) {
  const report = useChange<IncidentReport>({ name: 'incidents.report', onDone });
  return {
    isBusy: report.isPending,
    make: () => report.run({ method: 'POST', path: incidentPath(id, '/report'), body: {} }, 'Make the report'),
  };
}
