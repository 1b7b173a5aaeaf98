import type { AccessDecision } from '@holdfast/contract';

export type DecisionListener = (decision: AccessDecision) => void;

/** Tells, in this process, what was decided about calls of the API. Requests to applications tell it in their record. */
export interface Decisions {
  onDecision(listener: DecisionListener): void;
  tell(decision: AccessDecision): void;
}

export function createDecisions(): Decisions {
  const listeners: DecisionListener[] = [];
  return {
    onDecision: (listener) => void listeners.push(listener),
    tell(decision) {
      for (const listener of listeners) listener(decision);
    },
  };
}
