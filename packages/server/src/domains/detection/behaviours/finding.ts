import { ENTITIES_MAX, EVIDENCE_MAX, type Detection, type Entity, type Evidence, type EventRecord } from '@holdfast/contract';
import type { BehaviourDefinition } from './behaviour.ts';

const REASON_MAX = 500;
const SUMMARY_MAX = 300;
const ENTITY_MAX = 256;

export interface Finding {
  readonly time: number;
  readonly application: string | null;
  /** The first is what the alert is about. */
  readonly entities: readonly Entity[];
  readonly reason: string;
  readonly figures: Detection['figures'];
  readonly attacks: readonly string[];
  /** Oldest first; the newest are kept. */
  readonly evidence: readonly Evidence[];
  readonly events: number;
  readonly answers?: Detection['answers'];
  /** Where it is not the one of the definition. */
  readonly severity?: EventRecord['severity'];
}

/** What a behaviour found, within the limits of the contract. */
export function detectionOf(definition: Pick<BehaviourDefinition, 'id' | 'title' | 'severity'>, found: Finding): Detection {
  const { time, application, figures, events, answers = [] } = found;
  return {
    kind: 'behaviour',
    detector: definition.id,
    title: definition.title,
    severity: found.severity ?? definition.severity,
    time,
    application,
    entities: unique(found.entities),
    reason: found.reason.slice(0, REASON_MAX),
    figures,
    attacks: [...found.attacks],
    evidence: found.evidence.slice(-EVIDENCE_MAX),
    events,
    answers: answers.slice(0, ENTITIES_MAX),
  };
}

function unique(entities: readonly Entity[]): Entity[] {
  const seen = new Map<string, Entity>();
  for (const { kind, value } of entities) {
    const cut = value.slice(0, ENTITY_MAX);
    if (cut !== '' && !seen.has(`${kind} ${cut}`)) seen.set(`${kind} ${cut}`, { kind, value: cut });
  }
  return [...seen.values()].slice(0, ENTITIES_MAX);
}

export function evidenceOf(event: EventRecord, summary: string): Evidence {
  const { id, type, time, requestId, outcome } = event;
  return { event: id, type, time, requestId, outcome, summary: summary.slice(0, SUMMARY_MAX) };
}

/** `1 source`, `20 accounts`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** How long it took, as people say it. */
export function lasted(ms: number): string {
  if (ms < 90_000) return counted(Math.max(1, Math.round(ms / 1000)), 'second');
  return ms < 5_400_000 ? counted(Math.round(ms / 60_000), 'minute') : counted(Math.round(ms / 3_600_000), 'hour');
}
