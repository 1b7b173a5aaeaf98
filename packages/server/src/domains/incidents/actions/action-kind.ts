import type { ActionName, ActionParameters, Impact, Permission } from '@holdfast/contract';
import type { Actor } from '../../applications/index.ts';

/** JSON that says how things stand: small, stable in its order, without secrets. */
export type StateOf = Readonly<Record<string, unknown>>;

/** Who asks: nobody takes away their own session, account or address by an action, which is what a guard looks at. */
export interface Asker {
  readonly actor: Actor;
  /** Of the administration; null = asked in no browser. */
  readonly session: string | null;
}

/** For whom and for what an action is done. */
export interface ActionFor extends Asker {
  /** Of the action: whatever is done twice under it is done once. */
  readonly id: string;
  readonly incident: string | null;
  readonly reason: string;
  /** How often it was undone and done again: what is told once under a key is told anew. */
  readonly round: number;
  /** When it began; what is newer is none of its doing. */
  readonly beganAt: number;
  /** What `read` said when it began: after a crash it tells what this action did from what was so already. */
  readonly before: StateOf;
}

/** What an action would do. */
export interface Planned {
  readonly summary: string;
  readonly impact: Impact;
  /** Of the action by itself; a large impact asks for more. */
  readonly approvals: 0 | 1 | 2;
  readonly why: readonly string[];
  /** A guard that nobody can overrule; null = none. */
  readonly refused: string | null;
  readonly isEffective: boolean;
  /** How it is undone, in words; null = it cannot be. */
  readonly undo: string | null;
  /** Milliseconds since the epoch; null = it does not end by itself. */
  readonly expiresAt: number | null;
}

/** What was done, and what undoing it needs to know. */
export interface Applied {
  readonly detail: string;
  /** Small JSON, kept sealed with the action; null = nothing can be undone. */
  readonly undo: StateOf | null;
  /** `effective` holds on until it is undone or its time is over; `done` happened. */
  readonly state: 'effective' | 'done';
}

/**
 * One kind of action. Applying and undoing may be called again after a crash with the same `id`, and do it once: they look first
 * whether it is like that already. Both throw `Refusal`s in words for people.
 */
export interface ActionKind<Name extends ActionName = ActionName> {
  readonly name: Name;
  /** What whoever asks by hand must be allowed besides `incident:act`. */
  readonly permission: Permission;
  /** How what it changes stands now; compared before it is done, after it is undone, and after it is done again. */
  read(parameters: ActionParameters<Name>): Promise<StateOf>;
  plan(parameters: ActionParameters<Name>, now: number, asker: Asker): Promise<Planned>;
  apply(parameters: ActionParameters<Name>, as: ActionFor): Promise<Applied>;
  /** Left out = there is no undo. Answers in words. */
  undo?(parameters: ActionParameters<Name>, undo: StateOf, as: ActionFor): Promise<string>;
}

/** All of them; the table says that none is forgotten. */
export type ActionKinds = { readonly [Name in ActionName]?: ActionKind<Name> };
