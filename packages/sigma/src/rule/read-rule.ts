import { further, quote, type Findings, type Place } from '../diagnostic.ts';
import { mapOf, required, textsIn } from '../document/fields.ts';
import { readLogsource, readMetadata, type Logsource, type Metadata } from '../document/metadata.ts';
import type { YamlMap } from '../document/yaml-tree.ts';
import type { SigmaLimits } from '../limits.ts';
import { ConditionError, identifiersOf, parseCondition, resolveSelectors } from './condition.ts';
import type { Condition, Detection, Detections } from './detection.ts';
import { readDetection } from './read-detection.ts';
import { readAggregation, type Aggregation } from './v1.ts';

/** A Sigma rule as it was read: modifiers applied, selectors resolved. */
export interface SigmaRule {
  readonly kind: 'rule';
  readonly metadata: Metadata;
  readonly logsource: Logsource;
  readonly detections: Detections;
  /** An aggregation of Sigma 1 that stands for a correlation. */
  readonly aggregation: Aggregation | null;
  readonly source: string;
  readonly place: Place;
}

interface Context {
  readonly findings: Findings;
  readonly limits: SigmaLimits;
}

export function readRule(map: YamlMap, context: Context): SigmaRule | null {
  const { findings } = context;
  const metadata = readMetadata(map, findings);
  const logsource = readLogsource(map, findings);
  required(map, 'detection', findings);
  const section = mapOf(map, 'detection', findings);
  if (section === null) return null;
  const timeframe = section.entries.get('timeframe')?.value;
  const aggregation = readAggregation(section, timeframe, findings);
  const detections = readDetections(section, new Set(['timeframe']), { ...context, aggregation });
  if (detections === null || findings.hasErrors) return null;
  return { kind: 'rule', metadata, logsource, detections, aggregation, source: findings.source, place: map.place };
}

/** Search identifiers and condition, of a rule or a filter. */
export function readDetections(
  section: YamlMap,
  reserved: ReadonlySet<string>,
  context: Context & { aggregation: Aggregation | null },
): Detections | null {
  const { findings } = context;
  const identifiers = new Map<string, Detection>();
  for (const [name, { value }] of section.entries) {
    if (name === 'condition' || reserved.has(name)) continue;
    const detection = readDetection(value, context);
    if (detection !== null) identifiers.set(name, detection);
  }
  if (identifiers.size === 0 && !findings.hasErrors)
    findings.error('detection-empty', section.place, 'there is no search identifier');
  required(section, 'condition', findings);
  // A name whose detection has a fault of its own is a name all the same.
  const names = [...section.entries.keys()].filter((name) => name !== 'condition' && !reserved.has(name));
  const conditions = readConditions(section, names, context);
  if (conditions.length === 0 || findings.hasErrors) return null;
  const used = new Set(conditions.flatMap((condition) => [...identifiersOf(condition)]));
  for (const name of identifiers.keys()) {
    if (!used.has(name)) {
      const place = section.entries.get(name)?.key ?? section.place;
      findings.warn('detection-unused', place, `${quote(name)} is not in the condition`);
    }
  }
  return { identifiers, conditions };
}

function readConditions(
  section: YamlMap,
  names: readonly string[],
  { findings, limits, aggregation }: Context & { aggregation: Aggregation | null },
): readonly Condition[] {
  const entry = section.entries.get('condition');
  if (entry === undefined) return [];
  const place = entry.value.place;
  const texts = textsIn(entry.value, 'condition', findings) ?? [];
  if (texts.length === 0) findings.error('condition-syntax', place, 'the condition is empty');
  return texts.flatMap((text) => {
    // The part behind the pipe was read before; what is left is the condition of the rule itself.
    const plain = aggregation === null ? text : (text.split('|')[0] ?? '');
    if (plain.includes('|')) return [];
    try {
      const resolved = resolveSelectors(parseCondition(plain, limits.conditionTokensMax), names);
      if (!('missing' in resolved)) return [resolved];
      findings.error('condition-identifier', place, `${quote(resolved.missing)} is not defined`);
    } catch (error) {
      if (!(error instanceof ConditionError)) throw error;
      findings.error('condition-syntax', further(place, error.offset), error.message);
    }
    return [];
  });
}
