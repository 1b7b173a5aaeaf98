import type { EventRecord } from '@holdfast/contract';
import { flatten, type FieldValue, type Logsource } from '@holdfast/sigma';

const LIMITS = { depthMax: 4, fieldsMax: 200 };

/** What an event is about, by the first word of its type. What has no line here is administration. */
const SERVICES: ReadonlyMap<string, string> = new Map([
  ['identity', 'identity'],
  ['authentication', 'identity'],
  ['session', 'identity'],
  ['secret', 'secrets'],
  ['lease', 'secrets'],
  ['rotation', 'secrets'],
  ['vault', 'secrets'],
  ['keyring', 'secrets'],
  ['upload', 'uploads'],
  ['gateway', 'gateway'],
  ['request', 'gateway'],
  ['csp', 'gateway'],
  ['detection', 'watch'],
  ['intel', 'watch'],
  ['ledger', 'ledger'],
  ['audit', 'ledger'],
]);

const LOGSOURCES = new Map<string, readonly Logsource[]>();

/** Log source of an event of our own: product `holdfast`, and a service. */
export function ownLogsources(type: string): readonly Logsource[] {
  const service = SERVICES.get(type.slice(0, type.indexOf('.'))) ?? 'administration';
  let logsources = LOGSOURCES.get(service);
  if (logsources === undefined) {
    logsources = [{ product: 'holdfast', service }];
    LOGSOURCES.set(service, logsources);
  }
  return logsources;
}

/** An event of our own catalogue under its own names: `type`, `outcome`, `actor.kind`, `payload.address` and so on. */
export function ownFields({ payload, actor, ...event }: EventRecord): Map<string, FieldValue> {
  const fields = flatten({ payload }, LIMITS);
  fields.set('type', event.type);
  fields.set('outcome', event.outcome);
  fields.set('severity', event.severity);
  fields.set('node', event.node);
  fields.set('actor.kind', actor.kind);
  fields.set('actor.ref', actor.ref);
  fields.set('application', event.application);
  fields.set('target', event.target);
  fields.set('reason', event.reason);
  return fields;
}
