export { may, mayAdminister, type Principal } from './principal.ts';
export { isSensitive, permissionsOf } from './roles.ts';
