import { runDoctor } from '../api/doctor-checks.ts';
import type { ApiDomains } from '../api/parts.ts';
import { createSystemPort, type ProcessFacts } from '../api/system-port.ts';
import type { Audit, AuditStatus } from '../domains/audit/index.ts';
import type { Detection } from '../domains/detection/index.ts';
import type { Uploads } from '../domains/protection/index.ts';
import { refText, type SecretsDomain } from '../domains/secrets/index.ts';
import type { Response } from '../domains/incidents/index.ts';
import type { Foundation } from '../platform/foundation.ts';
import { isRefusal } from '../platform/refusal.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Certificates } from '../platform/tls/open-certificates.ts';
import { readVersion } from '../platform/version.ts';

/** What changes while the process runs. */
export interface Held {
  certificates: Certificates | null;
  ticketKeys: Buffer;
  /** In words for an operator; null = it answers. */
  databaseTrouble: string | null;
}

interface SystemParts {
  readonly foundation: Foundation;
  readonly domains: ApiDomains & { readonly audit: Audit };
  readonly metrics: Metrics;
  readonly held: Held;
  readonly secrets: Pick<SecretsDomain, 'overdue'>;
  readonly uploads: Pick<Uploads, 'status'>;
  readonly detection: Pick<Detection, 'watch'>;
  readonly response: Pick<Response, 'rooms'>;
}

/** Overdue secrets that the doctor names. */
const OVERDUE_NAMED = 5;

/** What the process says of itself; the caller adds what only a serving one knows. */
export function describeSystem({ foundation, domains, metrics, held, secrets, uploads, detection, response }: SystemParts) {
  const { config, db, bus, clock, dataDir } = foundation;
  const { applications, audit } = domains;
  const startedAt = clock.now();
  return (facts: Pick<ProcessFacts, 'health' | 'listeners' | 'gateway'>) =>
    createSystemPort({
      facts: {
        ...facts,
        version: readVersion(),
        node: config.node,
        dataDir,
        startedAt,
        ledger: () => ledgerFacts(audit.status()),
      },
      domains,
      bus,
      clock,
      metrics,
      checks: () =>
        runDoctor({
          db,
          dataDir,
          applications,
          certificates: held.certificates?.describe() ?? [],
          ledger: audit.status(),
          nowMs: () => clock.monotonicMs(),
          uploads: async () => uploads.status(),
          watch: () => detection.watch.health(),
          backups: async () => (await response.rooms.recovery?.status())?.trouble ?? null,
          isolations: async () => domains.protection.isolations.list(),
          playbooks: async () => (await response.rooms.playbooks?.signatures()) ?? null,
          schemaShares: async () => domains.protection.learning.coverage.shares(),
          async overdueSecrets() {
            const { count, refs } = await secrets.overdue(OVERDUE_NAMED);
            return { count, some: refs.map(refText) };
          },
        }),
      uploads: async () => uploads.status(),
      async countOverdueSecrets() {
        try {
          return (await secrets.overdue(0)).count;
        } catch (error) {
          // The server that keeps them does not say: the other numbers are told all the same.
          if (isRefusal(error)) return null;
          throw error;
        }
      },
    });
}

function ledgerFacts({ size, state, projected }: AuditStatus): { size: number; state: string; lag: number } {
  return { size, state, lag: Math.max(0, size - projected) };
}
