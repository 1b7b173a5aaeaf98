import { SCHEMA_REASONS, type SchemaReason } from '@holdfast/contract';
import type { ErrorObject } from 'ajv/dist/2020.js';
import { step } from '../reading/faults.ts';

/** One way in which a value is not what its schema says. */
export interface ValueReport {
  /** JSON pointer into the value. */
  readonly pointer: string;
  readonly reason: SchemaReason;
  /** Where in the document that is said; with `#`, below the schema that was compared. */
  readonly at: string;
}

const REASONS: ReadonlyMap<string, SchemaReason> = new Map<string, SchemaReason>([
  ['type', 'type'],
  ['enum', 'choice'],
  ['const', 'choice'],
  ['minimum', 'range'],
  ['maximum', 'range'],
  ['exclusiveMinimum', 'range'],
  ['exclusiveMaximum', 'range'],
  ['multipleOf', 'multiple'],
  ['minLength', 'length'],
  ['maxLength', 'length'],
  ['format', 'format'],
  ['x-holdfast-word', 'word'],
  ['pattern', 'pattern'],
  ['minItems', 'count'],
  ['maxItems', 'count'],
  ['minProperties', 'count'],
  ['maxProperties', 'count'],
  ['contains', 'count'],
  ['items', 'count'],
  ['uniqueItems', 'unique'],
  ['required', 'missing'],
  ['dependentRequired', 'missing'],
  ['additionalProperties', 'unknown'],
  ['x-holdfast-closed', 'unknown'],
  ['propertyNames', 'unknown'],
  ['false schema', 'unknown'],
]);
/** Says only that one of its branches failed, which told so itself. */
const JOINTS: ReadonlySet<string> = new Set(['if', 'allOf', '$ref']);
const OF_TEXTS: ReadonlySet<SchemaReason> = new Set(['choice', 'length', 'format', 'word', 'pattern']);
const RANK: ReadonlyMap<SchemaReason, number> = new Map(SCHEMA_REASONS.map((reason, rank) => [reason, rank]));

const rank = (reason: SchemaReason): number => RANK.get(reason) ?? SCHEMA_REASONS.length;

/**
 * Errors of ajv as reports: one for each place, the reason that stands first, and nothing from within a value of which one of
 * several schemas had to fit.
 */
export function reportsOf(errors: readonly ErrorObject[], places: WeakMap<object, string>): ValueReport[] {
  const byPlace = new Map<string, ValueReport>();
  const joined = new Set<string>();
  const counted = new Set<string>();
  for (const error of errors) {
    // The name of a property was compared, not a value: its property is told by `propertyNames` itself.
    if (error.propertyName !== undefined && error.keyword !== 'propertyNames') continue;
    if (JOINTS.has(error.keyword)) continue;
    const report = reportOf(error, places);
    if (report.reason === 'shape') joined.add(report.pointer);
    // None of the elements is what one of them must be: that says nothing of any of them.
    if (error.keyword === 'contains') counted.add(report.pointer);
    const held = byPlace.get(report.pointer);
    if (held === undefined || rank(report.reason) < rank(held.reason)) byPlace.set(report.pointer, report);
  }
  for (const pointer of byPlace.keys()) if (isWithin(pointer, counted, true)) byPlace.delete(pointer);
  if (joined.size === 0) return [...byPlace.values()];
  const outer = [...joined].filter((pointer) => !isWithin(pointer, joined, true));
  const told = [...byPlace.values()].filter(({ pointer }) => !isWithin(pointer, new Set(outer), false));
  const shapes = outer.map((pointer) => errors.find((error) => error.instancePath === pointer && isShape(error)));
  return [...told, ...shapes.flatMap((error) => (error === undefined ? [] : [reportOf(error, places)]))];
}

const isShape = ({ keyword }: ErrorObject): boolean => !REASONS.has(keyword) && !JOINTS.has(keyword);

/** Whether one of the others is the same place (unless `isStrict`) or one above it. */
function isWithin(pointer: string, others: ReadonlySet<string>, isStrict: boolean): boolean {
  if (!isStrict && others.has(pointer)) return true;
  for (let end = pointer.lastIndexOf('/'); end >= 0; end = pointer.lastIndexOf('/', end - 1)) {
    if (others.has(pointer.slice(0, end))) return true;
    if (end === 0) break;
  }
  return false;
}

function reportOf(error: ErrorObject, places: WeakMap<object, string>): ValueReport {
  const { keyword, instancePath, params, data } = error;
  const reason = REASONS.get(keyword) ?? 'shape';
  const name: unknown = nameIn(keyword, params);
  const pointer = typeof name === 'string' ? step(instancePath, name) : instancePath;
  const isLeftBlank = data === '' && OF_TEXTS.has(reason);
  return { pointer, reason: isLeftBlank ? 'empty' : reason, at: placeOf(error, places) };
}

function placeOf({ keyword, schemaPath, parentSchema }: ErrorObject, places: WeakMap<object, string>): string {
  const component = parentSchema === undefined ? undefined : places.get(parentSchema);
  // What closes an object is said by the names that it lists.
  if (keyword === 'x-holdfast-closed')
    return component === undefined ? schemaPath.replace(/[^/]*$/u, 'properties') : `${component}/properties`;
  return component === undefined ? schemaPath : `${component}/${keyword}`;
}

function nameIn(keyword: string, params: Readonly<Record<string, unknown>>): unknown {
  if (keyword === 'required' || keyword === 'dependentRequired') return params['missingProperty'];
  if (keyword === 'additionalProperties' || keyword === 'x-holdfast-closed') return params['additionalProperty'];
  return keyword === 'propertyNames' ? params['propertyName'] : undefined;
}

/** The place without positions, as exceptions name it: `/items/0/price` is `items.*.price`. */
export function nameOf(pointer: string, value: unknown): string {
  let at = value;
  const names: string[] = [];
  for (const raw of pointer.split('/').slice(1)) {
    const name = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(at)) {
      names.push('*');
      at = (at as unknown[])[Number(name)];
      continue;
    }
    names.push(name);
    at = typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? (at as Record<string, unknown>)[name] : undefined;
  }
  return names.join('.');
}

/** Where in the document a schema says so: in a component, or below the place that is compared. */
export const placeInDocument = (pointer: string, at: string): string => (at.startsWith('#') ? pointer + at.slice(1) : at);
