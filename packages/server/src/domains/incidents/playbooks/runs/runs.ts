import type {
  ActionView,
  AlertDetail,
  IncidentDetail,
  Page,
  RunAnswer,
  RunCancel,
  RunDetail,
  RunInput,
  RunQuery,
  RunView,
  TimelineEntry,
} from '@holdfast/contract';
import type { Actor } from '../../../applications/index.ts';

export interface RunBy {
  readonly actor: Actor;
  readonly revision?: number | null;
}

/** Playbooks that run: each step is stored before and after it is done, so that a killed process goes on where it was. */
export interface Runs extends AsyncDisposable {
  /** Resolves when it is stored; it goes on by itself. */
  begin(playbook: string, input: RunInput, by: RunBy): Promise<RunDetail>;
  list(query: RunQuery): Promise<Page<RunView>>;
  show(id: string): Promise<RunDetail>;
  /** Of a manual step that waits: by the id of its visit, or by that of the step. */
  answer(id: string, step: string, input: RunAnswer, by: RunBy): Promise<RunDetail>;
  cancel(id: string, input: RunCancel, by: RunBy): Promise<RunDetail>;
  /** What starts playbooks by itself, and what goes on with those that wait. */
  onIncident(incident: IncidentDetail): void;
  onAlert(alert: AlertDetail): void;
  onAction(action: ActionView): void;
  timeline(incident: string): Promise<readonly (TimelineEntry & { readonly record: string })[]>;
  onChanged(listener: (run: RunView) => void): void;
  /** Once, at the start: those that a killed process left go on. */
  resume(): Promise<void>;
  /** Every second: delays, timeouts and schedules. */
  tick(): Promise<void>;
  settle(): Promise<void>;
}
