import type { AccessDecision } from '@holdfast/contract';
import type { Principal } from './principal.ts';

/** `by` = who called, with the token that a decision does not name. */
export type DecisionListener = (decision: AccessDecision, by: Principal) => void;

/** Tells, in this process, what was decided about calls of the API. Requests to applications tell it in their record. */
export interface Decisions {
  onDecision(listener: DecisionListener): void;
  tell(decision: AccessDecision, by: Principal): void;
}

export function createDecisions(): Decisions {
  const listeners: DecisionListener[] = [];
  return {
    onDecision: (listener) => void listeners.push(listener),
    tell(decision, by) {
      for (const listener of listeners) listener(decision, by);
    },
  };
}
