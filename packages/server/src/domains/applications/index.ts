export { createApplications, type Applications, type ChangeListener } from './applications.ts';
export { actorName, type Actor, type ChangeBy } from './service.ts';
export { sortedJson } from './sorted-json.ts';
export { declaredIn } from './from-config.ts';
