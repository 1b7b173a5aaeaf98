import type { EventRecord } from '@holdfast/contract';
import { onOneLine, titleOf, type Message } from './message.ts';

const CLASS_UID = 2005;
/** 1 = create: what it tells of is new to whoever reads it. */
const CREATED = 1;
const SEVERITY_IDS: Readonly<Record<EventRecord['severity'], number>> = { info: 1, low: 2, medium: 3, high: 4, critical: 5 };

/** Words for people as OCSF Incident Finding (class 2005): they are about an incident, and no detector found them. */
export function toIncidentFinding(message: Message, { version, ocsf }: { readonly version: string; readonly ocsf: string }) {
  const { alert, link, now } = message;
  const desc = onOneLine(alert.reason);
  return {
    activity_id: CREATED,
    activity_name: 'Create',
    category_name: 'Findings',
    category_uid: 2,
    class_name: 'Incident Finding',
    class_uid: CLASS_UID,
    type_name: 'Incident Finding: Create',
    type_uid: CLASS_UID * 100 + CREATED,
    severity: alert.severity === 'info' ? 'Informational' : alert.severity.replace(/^./u, (letter) => letter.toUpperCase()),
    severity_id: SEVERITY_IDS[alert.severity],
    status_id: 1,
    time: alert.createdAt,
    message: `${titleOf(message)}: ${desc}`,
    desc,
    metadata: {
      version: ocsf,
      product: { name: 'Holdfast', vendor_name: 'Holdfast', version },
      uid: message.id,
      logged_time: now,
    },
    finding_info_list: [
      {
        uid: alert.id,
        title: onOneLine(alert.title),
        desc,
        created_time: alert.createdAt,
        ...(link === null ? {} : { src_url: link }),
      },
    ],
    ...(alert.application === null ? {} : { resources: [{ uid: alert.application, type: 'application' }] }),
  };
}
