import type { Playbook } from '../../documents/playbook.ts';

/** Steps that one run may enter: a loop that nothing ends is ended by this. */
export const STEPS_MAX = 1000;
export const ROUNDS_MAX = 100;
export const DEPTH_MAX = 8;
export const DETAIL_CHARS_MAX = 1000;

export type VisitState = 'delayed' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'skipped' | 'undone';

/** A step that was entered, once. */
export interface Visit {
  readonly seq: number;
  readonly frame: number;
  /** The visit that opened the branch it stands in; null = the run itself. */
  readonly parent: number | null;
  readonly step: string;
  readonly round: number;
  state: VisitState;
  startedAt: number;
  endedAt: number | null;
  /** When its delay is over. */
  wakeAt: number | null;
  /** When it has taken too long. */
  dueAt: number | null;
  /** Of its commands, the one that is under way. */
  command: number;
  /** Branches of it that have not ended, how often a loop went round, and whether one of them failed. */
  open: number;
  turns: number;
  hasFailed: boolean;
  /** Why it is being brought to an end before its time; null = it is not. */
  ending: string | null;
  /** Something around it ends: it leads nowhere any more. */
  isStopped: boolean;
  action: string | null;
  question: string | null;
  detail: string | null;
}

/** A playbook that runs inside of this run: the first is that of the run, others were called by a `playbook-action`. */
export interface Frame {
  readonly id: number;
  readonly playbook: string;
  readonly parent: number | null;
  readonly variables: Map<string, string | null>;
  /** Its `workflow_exception` was entered. */
  isHandling: boolean;
  failure: string | null;
}

export type Phase = 'running' | 'undoing' | 'completed' | 'failed' | 'cancelled';

/** Everything about a run that decides how it goes on; plain data, stored after every change. */
export interface RunState {
  readonly isSimulation: boolean;
  readonly frames: Map<number, Frame>;
  readonly visits: Map<number, Visit>;
  phase: Phase;
  /** What it becomes when everything was undone. */
  ends: 'failed' | 'cancelled' | null;
  cancel: { readonly why: string; readonly undo: boolean } | null;
  outcome: string | null;
}

/** What came of a command. */
export type CommandAnswer =
  | { readonly kind: 'done'; readonly detail: string; readonly action?: string; readonly values?: ReadonlyMap<string, string> }
  | { readonly kind: 'failed'; readonly detail: string; readonly action?: string }
  | { readonly kind: 'waits'; readonly detail: string; readonly action: string };

export type RunEvent =
  | { readonly kind: 'begin' }
  | { readonly kind: 'answered'; readonly seq: number; readonly command: number; readonly answer: CommandAnswer }
  /** Somebody, to a manual step. */
  | {
      readonly kind: 'said';
      readonly seq: number;
      readonly isDone: boolean;
      readonly detail: string;
      readonly values: ReadonlyMap<string, string>;
    }
  /** What a visit that ends before its time had asked for is gone, or stands and was told so in `detail`. */
  | { readonly kind: 'withdrawn'; readonly seq: number; readonly detail: string | null }
  | { readonly kind: 'time' }
  | { readonly kind: 'cancel'; readonly why: string; readonly undo: boolean }
  | { readonly kind: 'undone'; readonly actions: readonly string[]; readonly detail: string };

/** Something that has to happen outside of the machine; found anew in the state after a crash. */
export type Effect =
  | { readonly kind: 'command'; readonly seq: number; readonly command: number }
  /** An action that waits for somebody. */
  | { readonly kind: 'look'; readonly seq: number; readonly command: number; readonly action: string }
  | { readonly kind: 'withdraw'; readonly seq: number; readonly command: number }
  | { readonly kind: 'undo' };

/** What does not change while a run goes on: the playbook that runs, and those that it may call, by id. */
export interface World {
  readonly playbooks: ReadonlyMap<string, Playbook>;
}

export const isOpen = ({ state }: Visit): boolean => state === 'delayed' || state === 'running' || state === 'waiting';
