import { secretEvents, type EventRecord } from '@holdfast/contract';
import type { Access } from '../domains/access/index.ts';
import type { Applications } from '../domains/applications/index.ts';
import { createSecrets, type SecretsDomain } from '../domains/secrets/index.ts';
import type { Bus } from '../platform/bus/bus.ts';
import type { Foundation } from '../platform/foundation.ts';
import type { Metrics } from '../platform/metrics.ts';

interface Knowing {
  readonly applications: Applications;
  readonly access: Access;
  readonly metrics: Pick<Metrics, 'count'>;
}

/** Secrets of applications on the keyring of this data directory. */
export function openSecrets(foundation: Foundation, { applications, access, metrics }: Knowing): SecretsDomain {
  const { db, bus, clock, keyring } = foundation;
  countUses(bus, metrics);
  return createSecrets({ db, bus, clock, keyring, applications, access });
}

/** By door and cause; a name in a label would be a list of what there is. */
function countUses(bus: Pick<Bus, 'subscribe'>, metrics: Knowing['metrics']): void {
  const count = (event: { readonly type: string }, handler: (payload: EventRecord['payload']) => void): void =>
    bus.subscribe('secret metrics', event.type, ({ payload }) => handler(payload));
  const alarm = (kind: string) => () => metrics.count('holdfast_secret_alarms_total', [kind]);
  count(secretEvents.read, ({ via }) => metrics.count('holdfast_secret_reads_total', [String(via)]));
  count(secretEvents.refused, ({ via, cause }) => metrics.count('holdfast_secret_refusals_total', [String(via), String(cause)]));
  count(secretEvents.canaryRead, alarm('canary'));
  count(secretEvents.readBurst, alarm('burst'));
  count(secretEvents.damaged, alarm('damaged'));
}
