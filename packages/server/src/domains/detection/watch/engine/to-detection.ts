import { requestCompleted, type Detection, type EventRecord, type Evidence } from '@holdfast/contract';
import type { CorrelationMatch, FieldValue, SigmaRule } from '@holdfast/sigma';
import { severityOf } from '../../rules/read-text.ts';
import { attacksOf } from './attacks.ts';
import { entitiesOf, entitiesOfGroup } from './entities.ts';
import { addressOf, evidenceOf } from './evidence.ts';

const REASON_MAX = 500;
const FIGURE_MAX = 128;
const TITLE_MAX = 256;
const DETECTOR_MAX = 128;

/** What a rule says about itself in each of its detections. */
interface About extends Pick<Detection, 'kind' | 'detector' | 'title' | 'severity' | 'attacks'> {}

function aboutOf({ metadata }: Pick<SigmaRule, 'metadata'>, id: string): About {
  return {
    kind: 'rule',
    detector: id.slice(0, DETECTOR_MAX),
    title: metadata.title.slice(0, TITLE_MAX) || 'Untitled rule',
    severity: severityOf(metadata.level),
    attacks: attacksOf(metadata.tags),
  };
}

/** One event that a rule matched. */
export function detectionOfRule(rule: SigmaRule, { id, event }: { readonly id: string; readonly event: EventRecord }): Detection {
  const evidence = evidenceOf(event);
  return {
    ...aboutOf(rule, id),
    time: event.time,
    application: event.application,
    entities: entitiesOf(event),
    reason: `${rule.metadata.title}: ${evidence.summary}`.slice(0, REASON_MAX),
    figures: figuresOf(event),
    evidence: [evidence],
    events: 1,
    answers: [],
  };
}

/** The words that matched may be encoded: whoever reads the detection sees both forms. */
function figuresOf(event: EventRecord): Detection['figures'] {
  if (event.type !== requestCompleted.type) return {};
  const { raw, decoded } = addressOf(event);
  return { raw: raw.slice(0, FIGURE_MAX), decoded: decoded.slice(0, FIGURE_MAX) };
}

/** A window that a correlation was satisfied by; `event` is the one that completed it. */
export function detectionOfCorrelation(
  { correlation, timeMs, group, events }: CorrelationMatch,
  { id, event, evidence }: { readonly id: string; readonly event: EventRecord; readonly evidence: readonly Evidence[] },
): Detection {
  const { metadata, timespanMs } = correlation;
  const of = groupText(group);
  return {
    ...aboutOf({ metadata }, id),
    time: timeMs,
    application: event.application,
    entities: entitiesOfGroup(group, event),
    reason: `${metadata.title}: ${events} events within ${spanText(timespanMs)}${of === '' ? '' : `, ${of}`}`.slice(
      0,
      REASON_MAX,
    ),
    figures: { events, seconds: Math.round(timespanMs / 1000) },
    evidence: evidence.length === 0 ? [evidenceOf(event)] : [...evidence],
    events: Math.max(events, 1),
    answers: [],
  };
}

const groupText = (group: ReadonlyMap<string, FieldValue>): string =>
  [...group].map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(', ') : String(value)}`).join(', ');

function spanText(ms: number): string {
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
  ] as const;
  const [size, unit] = units.find(([one]) => ms >= one && ms % one === 0) ?? [1000, 's'];
  return `${ms / size} ${unit}`;
}
