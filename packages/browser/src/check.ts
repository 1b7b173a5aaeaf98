import type { PageOperation, PageSchema, PageValue, SchemaError, SchemaLocation, SchemaReason } from '@holdfast/contract';
import { faultOf } from './value.ts';

/** One value that is about to be sent. */
export interface Field {
  readonly location: SchemaLocation;
  /** In documents with dots between the steps. */
  readonly name: string;
  readonly value: string;
  /** JSON pointer to the value in the request. */
  readonly pointer: string;
  /** A file, or a text that the gateway takes apart: that it is there is all that can be said here. */
  readonly isOpaque?: boolean;
}

/** `isPart`: there is more of it than these fields, so nothing is missed. */
export interface Sending {
  readonly method: string;
  readonly fields: readonly Field[];
  readonly isPart?: boolean;
}

const ERRORS_MAX = 20;
/** Longer names are compared as they are. */
const NAME_CHARS_READ_MAX = 256;
const CAMPAIGN_MARKS =
  /^query (?:gclid|dclid|gbraid|wbraid|fbclid|msclkid|yclid|twclid|ttclid|li_fat_id|igshid|mc_[ce]id|_ga|_gl|utm_.*)$/su;

/**
 * Holds what is about to be sent against the schema of its path, and tells what does not fit as the gateway does. What only
 * the gateway can say passes here.
 *
 * @example check(schema, { method: 'POST', fields: [{ location: 'form', name: 'age', value: '17', pointer: '/age' }] })
 */
export function check(schema: PageSchema, { method, fields, isPart = false }: Sending): readonly SchemaError[] {
  if (method === 'OPTIONS') return [];
  const find = (name: string): PageOperation | undefined => schema.operations.find((each) => each.method === name);
  const operation = find(method) ?? (method === 'HEAD' ? find('GET') : undefined);
  if (operation === undefined) return schema.refusesOthers ? [{ location: 'path', name: '', pointer: '', reason: 'method' }] : [];
  const checking: Checking = {
    operation,
    values: new Map(operation.values.map((value) => [value.at, value])),
    seen: new Set(),
    errors: new Map(),
  };
  for (const field of fields) checking.seen.add(checkField(checking, field));
  if (!isPart) checkRequired(checking);
  const { excepted } = operation;
  return [...checking.errors.values()].filter(
    ({ reason, location, name }) => !excepted.includes(`${reason} ${location} ${name}`),
  );
}

interface Checking {
  readonly operation: PageOperation;
  readonly values: ReadonlyMap<string, PageValue>;
  readonly seen: Set<string>;
  /** One for each place. */
  readonly errors: Map<string, SchemaError>;
}

/** The first that fits is told, as in `schema-report.ts` of the contract. */
const RANKS = ' content unknown duplicated missing empty type range length format word pattern ';
const rankOf = (reason: SchemaReason): number => RANKS.indexOf(` ${reason} `);

interface Place {
  /** `location name`. */
  readonly at: string;
  readonly pointer: string;
}

function add({ errors }: Checking, { at, pointer }: Place, reason: SchemaReason): void {
  const space = at.indexOf(' ');
  // Written by this file as `location name`.
  const location = at.slice(0, space) as SchemaLocation;
  const place = `${location} ${pointer}`;
  const held = errors.get(place);
  if (held === undefined ? errors.size < ERRORS_MAX : rankOf(reason) < rankOf(held.reason))
    errors.set(place, { location, name: at.slice(space + 1), pointer, reason });
}

/** One name for all elements of a list: `items.3.price` is `items.*.price`. */
function keyOf({ location, name }: Field): string {
  if (name.length > NAME_CHARS_READ_MAX) return `${location} ${name}`;
  const isDocument = location === 'json';
  return `${location} ${name.replaceAll(isDocument ? /(?<![^.])\d{1,6}(?![^.])/gu : /\[\d{1,6}\]/gu, isDocument ? '*' : '[*]')}`;
}

function checkField(checking: Checking, field: Field): string {
  const { values, seen } = checking;
  const key = keyOf(field);
  const value = values.get(key);
  if (value === undefined) {
    checkUnlisted(checking, field, key);
    return key;
  }
  if (value.list !== true && seen.has(key)) add(checking, { at: key, pointer: field.pointer }, 'duplicated');
  const reason = field.isOpaque === true ? null : faultOf(value, field.value);
  if (reason !== null) add(checking, { at: key, pointer: field.pointer }, reason);
  return key;
}

function checkUnlisted(checking: Checking, { location, pointer }: Field, key: string): void {
  const { isClosed, open, anyBelow, bodies } = checking.operation;
  if (!isClosed || open.includes(location) || CAMPAIGN_MARKS.test(key)) return;
  if (anyBelow.some((begin) => key === begin || key.startsWith(/[. ]$/u.test(begin) ? begin : `${begin}.`))) return;
  const isOtherBody = location !== 'query' && bodies !== null && !bodies.includes(location);
  if (isOtherBody) add(checking, { at: key, pointer: '' }, 'content');
  else add(checking, { at: key, pointer }, 'unknown');
}

/** A body that may be of several kinds lacks only what its own kind requires. */
function checkRequired(checking: Checking): void {
  const { operation, values, seen } = checking;
  const { bodies } = operation;
  for (const [key, { required }] of values) {
    if (required !== true || seen.has(key)) continue;
    const location = key.slice(0, key.indexOf(' '));
    const isOneOfSeveral = location !== 'query' && (bodies === null || bodies.length > 1);
    if (isOneOfSeveral && ![...seen].some((other) => other.startsWith(`${location} `))) continue;
    add(checking, { at: key, pointer: pointerOf(location, key.slice(location.length + 1)) }, 'missing');
  }
}

const escape = (step: string): string => step.replaceAll('~', '~0').replaceAll('/', '~1');

/** RFC 6901 §3: where a value of this name stands, or would stand. */
export function pointerOf(location: string, name: string): string {
  if (location !== 'json') return `/${escape(name)}`;
  return name === '' ? '' : `/${name.split('.').map(escape).join('/')}`;
}
