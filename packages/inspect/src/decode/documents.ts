import type { Field } from '../types.ts';
import { looksLikeGraphql, parseGraphql } from './graphql.ts';
import { parseJson } from './json.ts';
import type { DecodeLimits } from './limits.ts';
import { overLimit, type Parsed } from './outcome.ts';

/** `query`, also of the n-th request of a batch (GraphQL over HTTP §5). */
const QUERY_NAME = /^(?:\d{1,4}\.)?query$/;
/** Companions of a document in a query string or form that are JSON themselves. */
const JSON_NAMES = new Set(['variables', 'extensions', 'operations']);

/**
 * Takes apart the documents that fields carry: a GraphQL document becomes its strings, and the variables beside it their members.
 * A value that only looks like one stays as it is.
 *
 * @example expandDocuments([{ location: 'json', name: 'query', value: '{ user(id: "7") { name } }' }], DECODE_LIMITS)
 */
export function expandDocuments(fields: Field[], limits: DecodeLimits): Parsed {
  if (!fields.some(({ name }) => QUERY_NAME.test(name) || JSON_NAMES.has(name))) return { kind: 'ok', fields };
  const expanded: Field[] = [];
  for (const field of fields) {
    const inner = expandField(field, limits);
    if (inner.kind !== 'ok') return inner;
    for (const item of inner.fields) expanded.push(item);
  }
  return { kind: 'ok', fields: expanded };
}

function expandField(field: Field, limits: DecodeLimits): Parsed {
  if (QUERY_NAME.test(field.name)) return expandGraphql(field, limits);
  if (JSON_NAMES.has(field.name) && field.location !== 'json') return expandJson(field, limits);
  return { kind: 'ok', fields: [field] };
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
