import type { Log } from '../../../platform/log.ts';
import type { Actor } from '../../applications/index.ts';
import type { Channels } from '../../detection/index.ts';
import type { Cases } from '../cases/cases.ts';
import type { Clocks } from '../clocks/clocks.ts';
import type { Playbooks } from '../playbooks/playbooks.ts';
import type { Runs } from '../playbooks/runs/runs.ts';

export interface ExerciseRooms {
  readonly cases: Pick<Cases, 'openFor' | 'openExercises' | 'show' | 'note' | 'addFile' | 'move' | 'report'>;
  readonly clocks: Pick<Clocks, 'start' | 'settle' | 'draft'>;
  readonly playbooks: Pick<Playbooks, 'list' | 'load'>;
  readonly runs: Pick<Runs, 'begin' | 'list'>;
}

export interface ExerciseParts {
  readonly log: Log;
  readonly newId: () => string;
  /** Null = not all that an exercise goes through is there. */
  readonly rooms: () => ExerciseRooms | null;
  readonly channels: () => Pick<Channels, 'tellText'> | undefined;
  /** Of the page that shows an incident. */
  readonly link: (incident: string) => string;
}

export const BY_EXERCISE: Actor = { kind: 'system', ref: 'exercise' };
