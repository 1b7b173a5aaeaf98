import { quote, type Findings } from '../diagnostic.ts';
import type { YamlEntry, Yaml, YamlMap, YamlScalar } from '../document/yaml-tree.ts';
import type { SigmaLimits } from '../limits.ts';
import { applyModifiers } from '../value/modifiers.ts';
import type { RawValue } from '../value/raw.ts';
import type { Value } from '../value/value.ts';
import type { Detection, Item } from './detection.ts';

interface Context {
  readonly findings: Findings;
  readonly limits: SigmaLimits;
}

/** Reads a search identifier: a map, a list of maps, a list of keywords, or one keyword. */
export function readDetection(node: Yaml, context: Context): Detection | null {
  if (node.kind === 'map') return readMap(node, context);
  if (node.kind === 'scalar') return readKeywords([node], node, context);
  const parts: Detection[] = [];
  const keywords = node.items.filter((item): item is YamlScalar => item.kind === 'scalar');
  if (keywords.length > 0) {
    const item = readKeywords(keywords, node, context);
    if (item !== null) parts.push(item);
  }
  for (const item of node.items) {
    if (item.kind === 'scalar') continue;
    const part = readDetection(item, context);
    if (part !== null) parts.push(part);
  }
  if (node.items.length === 0) context.findings.error('detection-empty', node.place, 'the list is empty');
  return parts.length === 0 ? null : { kind: 'any', parts, place: node.place };
}

function readMap(map: YamlMap, context: Context): Detection | null {
  const parts: Detection[] = [];
  for (const [key, entry] of map.entries) {
    const item = readItem(key, entry, context);
    if (item !== null) parts.push(item);
  }
  if (map.entries.size === 0) context.findings.error('detection-empty', map.place, 'the map is empty');
  return parts.length === 0 ? null : { kind: 'all', parts, place: map.place };
}

function readKeywords(nodes: readonly YamlScalar[], { place }: Yaml, { findings, limits }: Context): Item | null {
  if (nodes.some((node) => node.value === null)) {
    findings.error('value-type', place, 'null is no keyword');
    return null;
  }
  const values = nodes.map((node) => ({ value: node.value, source: node.source, place: node.place }));
  const applied = applyModifiers({ field: null, modifiers: [], values, place }, { findings, limits });
  return applied === null ? null : { kind: 'item', field: null, modifiers: [], place, ...applied, values: applied.values.flat() };
}

function readItem(key: string, { key: place, value }: YamlEntry, { findings, limits }: Context): Detection | null {
  const [name = '', ...modifiers] = key.split('|');
  const field = name === '' ? null : name;
  const values = rawValues(value, findings);
  if (values === null) return null;
  if (values.length === 0) {
    findings.error('detection-empty', value.place, `${quote(key)} has no value`);
    return null;
  }
  if (values.length > 1 && values.some((raw) => raw.value === null)) {
    findings.warn('value-null-in-list', value.place, 'null is a type of its own and belongs into a selection of its own');
  }
  const applied = applyModifiers({ field, modifiers, values, place }, { findings, limits });
  return applied === null ? null : withValues({ kind: 'item', field, modifiers, place, ...applied, values: [] }, applied.values);
}

/** `all` asks for every value of the rule, and for each of them any of what it stands for. */
function withValues(item: Item, values: readonly (readonly Value[])[]): Detection {
  if (!item.isAll || values.every(({ length }) => length === 1)) return { ...item, values: values.flat() };
  const parts = values.map((of): Item => ({ ...item, values: of, isAll: false }));
  return { kind: item.isNegated ? 'any' : 'all', parts, place: item.place };
}

function rawValues(node: Yaml, findings: Findings): readonly RawValue[] | null {
  if (node.kind === 'scalar') return [node];
  if (node.kind === 'map') {
    findings.error('attribute-type', node.place, 'a field is compared with a value or a list of values, not with a map');
    return null;
  }
  const scalars = node.items.filter((item): item is YamlScalar => item.kind === 'scalar');
  if (scalars.length === node.items.length) return scalars;
  findings.error('attribute-type', node.place, 'a list of values holds values only');
  return null;
}
