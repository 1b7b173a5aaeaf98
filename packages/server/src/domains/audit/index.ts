export { openAudit, type Audit, type AuditStatus } from './service.ts';
export type { AuditParts } from './open-parts.ts';
export { sealedInTraffic, TRAFFIC_PLACE } from './traffic/sealed.ts';
export { createTraffic, type Traffic } from './traffic/traffic.ts';
