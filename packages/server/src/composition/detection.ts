import type { EventRecord, EventView } from '@holdfast/contract';
import path from 'node:path';
import type { Applications } from '../domains/applications/index.ts';
import type { Audit } from '../domains/audit/index.ts';
import { createDetection, type Detection, type StoredEvents } from '../domains/detection/index.ts';
import type { People, Sessions } from '../domains/identity/index.ts';
import type { Protection } from '../domains/protection/index.ts';
import { resolveReference } from '../platform/config/references.ts';
import { Refusal } from '../platform/refusal.ts';
import type { Foundation } from '../platform/foundation.ts';
import type { Mail } from '../platform/mail/mail.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Places } from './places.ts';

interface Watched {
  readonly applications: Applications;
  readonly protection: Protection;
  readonly sessions: Sessions;
  readonly people: Pick<People, 'tell' | 'requireStepUp'>;
  readonly metrics: Metrics;
  readonly audit: Pick<Audit, 'tail' | 'findByRequest' | 'indexesOf'>;
  readonly mail: Pick<Mail, 'deliver'>;
  readonly places: Pick<Places, 'admin'>;
}

/** As many as the ledger gives at once. */
const PAGE_EVENTS = 200;
/** What a query of the ledger takes. */
const TYPES_CHARS_MAX = 512;

/** The watch over what gateways and the control plane tell. */
export function openDetection(foundation: Foundation, { audit, places, ...watched }: Watched): Detection {
  const { db, bus, clock, log, keyring, subjectKeys, dataDir, config, stack } = foundation;
  const events = storedEvents({ audit }, config.audit.requests === 'all');
  const alerts = {
    pseudonym: (subject: string): string => subjectKeys.pseudonym(subject),
    indexesOf: audit.indexesOf,
    keptDays: config.watch.alertDays,
    isOn: config.watch.answers === 'on',
    trustedHops: config.trustedHops,
  };
  const link = (alert: string): string => `${places.admin.origin}/alerts/${alert}`;
  const settings = { cityFile: config.watch.geo.cityFile, exempt: config.watch.exempt };
  const platform = { db, bus, clock, log, keyring, dataDir, node: config.node, settings };
  const asksDormant = config.watch.dormant === 'step-up';
  const secret = (reference: string): string => readFeedSecret(reference, dataDir);
  return stack.use(createDetection({ ...platform, events, alerts, link, secret, asksDormant, ...watched }));
}

/**
 * Only what was put there for it: whoever may add a source names both the secret and the server that gets it, and must not be
 * able to send any other secret of this process away.
 */
function readFeedSecret(reference: string, dataDir: string): string {
  const pointer = '/credential';
  const folder = path.join(dataDir, 'intel');
  const isOurs = reference.startsWith('env:INTEL_') || /^file:[a-z0-9][a-z0-9._-]*$/iu.test(reference);
  if (!isOurs) throw new Refusal('input-invalid', { errors: [{ pointer, detail: 'is env:INTEL_… or file:NAME below intel/' }] });
  return resolveReference(reference, { environment: process.env, folder, pointer });
}

/** A record as it was told: its place in the ledger is of no matter to whoever judges it. */
function told({ index: _index, ...recorded }: EventView): EventRecord {
  // The view of a record: its payload is the JSON that the event had.
  return recorded as EventRecord;
}

function storedEvents({ audit }: Pick<Watched, 'audit'>, hasAllRequests: boolean): StoredEvents {
  return {
    hasAllRequests,
    ofRequest: async (requestId) => (await audit.findByRequest(requestId)).map(told),
    async page({ sinceMs, untilMs, types, cursor }) {
      const named = types.join(',');
      const type = named.length === 0 || named.length > TYPES_CHARS_MAX ? {} : { type: named };
      const from = cursor === null ? {} : { cursor };
      const { items, next, searchedTo } = await audit.tail({
        since: sinceMs,
        until: untilMs,
        limit: PAGE_EVENTS,
        ...type,
        ...from,
      });
      return { events: items.map(told), next, searchedTo };
    },
  };
}
