import type { ExerciseInput, IncidentDetail } from '@holdfast/contract';
import type { Actor } from '../../applications/index.ts';

/** Incidents that are none: what would be done is gone through, from the first phase to the report, and nothing is done. */
export interface Exercises extends AsyncDisposable {
  /** Resolves when it is open and its playbook has begun; it goes on by itself until it is closed. */
  begin(input: ExerciseInput, actor: Actor): Promise<IncidentDetail>;
  /** Once, at the start: those that a killed process left go on. */
  resume(): Promise<void>;
  /** Each second. */
  tick(): Promise<void>;
}
