import type {
  ActionInput,
  ActionPlan,
  ActionQuery,
  ActionRequest,
  ActionView,
  Page,
  Permission,
  TimelineEntry,
} from '@holdfast/contract';
import type { Actor } from '../../applications/index.ts';

/** Who asks for an action. */
export interface Asking {
  readonly actor: Actor;
  /** Of a playbook; null = somebody asks. */
  readonly run?: { readonly id: string; readonly step: string } | undefined;
  /** What the caller may; left out = a playbook, which somebody with `playbook:write` has put into force. */
  readonly may?: (permission: Permission) => boolean | Promise<boolean>;
  /** Of whoever asks in a browser: it is never ended by what they ask for. */
  readonly session?: string | undefined;
}

export interface ActionBy {
  readonly actor: Actor;
  readonly revision?: number | null;
  /** What the caller may, as in `Asking`. */
  readonly may?: (permission: Permission) => boolean | Promise<boolean>;
  readonly session?: string | undefined;
}

/** What came of undoing one action of a run. */
export interface Undone {
  readonly action: ActionView;
  readonly isUndone: boolean;
  /** Why not, or what was done. */
  readonly detail: string;
}

/** What is done about incidents: planned, asked for, agreed to, done once, undone. */
export interface Actions extends AsyncDisposable {
  /** What it would do; changes nothing. */
  plan(request: ActionRequest & { readonly incident: string | null }, by: Asking): Promise<ActionPlan>;
  /** Under one key once: asked again, what stands is answered. Needs nobody's approval = done when this resolves. */
  request(input: ActionInput, by: Asking): Promise<ActionView>;
  /** Never by whoever asked for it, nor twice by one person. */
  approve(id: string, reason: string, by: ActionBy): Promise<ActionView>;
  refuse(id: string, reason: string, by: ActionBy): Promise<ActionView>;
  undo(id: string, reason: string, by: ActionBy): Promise<ActionView>;
  /** After an undo: the same again, planned anew. */
  redo(id: string, reason: string, by: ActionBy): Promise<ActionView>;
  /** All that a run did and that still holds, newest first; what cannot be undone is said. */
  undoRun(run: string, reason: string, by: ActionBy): Promise<readonly Undone[]>;
  show(id: string): Promise<ActionView>;
  list(query: ActionQuery): Promise<Page<ActionView>>;
  /** Told whenever an action changed its state. */
  onChanged(listener: (action: ActionView) => void): void;
  timeline(incident: string): Promise<readonly (TimelineEntry & { readonly record: string })[]>;
  /** Once, at the start: what a killed process began is brought to its end. */
  resume(): Promise<void>;
  /** Every second: approvals that nobody gave and actions whose time is over end. */
  tick(): Promise<void>;
}
