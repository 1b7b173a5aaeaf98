import type { Isolation, ReleaseCheck } from '@holdfast/contract';
import type { Actor } from '../../applications/index.ts';

/** What is cut off, as it is stored. */
export interface IsolationRow extends Isolation {
  readonly createdAt: number;
  readonly createdBy: string;
  readonly reason: string;
  /** Requests that were refused because of it. */
  readonly refused: number;
  /** Of the last look whether it may go again. */
  readonly checks: readonly ReleaseCheck[];
  readonly checkedAt: number | null;
}

export interface IsolationInput extends Omit<Isolation, 'id' | 'expiresAt'> {
  /** Of the action that asks for it: asked again, what stands is answered. Left out = a new one. */
  readonly id?: string | undefined;
  /** Null = until it is released. */
  readonly forSeconds: number | null;
  readonly reason: string;
}

/** Why it ends. */
export interface IsolationEnd {
  readonly cause: 'released' | 'forced' | 'expired' | 'undone';
  readonly reason: string;
}

/**
 * Routes and applications that gateways cut off. In force in every mode but break-glass, and for everybody who is not listed with it:
 * this machine too, because a proxy on it would make every visitor one of this machine. The administration has a listener of its own.
 */
export interface Isolations {
  /** Refuses what no gateway could hold to, with a pointer to each fault. */
  check(input: IsolationInput): Promise<void>;
  add(input: IsolationInput, actor: Actor): Promise<IsolationRow>;
  /** Ended twice, the second changes nothing. Null = it was over already. */
  end(id: string, why: IsolationEnd, actor: Actor): Promise<IsolationRow | null>;
  get(id: string): Promise<IsolationRow | null>;
  /** In force now, newest first. */
  list(): Promise<readonly IsolationRow[]>;
  /** Adds to what was refused because of them. */
  count(refused: ReadonlyMap<string, number>): Promise<void>;
  keepChecks(id: string, checks: readonly ReleaseCheck[]): Promise<void>;
  /** Ends what has run out of time; called each second. */
  sweep(): Promise<void>;
}
