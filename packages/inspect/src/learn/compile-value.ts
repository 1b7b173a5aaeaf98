import type { FieldContext } from '../types.ts';
import type { CompiledValue, SchemaFault } from './compiled.ts';
import { KIND } from './measure.ts';
import { parsePattern, type Pattern } from './pattern.ts';

/** Where the reading stands, and what was found wrong on the way. */
export interface Reading {
  readonly faults: SchemaFault[];
  /** Values read so far: what bounds the compiled form. */
  values: number;
}

export type Json = Readonly<Record<string, unknown>>;
const FAULTS_MAX = 20;
const CHOICES_MAX = 200;
const CHOICE_CHARS_MAX = 256;

export function fault(reading: Reading, pointer: string, detail: string): void {
  if (reading.faults.length < FAULTS_MAX) reading.faults.push({ pointer: pointer.slice(0, 512), detail });
}

/** One step of a JSON pointer (RFC 6901 §3). */
export const step = (pointer: string, name: string | number): string =>
  `${pointer}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;

export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads an own property only: a document may name one `constructor`. */
export const own = (value: Json, name: string): unknown => (Object.hasOwn(value, name) ? value[name] : undefined);

const TYPES: ReadonlySet<string> = new Set(['string', 'integer', 'number', 'boolean']);
const FORMATS: ReadonlyMap<string, number> = new Map([
  ['uuid', KIND.uuid],
  ['date', KIND.date],
  ['date-time', KIND.dateTime],
  ['email', KIND.email],
  ['uri', KIND.url],
]);
const CONTEXTS: ReadonlySet<string> = new Set(['free-text', 'html', 'search', 'url', 'identifier']);
/** Keywords that change what is let in. One that this reader does not know would be a promise nobody keeps. */
const KEYWORDS: ReadonlySet<string> = new Set([
  'type',
  'format',
  'enum',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'pattern',
  'x-holdfast-word',
  'x-holdfast-context',
]);
/** Keywords that say something to people only. */
const REMARKS: ReadonlySet<string> = new Set([
  'title',
  'description',
  'default',
  'example',
  'examples',
  'deprecated',
  '$comment',
]);

export interface ValuePlace {
  readonly pointer: string;
  readonly isRequired: boolean;
  readonly isList: boolean;
}

const isType = (type: unknown): type is CompiledValue['type'] => typeof type === 'string' && TYPES.has(type);

/** Reads the schema of one value; what cannot be read is a fault and the value is then anything. */
export function compileValue(raw: unknown, place: ValuePlace, reading: Reading): CompiledValue {
  const { pointer } = place;
  reading.values++;
  const schema = isJson(raw) ? raw : {};
  if (!isJson(raw)) fault(reading, pointer, 'must be an object');
  for (const keyword of Object.keys(schema))
    if (!KEYWORDS.has(keyword) && !REMARKS.has(keyword))
      fault(reading, step(pointer, keyword), 'is not a keyword that is checked');
  const type = own(schema, 'type');
  if (type !== undefined && !isType(type)) fault(reading, step(pointer, 'type'), 'must be string, integer, number or boolean');
  const format = own(schema, 'format');
  const kind = typeof format === 'string' ? FORMATS.get(format) : undefined;
  if (format !== undefined && kind === undefined)
    fault(reading, step(pointer, 'format'), `must be one of ${[...FORMATS.keys()].join(', ')}`);
  return {
    ...place,
    type: isType(type) ? type : 'any',
    format: kind ?? 0,
    choices: readChoices(schema, pointer, reading),
    minimum: readNumber(schema, { name: 'minimum', pointer, absent: -Infinity }, reading),
    maximum: readNumber(schema, { name: 'maximum', pointer, absent: Infinity }, reading),
    lengthMin: readNumber(schema, { name: 'minLength', pointer, absent: 0 }, reading),
    lengthMax: readNumber(schema, { name: 'maxLength', pointer, absent: Infinity }, reading),
    pattern: readPattern(schema, pointer, reading),
    needsWord: own(schema, 'x-holdfast-word') === true,
    context: readContext(schema, pointer, reading),
  };
}

interface NumberKeyword {
  readonly name: string;
  readonly pointer: string;
  readonly absent: number;
}

function readNumber(schema: Json, { name, pointer, absent }: NumberKeyword, reading: Reading): number {
  const value = own(schema, name);
  if (value === undefined) return absent;
  if (typeof value === 'number' && Number.isFinite(value) && (!name.endsWith('Length') || value >= 0)) return value;
  fault(reading, step(pointer, name), 'must be a number');
  return absent;
}

function readChoices(schema: Json, pointer: string, reading: Reading): ReadonlySet<string> | null {
  const values = own(schema, 'enum');
  if (values === undefined) return null;
  if (!Array.isArray(values) || values.length === 0 || values.length > CHOICES_MAX) {
    fault(reading, step(pointer, 'enum'), `must be a list of 1 to ${CHOICES_MAX} values`);
    return null;
  }
  const choices = new Set<string>();
  for (const [index, value] of values.entries()) {
    const text: unknown = typeof value === 'number' || typeof value === 'boolean' || value === null ? String(value) : value;
    if (typeof text === 'string' && text.length <= CHOICE_CHARS_MAX) choices.add(text);
    else fault(reading, step(step(pointer, 'enum'), index), `must be a plain value of at most ${CHOICE_CHARS_MAX} characters`);
  }
  return choices;
}

function readPattern(schema: Json, pointer: string, reading: Reading): Pattern | null {
  const text = own(schema, 'pattern');
  if (text === undefined) return null;
  const parsed = typeof text === 'string' ? parsePattern(text) : { kind: 'refused' as const, detail: 'must be a text' };
  if (parsed.kind === 'pattern') return parsed.pattern;
  fault(reading, step(pointer, 'pattern'), parsed.detail);
  return null;
}

const isContext = (value: unknown): value is FieldContext => typeof value === 'string' && CONTEXTS.has(value);

function readContext(schema: Json, pointer: string, reading: Reading): FieldContext | null {
  const context = own(schema, 'x-holdfast-context');
  if (context === undefined || isContext(context)) return context ?? null;
  fault(reading, step(pointer, 'x-holdfast-context'), `must be one of ${[...CONTEXTS].join(', ')}`);
  return null;
}
