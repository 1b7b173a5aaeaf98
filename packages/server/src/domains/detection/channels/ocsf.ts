import { createHash } from 'node:crypto';
import type { AlertState, DetectionKind, EntityKind, EventRecord } from '@holdfast/contract';
import { onOneLine, titleOf, type Message, type ToldAlert } from './message.ts';
import { toIncidentFinding } from './ocsf-text.ts';

const OCSF_VERSION = '1.9.0';
const CLASS_UID = 2004;
const SEVERITY_IDS: Readonly<Record<EventRecord['severity'], number>> = { info: 1, low: 2, medium: 3, high: 4, critical: 5 };
const STATUS_IDS: Readonly<Record<AlertState, number>> = { new: 1, acknowledged: 2, suppressed: 3, closed: 4 };
/** 1 rule, 2 behavioral; what looks at lists or at itself is neither. */
const ANALYTIC_TYPES: Readonly<Record<DetectionKind, number>> = { rule: 1, behaviour: 2, intel: 99, health: 99 };
/** 2 IP address, 4 user name, 6 URL string, 10 resource uid; 99 other. */
const OBSERVABLE_TYPES: Readonly<Record<EntityKind, number>> = {
  address: 2,
  network: 99,
  asn: 99,
  user: 4,
  session: 99,
  key: 10,
  route: 99,
  application: 10,
  indicator: 99,
};

type Json = { readonly [name: string]: unknown };

/** RFC 8785 for what stands in a finding: texts, whole numbers and decimals as JavaScript writes them, lists, objects. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{${fields.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(',')}}`;
}

/**
 * The profile `record_integrity`: the place of the alert in the ledger, and a fingerprint of the finding without the
 * fingerprint itself. Whoever holds the ledger can ask for the proof of that place.
 */
function attested(finding: Json, { index }: ToldAlert): Json {
  if (index === null) return finding;
  const attestation = { uid: String(index), chain_uid: 'holdfast-ledger' };
  const value = createHash('sha256')
    .update(canonical({ ...finding, attestation }))
    .digest('hex');
  return { ...finding, attestation: { ...attestation, fingerprint: { algorithm: 'SHA-256', algorithm_id: 3, value } } };
}

/**
 * One alert as OCSF Detection Finding (class 2004), words for people as Incident Finding (2005): what webhooks and files are told.
 *
 * @example toFinding(message, 'shop-1.4.0')['class_uid'] // 2004
 */
export function toFinding(message: Message, version: string): Json {
  const { alert, link, now } = message;
  if (alert.plain !== undefined) return toIncidentFinding(message, { version, ocsf: OCSF_VERSION });
  const isFirst = alert.times === 1;
  const activity = isFirst ? 1 : 2;
  const finding: Json = {
    activity_id: activity,
    activity_name: isFirst ? 'Create' : 'Update',
    category_name: 'Findings',
    category_uid: 2,
    class_name: 'Detection Finding',
    class_uid: CLASS_UID,
    type_name: `Detection Finding: ${isFirst ? 'Create' : 'Update'}`,
    type_uid: CLASS_UID * 100 + activity,
    severity: alert.severity === 'info' ? 'Informational' : alert.severity.replace(/^./u, (letter) => letter.toUpperCase()),
    severity_id: SEVERITY_IDS[alert.severity],
    status_id: STATUS_IDS[alert.state],
    time: alert.createdAt,
    start_time: alert.firstAt,
    end_time: alert.lastAt,
    count: alert.times,
    is_alert: true,
    risk_score: Math.round(alert.risk),
    message: `${titleOf(message)}: ${onOneLine(alert.reason)}`,
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'Holdfast', vendor_name: 'Holdfast', version },
      uid: message.id,
      logged_time: now,
      profiles: alert.index === null ? [] : ['record_integrity'],
      ...(message.isTest ? { labels: ['test'] } : {}),
    },
    finding_info: findingInfo(alert, link),
    observables: alert.entities.map(({ kind, value }, at) => ({
      name: `entities[${at}].${kind}`,
      type_id: OBSERVABLE_TYPES[kind],
      value,
    })),
    evidences: alert.evidence.map(({ event, time, type, requestId, outcome, summary, index, hash }) => ({
      uid: event,
      name: type,
      data: { time, outcome, summary: onOneLine(summary), request_id: requestId, ledger_index: index, sha256: hash },
    })),
    ...(alert.application === null ? {} : { resources: [{ uid: alert.application, type: 'application' }] }),
    unmapped: { figures: alert.figures, answered: alert.answered, group: alert.group },
  };
  return attested(finding, alert);
}

function findingInfo(alert: ToldAlert, link: string | null): Json {
  return {
    uid: alert.id,
    title: onOneLine(alert.title),
    desc: onOneLine(alert.reason),
    created_time: alert.createdAt,
    first_seen_time: alert.firstAt,
    last_seen_time: alert.lastAt,
    related_events_count: alert.events,
    types: [alert.kind],
    analytic: { uid: alert.detector, name: onOneLine(alert.title), type: alert.kind, type_id: ANALYTIC_TYPES[alert.kind] },
    attacks: alert.attacks.map((name) =>
      name.includes('.')
        ? { technique: { uid: techniqueOf(name) }, sub_technique: { uid: name.toUpperCase() } }
        : { technique: { uid: name.toUpperCase() } },
    ),
    ...(link === null ? {} : { src_url: link }),
  };
}

const techniqueOf = (name: string): string => (name.split('.', 1)[0] ?? name).toUpperCase();
