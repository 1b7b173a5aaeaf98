import type { Field } from '../types.ts';
import { looksLikeGraphql, parseGraphql } from './graphql.ts';
import { parseJson } from './json.ts';
import type { DecodeLimits } from './limits.ts';
import { overLimit, type Parsed } from './outcome.ts';

/** `query`, also of the n-th request of a batch (GraphQL over HTTP §5). */
const QUERY_NAME = /^(?:\d{1,4}\.)?query$/;
/** Companions of a document in a query string or form that are JSON themselves. */
const JSON_NAMES = new Set(['variables', 'extensions', 'operations']);

/** Shorter holds no value; what is longer than a form's own limit is judged as the text it is. */
const INNER_CHARS_MIN = 5;
const INNER_CHARS_MAX = 65_536;
const OPENERS = new Map([
  ['{', '}'],
  ['[', ']'],
]);

/**
 * Takes apart the documents that fields carry: a GraphQL document becomes its strings, the variables beside it their members, and JSON
 * in any other field adds its members to the text. A value that only looks like one stays as it is.
 *
 * @example expandDocuments([{ location: 'json', name: 'query', value: '{ user(id: "7") { name } }' }], DECODE_LIMITS)
 */
export function expandDocuments(fields: Field[], limits: DecodeLimits): Parsed {
  if (!fields.some((field) => QUERY_NAME.test(field.name) || JSON_NAMES.has(field.name) || holdsJson(field)))
    return { kind: 'ok', fields };
  const expanded: Field[] = [];
  for (const field of fields) {
    // Members of documents count like members of one: beyond that the rest stays text.
    const isFull = expanded.length - fields.length > limits.jsonKeysMax;
    const inner: Parsed = isFull ? { kind: 'ok', fields: [field] } : expandField(field, limits);
    if (inner.kind !== 'ok') return inner;
    for (const item of inner.fields) expanded.push(item);
  }
  return { kind: 'ok', fields: expanded };
}

function expandField(field: Field, limits: DecodeLimits): Parsed {
  if (QUERY_NAME.test(field.name)) return expandGraphql(field, limits);
  if (JSON_NAMES.has(field.name) && field.location !== 'json') return expandJson(field, limits);
  if (holdsJson(field)) return addMembers(field, limits);
  return { kind: 'ok', fields: [field] };
}

/** Told by both ends, so that nothing is read through for a text that merely begins with a bracket. */
function holdsJson({ location, value, isFile }: Field): boolean {
  if (value.length < INNER_CHARS_MIN || value.length > INNER_CHARS_MAX || isFile === true) return false;
  const closer = OPENERS.get(value[0] ?? '');
  return closer !== undefined && value.endsWith(closer) && location !== 'path' && location !== 'text';
}

/**
 * What the application reads from `data={"url":"…"}` is the member, whose form says more than the text around it. The text stays as
 * well: whether it is taken apart is the application's choice. One level: a document within is a text again.
 */
function addMembers(field: Field, limits: DecodeLimits): Parsed {
  const json = parseJson(field.value, limits);
  if (json.kind !== 'ok') return { kind: 'ok', fields: [field] };
  const members = json.fields.map(({ name, value }) => ({ location: field.location, name: `${field.name}.${name}`, value }));
  return { kind: 'ok', fields: [field, ...members] };
}

/** Reads one field as a GraphQL document. */
export function expandGraphql(field: Field, limits: DecodeLimits): Parsed {
  const asText: Parsed = { kind: 'ok', fields: [field] };
  if (!looksLikeGraphql(field.value)) return asText;
  const result = parseGraphql(field.value, { location: field.location, name: field.name }, limits);
  if (result.kind === 'malformed') return asText;
  if (result.kind === 'over-limit') return overLimit(result.limit, field.location);
  // Learned schemas and counts know the field by its name, whether or not it holds strings.
  return { kind: 'ok', fields: [{ ...field, value: '' }, ...result.fields] };
}

function expandJson(field: Field, limits: DecodeLimits): Parsed {
  if (!/^\s{0,64}[[{]/.test(field.value)) return { kind: 'ok', fields: [field] };
  const json = parseJson(field.value, limits);
  if (json.kind !== 'ok') return { kind: 'ok', fields: [field] };
  const { location, name } = field;
  const members = json.fields.map((item) => ({ ...item, location, name: item.name === '' ? name : `${name}.${item.name}` }));
  // `operations` of the multipart form holds a document again (GraphQL multipart request specification).
  return expandMembers(members, limits);
}

function expandMembers(members: readonly Field[], limits: DecodeLimits): Parsed {
  const fields: Field[] = [];
  for (const member of members) {
    const inner: Parsed = member.name.endsWith('.query') ? expandGraphql(member, limits) : { kind: 'ok', fields: [member] };
    if (inner.kind !== 'ok') return inner;
    for (const item of inner.fields) fields.push(item);
  }
  return { kind: 'ok', fields };
}
