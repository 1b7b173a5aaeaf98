import type { Logsource } from '../document/metadata.ts';

export type Scalar = string | number | boolean | null;
/** Several values: any of them may match. */
export type FieldValue = Scalar | readonly Scalar[];

export interface SigmaEvent {
  /** Where the event comes from; it may answer to several names. Without any, every rule is tried. */
  readonly logsources?: readonly Logsource[];
  readonly fields: ReadonlyMap<string, FieldValue>;
  /** The line as it was logged. Keywords search it; without it they search every value. */
  readonly message?: string;
}

export interface FlattenLimits {
  readonly depthMax: number;
  readonly fieldsMax: number;
}

/**
 * Makes fields of a JSON object: `{ a: { b: 1 } }` has the field `a.b`. Lists of plain values are one field; lists of objects
 * give their members together.
 *
 * @example flatten({ user: { name: 'ann' } }).get('user.name') // 'ann'
 */
export function flatten(json: unknown, limits: FlattenLimits = { depthMax: 16, fieldsMax: 2000 }): Map<string, FieldValue> {
  const fields = new Map<string, FieldValue>();
  const add = (name: string, value: Scalar): void => {
    const known = fields.get(name);
    if (known === undefined) {
      if (fields.size < limits.fieldsMax) fields.set(name, value);
    } else if (isList(known)) (known as Scalar[]).push(value);
    else fields.set(name, [known, value]);
  };
  const walk = (value: unknown, name: string, depth: number): void => {
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') add(name, value);
    else if (depth >= limits.depthMax || typeof value !== 'object') return;
    else if (Array.isArray(value)) for (const item of value.slice(0, limits.fieldsMax)) walk(item, name, depth + 1);
    else for (const [key, inner] of Object.entries(value)) walk(inner, name === '' ? key : `${name}.${key}`, depth + 1);
  };
  walk(json, '', 0);
  return fields;
}

export function isList(value: FieldValue): value is readonly Scalar[] {
  return Array.isArray(value);
}

const NONE: readonly Scalar[] = [];

export function valuesOf(event: SigmaEvent, field: string): readonly Scalar[] {
  const value = event.fields.get(field);
  if (value === undefined) return NONE;
  return isList(value) ? value : [value];
}

/** What keywords are looked for in. */
export function* haystacks(event: SigmaEvent): Generator<string> {
  if (event.message !== undefined) {
    yield event.message;
    return;
  }
  for (const value of event.fields.values()) {
    for (const scalar of isList(value) ? value : [value]) if (scalar !== null) yield String(scalar);
  }
}
