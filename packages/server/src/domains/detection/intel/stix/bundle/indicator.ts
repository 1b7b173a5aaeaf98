import type { StixBundle } from './bundle.ts';
import { tlpOf, type Tlp } from './markings.ts';
import type { StixRecord } from './stix-object.ts';

/** An indicator (STIX 2.1 §4.7) as far as it matters here. Times are milliseconds since the epoch. */
export interface StixIndicator {
  readonly id: string;
  readonly name: string;
  readonly pattern: string;
  readonly patternType: string;
  readonly validFrom: number | null;
  readonly validUntil: number | null;
  readonly confidence: number | null;
  readonly isRevoked: boolean;
  /** Its own types, labels, and what relationships say it indicates. */
  readonly tags: readonly string[];
  readonly tlp: Tlp | null;
}

const TAGS_MAX = 16;

/** Each indicator once, in its newest version; what relationships say it indicates is among its tags. */
export function indicatorsOf(bundle: StixBundle): readonly StixIndicator[] {
  const newest = new Map<string, StixRecord>();
  for (const one of bundle.objects) {
    const held = newest.get(one.common.id);
    if (held === undefined || timeOf(held.common.modified, 0) <= timeOf(one.common.modified, 0)) newest.set(one.common.id, one);
  }
  const indicated = indicatedBy(newest);
  return [...newest.values()]
    .filter(({ common }) => common.type === 'indicator')
    .map((record) => indicatorOf(record, indicated.get(record.common.id) ?? []));
}

function indicatorOf(record: StixRecord, indicates: readonly string[]): StixIndicator {
  const { common, own } = record;
  return {
    id: common.id,
    name: textOf(own.get('name')),
    pattern: textOf(own.get('pattern')),
    // Before 2.1 there was no other type (STIX 2.0 §2.5).
    patternType: textOf(own.get('pattern_type')) || 'stix',
    validFrom: timeOf(own.get('valid_from'), null),
    validUntil: timeOf(own.get('valid_until'), null),
    confidence: common.confidence,
    isRevoked: common.isRevoked === true,
    tags: [...new Set([...textsOf(own.get('indicator_types')), ...(common.labels ?? []), ...indicates])].slice(0, TAGS_MAX),
    tlp: tlpOf(record),
  };
}

/** By indicator, the names of what it indicates. */
function indicatedBy(objects: ReadonlyMap<string, StixRecord>): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const { common, own } of objects.values()) {
    if (common.type !== 'relationship' || common.isRevoked === true || own.get('relationship_type') !== 'indicates') continue;
    const source = textOf(own.get('source_ref'));
    const name = textOf(objects.get(textOf(own.get('target_ref')))?.own.get('name'));
    if (name !== '') names.set(source, [...(names.get(source) ?? []), name].slice(0, TAGS_MAX));
  }
  return names;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

function timeOf<Absent extends number | null>(value: unknown, absent: Absent): number | Absent {
  const time = typeof value === 'string' && value.length < 64 ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? absent : time;
}
