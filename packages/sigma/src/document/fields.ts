import { quote, type Findings, type Place } from '../diagnostic.ts';
import type { Yaml, YamlMap } from './yaml-tree.ts';

/** Reads attributes of a document, saying what is missing or of the wrong type. */
export function textOf(map: YamlMap, name: string, findings: Findings): string | null {
  const entry = map.entries.get(name);
  if (entry === undefined) return null;
  const { value } = entry;
  if (value.kind === 'scalar' && value.value !== null) return typeof value.value === 'string' ? value.value : value.source;
  if (value.kind === 'scalar') return null;
  findings.error('attribute-type', value.place, `${name} must be text`);
  return null;
}

/** A list of texts; one text alone is a list of one. */
export function textsOf(map: YamlMap, name: string, findings: Findings): readonly string[] | null {
  const entry = map.entries.get(name);
  if (entry === undefined) return null;
  return textsIn(entry.value, name, findings);
}

export function textsIn(value: Yaml, name: string, findings: Findings): readonly string[] | null {
  const items = value.kind === 'list' ? value.items : [value];
  const texts: string[] = [];
  for (const item of items) {
    if (item.kind === 'scalar' && item.value !== null) texts.push(typeof item.value === 'string' ? item.value : item.source);
    else if (item.kind !== 'scalar') {
      findings.error('attribute-type', item.place, `${name} must be text or a list of texts`);
      return null;
    }
  }
  return texts;
}

export function mapOf(map: YamlMap, name: string, findings: Findings): YamlMap | null {
  const entry = map.entries.get(name);
  if (entry === undefined) return null;
  if (entry.value.kind === 'map') return entry.value;
  findings.error('attribute-type', entry.value.place, `${name} must be a map`);
  return null;
}

export function placeOf(map: YamlMap, name: string): Place {
  return map.entries.get(name)?.key ?? map.place;
}

export function required(map: YamlMap, name: string, findings: Findings): void {
  if (!map.entries.has(name)) findings.error('attribute-missing', map.place, `${quote(name)} is mandatory`);
}
