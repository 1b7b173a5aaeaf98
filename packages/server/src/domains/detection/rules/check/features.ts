import { parseAllDocuments } from 'yaml';

/** Which features of Sigma how many rules use, the most used first. A rule counts once for each, however often it uses it. */
export function countFeatures(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const used of documentsIn(text).map(featuresOf)) for (const name of used) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Map([...counts].toSorted(([one, left], [two, right]) => right - left || (one < two ? -1 : 1)));
}

/** Maps and not objects: keys are somebody else's words. What is no YAML is told by the reader of rules. */
function documentsIn(text: string): readonly ReadonlyMap<unknown, unknown>[] {
  try {
    return parseAllDocuments(text).flatMap((document) => {
      const value: unknown = document.errors.length > 0 ? null : document.toJS({ mapAsMap: true, maxAliasCount: 0 });
      return value instanceof Map ? [value] : [];
    });
  } catch {
    return [];
  }
}

function featuresOf(document: ReadonlyMap<unknown, unknown>): ReadonlySet<string> {
  const used = new Set<string>();
  const correlation = document.get('correlation');
  if (correlation instanceof Map) used.add(`correlation ${String(correlation.get('type'))}`);
  if (document.has('filter')) used.add('filter');
  const detection = document.get('detection');
  if (!(detection instanceof Map)) return used;
  for (const [name, value] of detection) {
    if (name === 'condition') addConditions(value, used);
    else if (name === 'timeframe') used.add('timeframe (Sigma 1)');
    else addSelection(value, used);
  }
  return used;
}

function addConditions(value: unknown, used: Set<string>): void {
  if (Array.isArray(value)) used.add('list of conditions');
  for (const text of [value].flat()) if (typeof text === 'string') addCondition(text, used);
}

function addCondition(condition: string, used: Set<string>): void {
  const [text = '', aggregation] = condition.split('|', 2);
  if (aggregation !== undefined) used.add('aggregation (Sigma 1)');
  const words = text.match(/[()]|[^\s()]+/gu) ?? [];
  if (words.length === 1) used.add('condition: single identifier');
  for (const [index, word] of words.entries()) {
    const lower = word.toLowerCase();
    if (OPERATORS.has(lower)) used.add(`condition: ${lower}`);
    else if (lower === '(') used.add('condition: parentheses');
    else if (lower === 'of') used.add(quantified(words[index - 1], words[index + 1]));
    else if (/\*./u.test(word)) used.add('condition: pattern with * inside');
  }
}

const OPERATORS = new Set(['and', 'or', 'not']);

function quantified(quantity = '', pattern = ''): string {
  return `condition: ${quantity.toLowerCase()} of ${pattern.toLowerCase() === 'them' ? 'them' : 'pattern*'}`;
}

function addSelection(value: unknown, used: Set<string>): void {
  if (value instanceof Map) {
    used.add('selection: map');
    addMap(value, used);
  } else if (Array.isArray(value)) {
    const maps = value.filter((item) => item instanceof Map);
    if (maps.length > 0) used.add('selection: list of maps');
    if (maps.length < value.length) used.add('selection: keywords');
    for (const map of maps) addMap(map, used);
  } else used.add('selection: keywords');
}

function addMap(map: ReadonlyMap<unknown, unknown>, used: Set<string>): void {
  for (const [key, value] of map) {
    const [field, ...modifiers] = String(key).split('|');
    for (const modifier of modifiers) used.add(`modifier: ${modifier}`);
    if (field === '' && modifiers.length > 0) used.add('selection: keywords with modifiers');
    if (Array.isArray(value)) used.add('value: list');
    for (const one of [value].flat()) addValue(one, modifiers, used);
  }
}

function addValue(value: unknown, modifiers: readonly string[], used: Set<string>): void {
  if (value === null) used.add('value: null');
  else if (value === '') used.add('value: empty text');
  else if (typeof value === 'number') used.add('value: number');
  else if (typeof value === 'boolean') used.add('value: true or false');
  else if (typeof value === 'string' && !modifiers.includes('re')) {
    if (/(?<!\\)(?:\\\\)*\*/u.test(value)) used.add('value: wildcard *');
    if (/(?<!\\)(?:\\\\)*\?/u.test(value)) used.add('value: wildcard ?');
    if (/(?<!\\)(?:\\\\)*\\[*?]/u.test(value)) used.add('value: escaped wildcard');
  }
}
