import type { CanonicalRequest, Field, FieldContext, Location } from '../types.ts';
import { findItems } from './compile.ts';
import type { CompiledItem, CompiledOperation, CompiledSchema, CompiledValue } from './compiled.ts';
import { GROUP, KIND, kindsOf, readNumber, scanCharacters } from './measure.ts';
import { isParameter, parameterName, type ParameterLocation } from './model.ts';
import { matchesPattern } from './pattern.ts';

export type ViolationReason =
  | 'route'
  | 'method'
  | 'content'
  | 'unknown'
  | 'duplicated'
  | 'missing'
  | 'empty'
  | 'type'
  | 'format'
  | 'choice'
  | 'range'
  | 'length'
  | 'word'
  | 'pattern';

/** One way in which a request is not what the schema says. */
export interface Violation {
  /** JSON pointer into the fragment: what was not met. */
  readonly pointer: string;
  readonly location: Location;
  readonly name: string;
  readonly reason: ViolationReason;
}

const VIOLATIONS_MAX = 8;
const NAME_CHARS_MAX = 128;
/** Methods that ask about a resource and carry nothing to it. */
const QUESTIONS: ReadonlySet<string> = new Set(['OPTIONS']);

/** Which part of a request is known. */
export interface CheckOptions {
  /** The body is not read yet, or these are some fields of it: nothing is missed. */
  readonly isPart?: boolean;
}

interface Checking {
  readonly schema: CompiledSchema;
  readonly violations: Violation[];
  readonly isPart: boolean;
}

/**
 * Compares a request with a schema. Total and linear; at most a few violations are told.
 *
 * @example checkRequest(schema, request).length === 0 // it is what the schema says
 */
export function checkRequest(
  schema: CompiledSchema,
  request: CanonicalRequest,
  { isPart = false }: CheckOptions = {},
): readonly Violation[] {
  const checking: Checking = { schema, violations: [], isPart };
  const operation = findOperation(checking, request);
  if (operation === 'refused' || operation === 'passed') return checking.violations;
  if (operation === 'vocabulary') checkVocabulary(checking, request);
  else checkOperation(checking, operation, request);
  return checking.violations;
}

/** What one field is for; null for fields that the schema does not know. */
export function contextFor(
  schema: CompiledSchema,
  request: CanonicalRequest,
): (field: Pick<Field, 'location' | 'name'>) => FieldContext | null {
  // Asked only where something was found, which is seldom: nothing is looked up before.
  let operation: CompiledOperation | null | undefined;
  return ({ location, name }) => {
    if (!isParameter(location)) return null;
    operation ??= operationOf(findItems(schema.root, request.path), request.method);
    const canonical = parameterName(location, name);
    const value = operation?.values.get(`${location} ${canonical}`);
    return (
      (operation === null || operation.unlisted === 'vocabulary' ? (value ?? schema.vocabulary.get(canonical)) : value)
        ?.context ?? null
    );
  };
}

/** A broad place (`/{name}`) must not hide a narrower one that does not have the method. */
function operationOf(items: readonly CompiledItem[], method: string): CompiledOperation | null {
  for (const { methods } of items) {
    const operation = methods.get(method) ?? (method === 'HEAD' ? methods.get('GET') : undefined);
    if (operation !== undefined) return operation;
  }
  return null;
}

type Found = CompiledOperation | 'vocabulary' | 'refused' | 'passed';

function findOperation({ schema, violations }: Checking, { path, method }: CanonicalRequest): Found {
  if (QUESTIONS.has(method)) return 'passed';
  const items = findItems(schema.root, path);
  const operation = operationOf(items, method);
  if (operation !== null) return operation;
  const item = items[0] ?? null;
  if (item === null && !schema.refusesUnknownRoutes) return 'vocabulary';
  if (item !== null && !item.refusesOthers) return 'vocabulary';
  const pointer = item === null ? '/paths' : item.pointer;
  violations.push({ pointer, location: 'path', name: '', reason: item === null ? 'route' : 'method' });
  return 'refused';
}

function refuse(
  { violations }: Checking,
  { location, name }: Pick<Field, 'location' | 'name'>,
  why: Pick<Violation, 'pointer' | 'reason'>,
): void {
  if (violations.length < VIOLATIONS_MAX) violations.push({ ...why, location, name: name.slice(0, NAME_CHARS_MAX) });
}

/** Marks that newsletters, advertisers and networks hang onto links to anybody's pages. What they hold is inspected as ever. */
const CAMPAIGN_MARKS: ReadonlySet<string> = new Set([
  'gclid',
  'dclid',
  'gbraid',
  'wbraid',
  'fbclid',
  'msclkid',
  'yclid',
  'twclid',
  'ttclid',
  'li_fat_id',
  'igshid',
  'mc_cid',
  'mc_eid',
  '_ga',
  '_gl',
]);

/** Whether a name is one of those marks. */
export const isCampaignMark = ({ location, name }: Pick<Field, 'location' | 'name'>): boolean =>
  location === 'query' && (CAMPAIGN_MARKS.has(name) || name.startsWith('utm_'));

/** Routes without a schema of their own: names mean the same wherever they stand in an application. */
function checkVocabulary(checking: Checking, { fields }: CanonicalRequest): void {
  const { schema } = checking;
  for (const field of fields) {
    if (!isParameter(field.location)) continue;
    const value = schema.vocabulary.get(parameterName(field.location, field.name));
    if (value !== undefined) checkValue(checking, value, field);
    else if (schema.refusesUnknownNames && !isCampaignMark(field))
      refuse(checking, field, { pointer: '/x-holdfast-vocabulary', reason: 'unknown' });
  }
}

