import { secretEvents, type EventRecord } from '@holdfast/contract';
import type { Access } from '../domains/access/index.ts';
import type { Applications } from '../domains/applications/index.ts';
import {
  createLeases,
  createRotations,
  createSecrets,
  openBackend,
  type LeaseDomain,
  type RotationDomain,
  type SecretsDomain,
} from '../domains/secrets/index.ts';
import type { Bus } from '../platform/bus/bus.ts';
import type { Foundation } from '../platform/foundation.ts';
import type { Metrics } from '../platform/metrics.ts';

interface Knowing {
  readonly applications: Applications;
  readonly access: Access;
  readonly metrics: Pick<Metrics, 'count'>;
}

export interface OpenedSecrets
  extends SecretsDomain, Pick<RotationDomain, 'rotations'>, Pick<LeaseDomain, 'leases' | 'databaseRoles'> {
  /** Rotations and leases are looked after from now on, also those that an earlier process left. */
  start(): Promise<void>;
  /** In words for an operator; null = secrets lie here, or their server answers. */
  trouble(): string | null;
  forgetOld(): Promise<void>;
}

/** Secrets of applications on the keyring of this data directory, what changes them by itself, and what is lent for a while. */
export function openSecrets(foundation: Foundation, { applications, access, metrics }: Knowing): OpenedSecrets {
  const { config, db, bus, clock, log, keyring, stack } = foundation;
  countUses(bus, metrics);
  const own = createSecrets({ db, bus, clock, keyring, applications, access });
  const { backend: settings } = config.secrets;
  const backendParts = { bus, clock, log, keyring, applications, environment: process.env };
  const backend = settings === null ? null : stack.use(openBackend(settings, own.gate, backendParts));
  const secrets = backend === null ? own : { ...own, secrets: backend.secrets, staged: backend.staged, overdue: backend.overdue };
  const parts = { db, bus, clock, log, node: config.node, staged: secrets.staged, gate: secrets.gate };
  const rotation = stack.use(createRotations(parts));
  const lending = stack.use(createLeases(parts));
  secrets.showRotations(async (refs) => rotation.shown(refs));
  return {
    ...secrets,
    rotations: rotation.rotations,
    leases: lending.leases,
    databaseRoles: lending.databaseRoles,
    trouble: () => backend?.trouble() ?? null,
    async start() {
      await backend?.start();
      await rotation.start();
      await lending.start();
    },
    async forgetOld() {
      await rotation.forgetOld();
      await lending.forgetOld();
    },
  };
}

/** Payloads are checked where events are made. */
const word = (value: unknown): string => (typeof value === 'string' ? value : '');

/** By door and cause; a name in a label would be a list of what there is. */
function countUses(bus: Pick<Bus, 'subscribe'>, metrics: Knowing['metrics']): void {
  const count = (event: { readonly type: string }, handler: (payload: EventRecord['payload']) => void): void =>
    bus.subscribe('secret metrics', event.type, ({ payload }) => handler(payload));
  const alarm = (kind: string) => () => metrics.count('holdfast_secret_alarms_total', [kind]);
  count(secretEvents.read, ({ via }) => metrics.count('holdfast_secret_reads_total', [word(via)]));
  count(secretEvents.refused, ({ via, cause }) => metrics.count('holdfast_secret_refusals_total', [word(via), word(cause)]));
  count(secretEvents.canaryRead, alarm('canary'));
  count(secretEvents.readBurst, alarm('burst'));
  count(secretEvents.damaged, alarm('damaged'));
}
