export { may, mayAdminister, type PersonSession, type Principal } from './principal.ts';
export { isSensitive, permissionsOf } from './roles.ts';
