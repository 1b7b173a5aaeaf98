import type { Findings, Place } from '../diagnostic.ts';
import { mapOf, placeOf, required, textsIn } from '../document/fields.ts';
import { readLogsource, readMetadata, type Logsource, type Metadata } from '../document/metadata.ts';
import type { YamlMap } from '../document/yaml-tree.ts';
import { concerns } from '../engine/concerns.ts';
import type { SigmaLimits } from '../limits.ts';
import type { Condition, Detection, Detections } from '../rule/detection.ts';
import { nameOfEvents } from '../rule/v1.ts';
import { readDetections, type SigmaRule } from '../rule/read-rule.ts';

/** A filter as it was read: what it describes is taken out of the rules it names. */
export interface SigmaFilter {
  readonly kind: 'filter';
  readonly metadata: Metadata;
  readonly logsource: Logsource;
  /** Ids or names; null for every rule of the log source. */
  readonly rules: readonly string[] | null;
  readonly detections: Detections;
  readonly source: string;
  readonly place: Place;
}

const RESERVED = new Set(['rules']);

export function readFilter(map: YamlMap, { findings, limits }: { findings: Findings; limits: SigmaLimits }): SigmaFilter | null {
  const metadata = readMetadata(map, findings);
  const logsource = readLogsource(map, findings);
  const section = mapOf(map, 'filter', findings);
  if (section === null) return null;
  const condition = section.entries.get('condition');
  if (condition !== undefined && condition.value.kind !== 'scalar') {
    findings.error('filter-condition', condition.value.place, 'a filter has exactly one condition');
    return null;
  }
  const rules = readRules(section, findings);
  const detections = readDetections(section, RESERVED, { findings, limits, aggregation: null });
  if (detections === null || findings.hasErrors) return null;
  if (detections.conditions[0]?.kind === 'not') {
    findings.warn(
      'filter-condition',
      placeOf(section, 'condition'),
      'a filter takes out what its condition describes: this one leaves only that',
    );
  }
  return { kind: 'filter', metadata, logsource, rules, detections, source: findings.source, place: map.place };
}

/** `any`, an empty list, or references. */
function readRules(section: YamlMap, findings: Findings): readonly string[] | null {
  required(section, 'rules', findings);
  const entry = section.entries.get('rules');
  if (entry === undefined) return null;
  const rules = textsIn(entry.value, 'rules', findings) ?? [];
  const isAny = entry.value.kind === 'scalar' && rules[0]?.toLowerCase() === 'any';
  return isAny || rules.length === 0 ? null : rules;
}

/** Whether a filter is for a rule: by log source, and by id or name where it names rules. */
export function filters(filter: SigmaFilter, rule: SigmaRule): boolean {
  if (!concerns(filter.logsource, [rule.logsource])) return false;
  const { id, name } = rule.metadata;
  // A count of Sigma 1 has given its id to the correlation; its events are filtered under the same id.
  return (
    filter.rules === null ||
    filter.rules.some((reference) => reference === id || reference === name || nameOfEvents(reference) === name)
  );
}

/** The rule without what its filters describe. Names are kept apart, so that neither side sees the other's identifiers. */
export function applyFilters(rule: SigmaRule, filters: readonly SigmaFilter[]): SigmaRule {
  if (filters.length === 0) return rule;
  const identifiers = new Map<string, Detection>(rule.detections.identifiers);
  const excluded = filters.map((filter, index): Condition => {
    const rename = (name: string): string => `_filter${index}_${name}`;
    for (const [name, detection] of filter.detections.identifiers) identifiers.set(rename(name), detection);
    return {
      kind: 'not',
      part: { kind: 'any', parts: filter.detections.conditions.map((condition) => renamed(condition, rename)) },
    };
  });
  const conditions = rule.detections.conditions.map((condition): Condition => ({ kind: 'all', parts: [condition, ...excluded] }));
  return { ...rule, detections: { identifiers, conditions } };
}

function renamed(condition: Condition, rename: (name: string) => string): Condition {
  if (condition.kind === 'identifier') return { kind: 'identifier', name: rename(condition.name) };
  if (condition.kind === 'not') return { kind: 'not', part: renamed(condition.part, rename) };
  if (condition.kind === 'selector') return condition;
  return { kind: condition.kind, parts: condition.parts.map((part) => renamed(part, rename)) };
}
