/** What a keyword of JSON Schema (draft 2020-12) must hold to be kept. */
export type KeywordKind = 'number' | 'positive' | 'count' | 'flag' | 'names' | 'schema' | 'schemas' | 'list' | 'lists' | 'text';

/** Keywords that change what is let in. One that nobody checks would be a promise that nobody keeps: all others are refused. */
export const KEYWORDS: ReadonlyMap<string, KeywordKind> = new Map<string, KeywordKind>([
  ['minimum', 'number'],
  ['maximum', 'number'],
  ['exclusiveMinimum', 'number'],
  ['exclusiveMaximum', 'number'],
  ['multipleOf', 'positive'],
  ['minLength', 'count'],
  ['maxLength', 'count'],
  ['pattern', 'text'],
  ['format', 'text'],
  ['items', 'schema'],
  ['prefixItems', 'list'],
  ['minItems', 'count'],
  ['maxItems', 'count'],
  ['uniqueItems', 'flag'],
  ['contains', 'schema'],
  ['minContains', 'count'],
  ['maxContains', 'count'],
  ['properties', 'schemas'],
  ['patternProperties', 'schemas'],
  ['additionalProperties', 'schema'],
  ['propertyNames', 'schema'],
  ['required', 'names'],
  ['unevaluatedProperties', 'schema'],
  ['minProperties', 'count'],
  ['maxProperties', 'count'],
  ['dependentRequired', 'lists'],
  ['dependentSchemas', 'schemas'],
  ['allOf', 'list'],
  ['anyOf', 'list'],
  ['oneOf', 'list'],
  ['not', 'schema'],
  ['if', 'schema'],
  ['then', 'schema'],
  ['else', 'schema'],
  ['x-holdfast-word', 'flag'],
]);

/** Read apart, because they have other forms in OpenAPI 3.0. */
export const READ_APART: ReadonlySet<string> = new Set([
  '$ref',
  '$dynamicRef',
  'type',
  'nullable',
  'enum',
  'const',
  'readOnly',
  'discriminator',
]);

/** Keywords that say something to people, or to programs that make answers. */
export const REMARKS: ReadonlySet<string> = new Set([
  'title',
  'description',
  'default',
  'example',
  'examples',
  'deprecated',
  'externalDocs',
  'xml',
  'writeOnly',
  'contentEncoding',
  'contentMediaType',
  'contentSchema',
  '$comment',
  '$schema',
  '$defs',
  'definitions',
  // Names that references lead to.
  '$anchor',
  '$dynamicAnchor',
]);

/** Keywords whose schemas judge the same value as the schema they stand in. */
export const IN_PLACE: readonly string[] = ['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentSchemas'];
