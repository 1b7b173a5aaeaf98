export { createAccess, isForOwners, type Access } from './access.ts';
export { createApplicationAccess, type AccessAnswer, type ApplicationAccess } from './application-access.ts';
export { VISITOR, type Asker } from './cedar/application-request.ts';
export { may, mayAdminister, type Principal } from './principal.ts';
export { isSensitive, permissionsOf } from './roles.ts';
