import type {
  AlertDetail,
  EventRecord,
  IncidentChange,
  IncidentDetail,
  IncidentFile,
  IncidentFileInput,
  IncidentInput,
  IncidentMove,
  IncidentQuery,
  IncidentReport,
  IncidentTask,
  IncidentTaskInput,
  IncidentView,
  Page,
  TimelineEntry,
} from '@holdfast/contract';
import type { Actor } from '../../applications/index.ts';

export interface IncidentBy {
  readonly actor: Actor;
  readonly revision?: number | null;
  /** A playbook goes on, whoever began it: nobody has to own the incident first. */
  readonly isPlaybook?: boolean;
}

/** Something that happened because of an incident. What has no place in the ledger of its own names its record. */
export type JoinedEntry = TimelineEntry & { readonly record?: string };

export type TimelineSource = (incident: string) => Promise<readonly JoinedEntry[]>;

export interface OwnOpening extends Pick<IncidentView, 'title' | 'severity'> {
  readonly summary: string;
  readonly cause: 'recovery' | 'exercise';
}

/** Incidents from the first alert to what was learned. Answers are those of the API. */
export interface Cases extends AsyncDisposable {
  /** Every alert that is told: it joins an open incident, opens one, or neither. Never waits, never throws. */
  take(alert: Pick<AlertDetail, 'id'>): void;
  /** Every record passes here: erased subjects are taken out. Never waits, never throws. */
  observe(events: readonly EventRecord[]): void;
  open(input: IncidentInput, actor: Actor): Promise<IncidentDetail>;
  /** Under one key once, by what we found ourselves: asked again, the incident that it opened is answered. */
  openFor(key: string, opening: OwnOpening, actor: Actor): Promise<IncidentDetail>;
  /** Exercises that have not come to their end, by their ids, oldest first. */
  openExercises(): Promise<readonly string[]>;
  list(query: IncidentQuery): Promise<Page<IncidentView>>;
  /** By its id, or by its number as text. */
  show(id: string): Promise<IncidentDetail>;
  timeline(id: string): Promise<readonly TimelineEntry[]>;
  move(id: string, input: IncidentMove, by: IncidentBy): Promise<IncidentDetail>;
  change(id: string, input: IncidentChange, by: IncidentBy): Promise<IncidentDetail>;
  link(id: string, alerts: readonly string[], by: IncidentBy): Promise<IncidentDetail>;
  note(id: string, text: string, by: IncidentBy): Promise<IncidentDetail>;
  addFile(id: string, input: IncidentFileInput, by: IncidentBy): Promise<IncidentFile>;
  readFile(id: string, file: string): Promise<{ readonly name: string; readonly content: Uint8Array }>;
  addTask(id: string, input: IncidentTaskInput, by: IncidentBy): Promise<IncidentTask>;
  finishTask(id: string, task: string, by: IncidentBy): Promise<IncidentTask>;
  /** From when somebody knew that personal data is concerned; what stands already stays. Legal clocks call it. */
  aware(id: string, awareAt: number, by: IncidentBy): Promise<void>;
  report(id: string, by: IncidentBy): Promise<IncidentReport>;
  /**
   * Told of each incident that begins, moves, or changes in what is known of it: at least once, also after a crash, on one of the
   * nodes.
   */
  onChanged(listener: (incident: IncidentDetail, what: 'opened' | 'moved' | 'changed') => void): void;
  /** What else happened because of an incident is read from here. */
  joins(source: TimelineSource): void;
  settle(): Promise<void>;
  tick(): Promise<void>;
}
