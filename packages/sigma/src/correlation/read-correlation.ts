import { quote, type Findings } from '../diagnostic.ts';
import { mapOf, placeOf, required, textOf, textsOf } from '../document/fields.ts';
import { readMetadata } from '../document/metadata.ts';
import type { YamlMap } from '../document/yaml-tree.ts';
import type { SigmaLimits } from '../limits.ts';
import { identifiersOf } from '../rule/condition.ts';
import { CORRELATION_TYPES, type CorrelationCondition, type CorrelationType, type SigmaCorrelation } from './correlation.ts';
import { readCondition } from './read-condition.ts';
import { parseTimespan } from './timespan.ts';

const RULES_MAX = 64;

export function readCorrelation(
  map: YamlMap,
  { findings, limits }: { findings: Findings; limits: SigmaLimits },
): SigmaCorrelation | null {
  const metadata = readMetadata(map, findings);
  const section = mapOf(map, 'correlation', findings);
  if (section === null) return null;
  const type = readType(section, findings);
  const timespanMs = readTimespan(section, findings);
  if (type === null || timespanMs === null) return null;
  const isTemporal = type === 'temporal' || type === 'temporal_ordered';
  const named = textsOf(section, 'rules', findings) ?? [];
  const condition = readCondition(section, { type, named, findings, limits });
  if (condition === null || findings.hasErrors) return null;
  const rules = readRules(section, { named, condition, findings });
  const aliases = readAliases(section, rules, findings);
  const groupBy = textsOf(section, 'group-by', findings) ?? [];
  if (!section.entries.has('group-by') && !isTemporal) {
    findings.warn('attribute-missing', section.place, 'without group-by all events are one group');
  }
  if (findings.hasErrors) return null;
  const generate = readGenerate(map, section, findings);
  return {
    kind: 'correlation',
    metadata,
    type,
    rules,
    groupBy,
    timespanMs,
    aliases,
    condition,
    generate,
    source: findings.source,
    place: map.place,
  };
}

function readRules(
  section: YamlMap,
  { named, condition, findings }: { named: readonly string[]; condition: CorrelationCondition; findings: Findings },
): readonly string[] {
  const expressed = condition.kind === 'expression' ? [...new Set(identifiersOf(condition.condition))] : [];
  const rules = [...new Set(named.length > 0 ? named : expressed)];
  if (rules.length === 0) findings.error('attribute-missing', placeOf(section, 'rules'), 'a correlation refers to rules');
  if (rules.length > RULES_MAX) findings.error('limit-exceeded', placeOf(section, 'rules'), `more than ${RULES_MAX} rules`);
  if (condition.kind === 'expression') checkExpression(section, { rules, expressed, findings });
  return rules;
}

function readType(section: YamlMap, findings: Findings): CorrelationType | null {
  required(section, 'type', findings);
  const text = textOf(section, 'type', findings);
  const type = CORRELATION_TYPES.find((known) => known === text) ?? null;
  if (text !== null && type === null)
    findings.error('correlation-type', placeOf(section, 'type'), `${quote(text)} is not one of ${CORRELATION_TYPES.join(', ')}`);
  return type;
}

function readTimespan(section: YamlMap, findings: Findings): number | null {
  // Some tools write `timeframe`; the specification has `timespan`.
  const name = section.entries.has('timespan') ? 'timespan' : 'timeframe';
  const text = textOf(section, name, findings);
  if (text === null) {
    findings.error('attribute-missing', section.place, "'timespan' is mandatory");
    return null;
  }
  const timespanMs = parseTimespan(text);
  if (timespanMs === null)
    findings.error('correlation-timespan', placeOf(section, name), `${quote(text)} is no number with one of s, m, h, d, w, M, y`);
  return timespanMs;
}

function checkExpression(
  section: YamlMap,
  parts: { rules: readonly string[]; expressed: readonly string[]; findings: Findings },
): void {
  const { rules, expressed, findings } = parts;
  const place = placeOf(section, 'condition');
  for (const name of expressed)
    if (!rules.includes(name)) findings.error('condition-identifier', place, `${quote(name)} is not among the rules`);
  for (const name of rules)
    if (!expressed.includes(name)) findings.error('correlation-condition', place, `${quote(name)} is not in the condition`);
}

function readAliases(section: YamlMap, rules: readonly string[], findings: Findings): SigmaCorrelation['aliases'] {
  const aliases = new Map<string, ReadonlyMap<string, string>>();
  for (const [alias, { key, value }] of mapOf(section, 'aliases', findings)?.entries ?? []) {
    if (value.kind !== 'map') {
      findings.error('correlation-alias', key, `${quote(alias)} must map rules to fields`);
      continue;
    }
    const fields = new Map<string, string>();
    for (const [rule, entry] of value.entries) {
      if (!rules.includes(rule)) findings.warn('correlation-alias', entry.key, `${quote(rule)} is not among the rules`);
      const field = textOf(value, rule, findings);
      if (field !== null) fields.set(rule, field);
    }
    aliases.set(alias, fields);
  }
  return aliases;
}

/** The specification has it beside the correlation, pySigma inside: both are read. */
function readGenerate(map: YamlMap, section: YamlMap, findings: Findings): boolean {
  const entry = section.entries.get('generate') ?? map.entries.get('generate');
  if (entry === undefined) return false;
  if (entry.value.kind === 'scalar' && typeof entry.value.value === 'boolean') return entry.value.value;
  findings.warn('attribute-type', entry.value.place, 'generate is true or false');
  return false;
}
