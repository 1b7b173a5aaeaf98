import { emptyRecord, isJson } from '../reading/faults.ts';
import { outlineOf } from './types-of.ts';

/** `open`: names that are not listed pass. `closed`: they are told. */
export type Variant = 'open' | 'closed';

const COMPONENTS = '#/components/schemas/';
export const schemaId = (variant: Variant, name: string): string => `holdfast:/${variant}/${name}`;

/** Keywords that ask something of the value without saying what it is. */
const ASKING: ReadonlySet<string> = new Set(['not', 'if', 'contains', 'propertyNames']);
/** Keywords whose schemas judge the same value: their names count together. */
const JOINING: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'then', 'else']);
const BY_NAME: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'dependentSchemas']);

/** Which schemas of a document a reference leads to. */
export interface Surroundings {
  readonly schemas: Readonly<Record<string, unknown>>;
  readonly variant: Variant;
}

/**
 * A schema ready for ajv: references lead to the schemas of the same variant, and in the closed one every object tells the names
 * that none of its schemas lists. JSON Schema leaves objects open, and what nobody listed is what attackers add (CWE-915).
 * `unevaluatedProperties` would say the same, but tells honest names as well once anything else about the value is wrong.
 */
export function closeSchema(schema: unknown, around: Surroundings, isWhole: boolean): unknown {
  if (!isJson(schema)) return schema;
  const { variant, schemas } = around;
  const made = emptyRecord<unknown>();
  for (const [keyword, inner] of Object.entries(schema)) made[keyword] = closeKeyword(keyword, inner, around);
  const isClosed = schema['unevaluatedProperties'] === false;
  delete made['unevaluatedProperties'];
  if (!isClosed && !(variant === 'closed' && isWhole)) return made;
  const { names, isOpen } = outlineOf(schema, schemas);
  if (schema['additionalProperties'] !== undefined || isOpen || (names === null && !isClosed)) return made;
  made['x-holdfast-closed'] = [...(names ?? [])];
  return made;
}

function closeKeyword(keyword: string, inner: unknown, around: Surroundings): unknown {
  if (keyword === '$ref') return schemaId(around.variant, String(inner).slice(COMPONENTS.length));
  if (keyword === 'enum' || keyword === 'required' || keyword === 'type') return inner;
  const within: Surroundings = ASKING.has(keyword) ? { ...around, variant: 'open' } : around;
  const isWhole = !JOINING.has(keyword) && keyword !== 'dependentSchemas';
  if (Array.isArray(inner)) return inner.map((each: unknown) => closeSchema(each, within, isWhole));
  if (!isJson(inner)) return inner;
  if (keyword === 'dependentRequired') return inner;
  if (!BY_NAME.has(keyword)) return closeSchema(inner, within, isWhole);
  const made = emptyRecord<unknown>();
  for (const [name, each] of Object.entries(inner)) made[name] = closeSchema(each, within, isWhole);
  return made;
}
