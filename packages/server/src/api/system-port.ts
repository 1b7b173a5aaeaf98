import type { Check, HealthView, Isolation, PromotionView, SystemStatus, UploadStatus } from '@holdfast/contract';
import type { Bus } from '../platform/bus/bus.ts';
import type { Clock } from '../platform/clock.ts';
import type { LoopbackRequest } from '../platform/http/loopback-request.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { ApiDomains, SystemPort } from './parts.ts';
import { readPolicyFacts } from './policy-facts.ts';
import { errorTest, selfTest } from './self-tests.ts';

const ISOLATION_KINDS: readonly Isolation['kind'][] = ['application', 'route', 'read-only'];

/** What the process knows about itself; each is asked anew, because listeners and health change while it runs. */
export interface ProcessFacts {
  readonly version: string;
  readonly node: string;
  readonly dataDir: string;
  readonly startedAt: number;
  readonly health: () => HealthView;
  readonly listeners: () => SystemStatus['listeners'];
  /** Where a visitor on this machine reaches the gateway; null = it does not serve. */
  readonly gateway: () => Pick<LoopbackRequest, 'at' | 'secure'> | null;
  readonly ledger: () => { size: number; state: string; lag: number } | null;
}

export interface SystemPortParts {
  readonly facts: ProcessFacts;
  readonly domains: ApiDomains;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly checks: () => Promise<readonly Check[]>;
  readonly uploads: () => Promise<UploadStatus>;
  /** How many secrets are older than they may be; null = it cannot be known now. */
  readonly countOverdueSecrets: () => Promise<number | null>;
}

export function createSystemPort({
  facts,
  domains,
  bus,
  clock,
  metrics,
  checks,
  uploads,
  countOverdueSecrets,
}: SystemPortParts): SystemPort {
  return {
    health: facts.health,
    doctor: checks,
    async metrics() {
      // Gauges are read when they are asked for: nothing has to remember to keep them.
      const { ready } = facts.health();
      const ledger = facts.ledger();
      metrics.set('holdfast_ready', ready ? 1 : 0);
      metrics.set('holdfast_audit_tree_size', ledger?.size ?? 0);
      metrics.set('holdfast_audit_projection_lag', ledger?.lag ?? 0);
      metrics.set('holdfast_bans', (await domains.protection.snapshots.show()).bans);
      await setIsolations(metrics, domains);
      const overdue = await countOverdueSecrets();
      if (overdue !== null) metrics.set('holdfast_secret_overdue', overdue);
      await setUploads(metrics, uploads);
      await setSchemaRoutes(metrics, domains);
      return metrics.text();
    },
    async status() {
      const snapshot = await domains.protection.snapshots.show();
      const policy = await readPolicyFacts(domains);
      return {
        version: facts.version,
        runtime: process.version,
        node: facts.node,
        dataDir: facts.dataDir,
        startedAt: facts.startedAt,
        health: facts.health(),
        listeners: facts.listeners(),
        applications: policy.applications.map(({ id, mode, upstream }) => ({ id, mode, upstream })),
        snapshot: { version: snapshot.version, digest: snapshot.digest },
        bypassUntil: policy.bypassUntil,
        isolations: [...policy.isolations],
        promotions: policy.promotions.filter((one) => isTelling(one, clock.now())),
        ledger: ledgerView(facts.ledger()),
      };
    },
    selfTest: async () => selfTest({ facts, domains, bus, clock }),
    errorTest: async () => errorTest({ facts, domains, bus, clock }),
  };
}

/** By the snapshot, which gateways go by: an operator has to see it also while the database is away. */
async function setIsolations(metrics: Metrics, { protection }: Pick<ApiDomains, 'protection'>): Promise<void> {
  const { isolations } = await protection.snapshots.current();
  for (const kind of ISOLATION_KINDS)
    metrics.set('holdfast_isolations', isolations.filter((one) => one.kind === kind).length, [kind]);
}

/** How much of what is live is under a schema: to be seen going down as much as going up. */
async function setSchemaRoutes(metrics: Metrics, { protection }: Pick<ApiDomains, 'protection'>): Promise<void> {
  for (const { application, routes } of await protection.learning.coverage.shares().catch(() => [])) {
    metrics.set('holdfast_schema_routes', routes.covered, [application, 'yes']);
    metrics.set('holdfast_schema_routes', routes.live - routes.covered, [application, 'no']);
  }
}

/** Left as they were where the database is away: the other numbers are told all the same. */
async function setUploads(metrics: Metrics, uploads: SystemPortParts['uploads']): Promise<void> {
  const status = await uploads().catch(() => null);
  if (status === null) return;
  const sum = (name: 'files' | 'bytes'): number => status.kept.reduce((total, row) => total + row[name], 0);
  metrics.set('holdfast_quarantine_files', sum('files'));
  metrics.set('holdfast_quarantine_bytes', sum('bytes'));
  metrics.set('holdfast_upload_scanners_down', status.scanners.filter(({ state }) => state === 'down').length);
}

const WEEK_MS = 604_800_000;

/** Under way, or undone so lately that somebody may not know yet. */
function isTelling({ state, endedAt }: PromotionView, now: number): boolean {
  return state !== 'settled' && (endedAt === null || endedAt > now - WEEK_MS);
}

function ledgerView(ledger: ReturnType<ProcessFacts['ledger']>): SystemStatus['ledger'] {
  return ledger === null ? null : { size: ledger.size, state: ledger.state };
}
