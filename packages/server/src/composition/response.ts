import type { EventRecord } from '@holdfast/contract';
import type { Applications } from '../domains/applications/index.ts';
import type { Audit } from '../domains/audit/index.ts';
import type { Detection } from '../domains/detection/index.ts';
import type { Identity, People, Sessions } from '../domains/identity/index.ts';
import { createResponse, type LedgerRecord, type ReadRecords, type Response } from '../domains/incidents/index.ts';
import type { Protection } from '../domains/protection/index.ts';
import type { Rotations, SecretsDomain } from '../domains/secrets/index.ts';
import type { Foundation } from '../platform/foundation.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Places } from './places.ts';
import { playbookSettings } from './playbooks.ts';
import { openRecoveryPorts } from './recovery.ts';

interface Answered {
  readonly applications: Applications;
  readonly protection: Protection;
  readonly identity: Identity;
  readonly people: People;
  readonly sessions: Sessions;
  readonly secrets: Pick<SecretsDomain, 'secrets'> & { readonly rotations: Rotations };
  readonly detection: Detection;
  readonly metrics: Metrics;
  readonly audit: Pick<
    Audit,
    'tail' | 'export' | 'findByRequest' | 'indexesOf' | 'status' | 'checkpoint' | 'consistency' | 'trust'
  >;
  readonly places: Pick<Places, 'admin' | 'gateway'>;
}

/** So many records an incident is looked for in at most; older ones are shown without their places. */
const RECORD_PAGES_MAX = 10;
const RECORDS_PER_PAGE = 200;

function recordsIn({ tail }: Pick<Audit, 'tail'>): ReadRecords {
  return async ({ types, sinceMs }) => {
    const records: LedgerRecord[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < RECORD_PAGES_MAX; page += 1) {
      const from = cursor === null ? {} : { cursor };
      const { items, next } = await tail({ type: types, since: sinceMs, limit: RECORDS_PER_PAGE, ...from });
      for (const { index, type, payload } of items) if (index !== null) records.push({ index, type, payload });
      if (next === null) break;
      cursor = next;
    }
    return records;
  };
}

/** What is done about what the watch found. */
export function openResponse(foundation: Foundation, { audit, places, ...given }: Answered): Response {
  const { db, bus, clock, log, keyring, subjectKeys, dataDir, config, stack } = foundation;
  const platform = { db, bus, clock, log, keyring, dataDir, node: config.node, trustedHops: config.trustedHops };
  const gateway = (): URL => places.gateway;
  const link = (incident: string): string => `${places.admin.origin}/incidents/${incident}`;
  const ledger = {
    pseudonym: (subject: string): string => subjectKeys.pseudonym(subject),
    ledgerSize: () => audit.status().size,
    indexesOf: audit.indexesOf,
    recordsOf: recordsIn(audit),
    requestOf: async (id: string) => (await audit.findByRequest(id)).find(({ type }) => type === 'request.completed') ?? null,
    exportLedger: (name: string, actor: EventRecord['actor']) => audit.export(name, actor),
  };
  const isAnswering = config.watch.answers === 'on';
  const playbooks = playbookSettings(config);
  const recovery = openRecoveryPorts(foundation, audit);
  return stack.use(createResponse({ ...platform, ...given, ...ledger, recovery, gateway, link, isAnswering, playbooks }));
}
