export { createApplications, type Applications } from './applications.ts';
export { actorName, type Actor } from './service.ts';
export { sortedJson } from './sorted-json.ts';
export { declaredIn } from './from-config.ts';
