import type { SigmaCorrelation } from '../correlation/correlation.ts';
import type { Detection, Item } from '../rule/detection.ts';
import { STAR, type Token } from '../value/tokens.ts';
import type { Value } from '../value/value.ts';
import { Refused, type Progress } from './draft.ts';
import type { Params } from './params.ts';
import type { Transformation } from './transformation.ts';

type Rename = (field: string | null) => readonly string[] | null;

/** Transformations of field names by their type; null when the type is none of them. */
export function readFieldTransformation(type: string, params: Params): Transformation | null {
  const apply = renameOf(type, params);
  return apply === null ? null : { level: 'field', apply };
}

function renameOf(type: string, params: Params): Rename | null {
  switch (type) {
    case 'field_name_mapping': {
      const mapping = params.mapping('mapping');
      // A key without a name stands for keywords.
      return (field) => mapping.get(field ?? '') ?? null;
    }
    case 'field_name_prefix_mapping': {
      const mapping = [...params.mapping('mapping')];
      return (field) => {
        const found = mapping.find(([prefix]) => field?.startsWith(prefix) === true);
        return found === undefined || field === null ? null : found[1].map((prefix) => prefix + field.slice(found[0].length));
      };
    }
    case 'field_name_prefix': {
      const prefix = params.needText('prefix');
      return (field) => (field === null ? null : [prefix + field]);
    }
    case 'field_name_suffix': {
      const suffix = params.needText('suffix');
      return (field) => (field === null ? null : [field + suffix]);
    }
    case 'field_name_transform':
      return transformOf(params);
    default:
      return null;
  }
}

/** pySigma takes a function of Python; a file can name one of these. */
function transformOf(params: Params): Rename {
  const how = params.oneOf('transform', ['lower', 'upper', 'snake_case']);
  if (params.text('transform') === null) params.fault("'transform' is lower, upper or snake_case");
  const mapping = params.value('mapping') === null ? new Map<string, readonly string[]>() : params.mapping('mapping');
  return (field) => (field === null ? null : (mapping.get(field) ?? [changeCase(field, how)]));
}

export function changeCase(text: string, how: 'lower' | 'upper' | 'snake_case'): string {
  if (how === 'lower') return text.toLowerCase();
  if (how === 'upper') return text.toUpperCase();
  return text
    .replaceAll(/([a-z0-9])([A-Z])/gu, '$1_$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/gu, '$1_$2')
    .toLowerCase();
}

/** Renames the field of an item and the fields that its values refer to. */
export function renameItem(item: Item, rename: Rename, progress: Progress): Detection | null {
  const values = item.values.flatMap((value) => renameReference(value, rename));
  const names = rename(item.field);
  const renamed: Item = { ...item, values };
  if (names === null) return values.every((value, index) => value === item.values[index]) ? item : renamed;
  if (item.field !== null) progress.mapped.add(item.field);
  for (const name of names) progress.mapped.add(name);
  const searched = item.field === null ? values.map((value) => anywhere(value)) : values;
  const items = names.map((field): Item => ({ ...renamed, field, values: searched }));
  const [only] = items;
  if (items.length <= 1) return only ?? null;
  // Other names for one field: any may match, and for a negated item none may.
  return { kind: item.isNegated ? 'all' : 'any', parts: items, place: item.place };
}

function renameReference(value: Value, rename: Rename): readonly Value[] {
  if (value.kind !== 'field') return [value];
  return rename(value.field)?.map((field) => ({ ...value, field })) ?? [value];
}

/** What was looked for in the whole message is looked for anywhere in the field. */
function anywhere(value: Value): Value {
  if (value.kind !== 'text') return value;
  const head: Token[] = value.tokens[0] === STAR ? [] : [STAR];
  const tail: Token[] = value.tokens.at(-1) === STAR ? [] : [STAR];
  return { ...value, tokens: [...head, ...value.tokens, ...tail] };
}

/** A correlation groups and counts by fields; there, a field has one name. */
export function renameCorrelation(correlation: SigmaCorrelation, rename: Rename): SigmaCorrelation {
  const one = (field: string): string => {
    const names = rename(field) ?? [field];
    const [only] = names;
    if (names.length !== 1 || only === undefined) throw new Refused(`${field} has several names, but a correlation needs one`);
    return only;
  };
  const aliases = new Map(
    [...correlation.aliases].map(([alias, fields]) => [alias, new Map([...fields].map(([rule, field]) => [rule, one(field)]))]),
  );
  const named = (field: string): string => (aliases.has(field) ? field : one(field));
  const { condition } = correlation;
  return {
    ...correlation,
    aliases,
    groupBy: correlation.groupBy.map((field) => named(field)),
    condition: condition.kind === 'bounds' ? { ...condition, fields: condition.fields.map((field) => named(field)) } : condition,
  };
}