function checkOperation(checking: Checking, operation: CompiledOperation, request: CanonicalRequest): void {
  if (operation.unlisted === 'vocabulary' && operation.values.size === 0) return checkVocabulary(checking, request);
  const seen = new Set<string>();
  for (const field of request.fields) {
    if (checking.violations.length >= VIOLATIONS_MAX) return;
    if (!isParameter(field.location)) {
      if (isOtherBody(operation, field)) refuse(checking, field, { pointer: operation.pointer, reason: 'content' });
      continue;
    }
    const key = `${field.location} ${parameterName(field.location, field.name)}`;
    const value = operation.values.get(key) ?? fileValue(operation, field);
    if (value === undefined) checkUnlisted(checking, operation, { field: { ...field, location: field.location }, key });
    else {
      if (!value.isList && seen.has(key)) refuse(checking, field, { pointer: value.pointer, reason: 'duplicated' });
      checkValue(checking, value, field);
    }
    seen.add(key);
  }
  if (!checking.isPart) checkRequired(checking, operation, seen);
}

/** A body of text or XML where the schema lists other kinds only, or none: applications read more kinds than they are sent. */
const isOtherBody = ({ bodies, unlisted }: CompiledOperation, { location }: Field): boolean =>
  (location === 'text' || location === 'xml') && unlisted === 'refuse' && bodies !== null;

/** A file stands in the form under the same name as any other part. */
function fileValue(operation: CompiledOperation, { location, name }: Field): CompiledValue | undefined {
  return location === 'file-name' ? operation.values.get(`multipart ${name}`) : undefined;
}

interface Unlisted {
  readonly field: Field & { readonly location: ParameterLocation };
  readonly key: string;
}

function checkUnlisted(checking: Checking, operation: CompiledOperation, { field, key }: Unlisted): void {
  const { unlisted, openLocations, anyBelow, bodies, pointer } = operation;
  if (isCampaignMark(field)) return;
  const home = field.location === 'file-name' ? 'multipart' : field.location;
  const isAnything = anyBelow.some(
    (begin) => key === begin || key.startsWith(begin.endsWith('.') || begin.endsWith(' ') ? begin : `${begin}.`),
  );
  if (unlisted === 'pass' || openLocations.has(home) || isAnything) return;
  if (home !== 'query' && bodies !== null && !bodies.has(home)) return refuse(checking, field, { pointer, reason: 'content' });
  if (unlisted === 'refuse') refuse(checking, field, { pointer, reason: 'unknown' });
}

/** What a request must have, if it has a body of that kind at all or if the schema has no other. */
function checkRequired(checking: Checking, { required, values, bodies }: CompiledOperation, seen: ReadonlySet<string>): void {
  for (const key of required) {
    if (seen.has(key)) continue;
    const space = key.indexOf(' ');
    // Both cast texts were written by compile-operation as `location name`.
    const location = key.slice(0, space) as Location;
    const isOneOfSeveral = location !== 'query' && (bodies === null || bodies.size > 1);
    if (isOneOfSeveral && ![...seen].some((other) => other.startsWith(`${location} `))) continue;
    // A file under this name is what the schema asks for too.
    if (location === 'multipart' && seen.has(`file-name ${key.slice(space + 1)}`)) continue;
    refuse(checking, { location, name: key.slice(space + 1) }, { pointer: values.get(key)?.pointer ?? '', reason: 'missing' });
  }
}

function checkValue(checking: Checking, value: CompiledValue, field: Field): void {
  if (field.location === 'file-name') return;
  const reason = faultOf(value, field.value);
  if (reason !== null) refuse(checking, field, { pointer: value.pointer, reason });
}

function faultOf(value: CompiledValue, text: string): ViolationReason | null {
  const { type, choices } = value;
  // JSON `null` and a field left blank are one: whether they are let in is a matter of the length.
  if (text === '' || text === 'null') return emptyFault(value);
  if (choices !== null) return choices.has(text) ? null : 'choice';
  // What says more comes first: a word where a number belongs is not merely too long.
  if (type !== 'string' && type !== 'any') return typeFault(value, text) ?? lengthFault(value, text);
  return lengthFault(value, text) ?? textFault(value, text);
}

const lengthFault = ({ lengthMin, lengthMax }: CompiledValue, { length }: string): ViolationReason | null =>
  length > lengthMax || length < lengthMin ? 'length' : null;

function textFault({ format, needsWord, pattern }: CompiledValue, text: string): ViolationReason | null {
  if (format !== 0 && (kindsOf(text) & format) === 0) return 'format';
  if (needsWord && (scanCharacters(text).groups & GROUP.bare) !== 0) return 'word';
  return pattern === null || matchesPattern(pattern, text) ? null : 'pattern';
}

function emptyFault({ lengthMin, choices }: CompiledValue): ViolationReason | null {
  return lengthMin > 0 || (choices !== null && !choices.has('')) ? 'empty' : null;
}

function typeFault({ type, minimum, maximum }: CompiledValue, text: string): ViolationReason | null {
  if (type === 'boolean') return (kindsOf(text) & KIND.boolean) === 0 ? 'type' : null;
  const number = readNumber(text, type === 'integer');
  if (Number.isNaN(number)) return 'type';
  return number < minimum || number > maximum ? 'range' : null;
}
