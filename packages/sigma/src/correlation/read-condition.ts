import { further, quote, type Findings, type Place } from '../diagnostic.ts';
import { textsIn } from '../document/fields.ts';
import type { Yaml, YamlMap } from '../document/yaml-tree.ts';
import type { SigmaLimits } from '../limits.ts';
import { ConditionError, parseCondition } from '../rule/condition.ts';
import type { Condition } from '../rule/detection.ts';
import { numberOf } from '../value/value.ts';
import { BOUND_OPERATORS, COUNT_MAX, type Bound, type CorrelationCondition, type CorrelationType } from './correlation.ts';

interface Context {
  readonly type: CorrelationType;
  readonly named: readonly string[];
  readonly findings: Findings;
  readonly limits: SigmaLimits;
}

export function readCondition(section: YamlMap, context: Context): CorrelationCondition | null {
  const { type, named, findings } = context;
  const entry = section.entries.get('condition');
  const isTemporal = type === 'temporal' || type === 'temporal_ordered';
  if (entry === undefined) {
    // All rules must have matched (correlation specification, temporal).
    if (isTemporal) return { kind: 'bounds', bounds: [{ op: 'gte', number: new Set(named).size }], fields: [], percentile: null };
    findings.error('attribute-missing', section.place, `'condition' is mandatory for ${type}`);
    return null;
  }
  if (entry.value.kind === 'map') return readBounds(entry.value, context);
  if (isTemporal && entry.value.kind === 'scalar' && typeof entry.value.value === 'string') {
    return readExpression(entry.value.value, entry.value.place, context);
  }
  findings.error(
    'correlation-condition',
    entry.value.place,
    isTemporal ? 'a map or an expression' : `the condition of ${type} is a map`,
  );
  return null;
}

function readBounds(map: YamlMap, { type, findings }: Context): CorrelationCondition | null {
  const bounds: Bound[] = [];
  for (const [name, { key, value }] of map.entries) {
    const op = BOUND_OPERATORS.find((known) => known === name);
    if (op !== undefined) {
      const number = boundOf(value, type, findings);
      if (number !== null) bounds.push({ op, number });
    } else if (name !== 'field' && name !== 'percentile') {
      findings.error(
        'correlation-condition',
        key,
        `${quote(name)} is not one of ${BOUND_OPERATORS.join(', ')}, field, percentile`,
      );
    }
  }
  if (bounds.length === 0 && !findings.hasErrors)
    findings.error('correlation-condition', map.place, 'a condition compares with a number');
  const fields = readFields(map, type, findings);
  const percentile = readPercentile(map, type, findings);
  return findings.hasErrors ? null : { kind: 'bounds', bounds, fields, percentile };
}

function boundOf(value: Yaml, type: CorrelationType, findings: Findings): number | null {
  const number = value.kind === 'scalar' ? numberOf(value.value) : null;
  const counts = type === 'event_count' || type === 'value_count';
  if (number === null || (counts && number > COUNT_MAX)) {
    findings.error('correlation-condition', value.place, counts ? `a number up to ${COUNT_MAX}` : 'a number');
    return null;
  }
  return number;
}

function readFields(map: YamlMap, type: CorrelationType, findings: Findings): readonly string[] {
  const entry = map.entries.get('field');
  const needsField = type.startsWith('value_');
  if (entry === undefined) {
    if (needsField) findings.error('correlation-condition', map.place, `${type} needs a field`);
    return [];
  }
  if (!needsField) findings.warn('correlation-condition', entry.key, `${type} has no use for a field`);
  const fields = textsIn(entry.value, 'field', findings) ?? [];
  if (fields.length > 1 && type !== 'value_count')
    findings.error('correlation-condition', entry.value.place, `${type} takes one field`);
  return fields;
}

function readPercentile(map: YamlMap, type: CorrelationType, findings: Findings): number | null {
  const entry = map.entries.get('percentile');
  if (entry === undefined) return null;
  const number = entry.value.kind === 'scalar' ? numberOf(entry.value.value) : null;
  if (number === null || number < 0 || number > 100 || type !== 'value_percentile') {
    findings.error('correlation-condition', entry.value.place, 'percentile is a number from 0 to 100, for value_percentile');
    return null;
  }
  return number;
}

function readExpression(text: string, place: Place, { findings, limits }: Context): CorrelationCondition | null {
  try {
    const condition = parseCondition(text, limits.conditionTokensMax);
    if (!hasSelector(condition)) return { kind: 'expression', condition };
    findings.error('condition-syntax', place, 'an expression of a correlation names its rules one by one');
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    findings.error('condition-syntax', further(place, error.offset), error.message);
  }
  return null;
}

function hasSelector(condition: Condition): boolean {
  if (condition.kind === 'selector') return true;
  if (condition.kind === 'not') return hasSelector(condition.part);
  return condition.kind !== 'identifier' && condition.parts.some((part) => hasSelector(part));
}
