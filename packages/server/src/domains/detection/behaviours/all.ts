import type { BehaviourDefinition } from './behaviour.ts';

/** Every behaviour that the watch runs, in the order in which people see them. */
export const ALL_BEHAVIOURS: readonly BehaviourDefinition[] = [];
