export { may, mayAdminister, type Principal } from './principal.ts';
export { createDecisions, type DecisionListener, type Decisions } from './decisions.ts';
export { isSensitive, permissionsOf } from './roles.ts';
