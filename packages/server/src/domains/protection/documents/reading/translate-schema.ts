import { FORMATS, NUMBER_FORMATS } from '../values/formats.ts';
import { compilePattern } from '../values/linear-pattern.ts';
import { chooseBranch } from './discriminator.ts';
import { emptyRecord, isJson, own, step, type Json } from './faults.ts';
import { KEYWORDS, READ_APART, REMARKS, type KeywordKind } from './keywords.ts';
import { dropReadOnly } from './read-only.ts';
import type { Part, Reach, References } from './references.ts';

const DEPTH_MAX = 32;
const SCHEMAS_MAX = 20_000;
const CHOICES_MAX = 1000;
const TYPES: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);
/** Shown to people, or about how a value is packed: not checked, and nobody takes them for checked. */
const UNCHECKED_FORMATS: ReadonlySet<string> = new Set(['password', 'binary', 'base64url']);

export interface Translating {
  readonly references: References;
  /** 3.0 has words of its own for a few things. */
  readonly is30: boolean;
  schemas: number;
}

/**
 * Brings one schema into the form that is kept: draft 2020-12, only what is checked, references into `#/components/schemas`.
 * What cannot be kept is a fault where it stands.
 */
export function translateSchema(part: Part, translating: Translating, at: At = ALONE): unknown {
  const { findings } = translating.references;
  const { depth, reach } = at;
  const { value, pointer } = part;
  translating.schemas += 1;
  if (depth > DEPTH_MAX || translating.schemas > SCHEMAS_MAX) {
    findings.fault(pointer, depth > DEPTH_MAX ? `nested deeper than ${DEPTH_MAX}` : `more than ${SCHEMAS_MAX} schemas`);
    return {};
  }
  if (typeof value === 'boolean') return value;
  if (!isJson(value)) {
    findings.fault(pointer, 'must be a schema');
    return {};
  }
  const made = emptyRecord<unknown>();
  const word = own(value, '$ref') === undefined ? '$dynamicRef' : '$ref';
  const reference = own(value, word);
  if (reference !== undefined) {
    const kept = translating.references.schema(reference, step(pointer, word), reach);
    if (kept !== null) made['$ref'] = kept;
    // OpenAPI 3.0 §4.7.23: what stands beside a reference is not read.
    if (translating.is30) {
      const isSaid = Object.keys(value).some((name) => KEYWORDS.has(name) || name === 'nullable' || name === 'enum');
      if (isSaid) findings.note(pointer, 'what stands beside a $ref is not read in version 3.0: put both into allOf');
      return made;
    }
  }
  const reading: Reading = { schema: value, pointer, made, translating, depth };
  readValues(reading);
  for (const [keyword, inner] of Object.entries(value)) readKeyword(reading, keyword, inner);
  chooseBranch(value, made, translating.references);
  dropReadOnly(reading, translating.references);
  return withNull(reading);
}

/** Where a schema stands: how deep, and whether it is a part of another one. */
interface At {
  readonly depth: number;
  readonly reach: Reach;
}
const ALONE: At = { depth: 0, reach: 'alone' };

interface Reading {
  readonly schema: Json;
  readonly pointer: string;
  readonly made: Record<string, unknown>;
  readonly translating: Translating;
  readonly depth: number;
}

function readKeyword(reading: Reading, keyword: string, value: unknown): void {
  const { pointer, made, translating } = reading;
  const { findings } = translating.references;
  const kind = KEYWORDS.get(keyword);
  const at = step(pointer, keyword);
  if (kind === undefined) {
    const isRemark = READ_APART.has(keyword) || REMARKS.has(keyword) || keyword.startsWith('x-');
    if (!isRemark) findings.unchecked(at, 'is not a keyword that is checked');
    return;
  }
  const name = translating.is30 ? nameIn31(reading.schema, keyword) : keyword;
  if (name === null) return;
  const read = READERS[kind]({ value, pointer: at }, reading);
  if (read === undefined) findings.unchecked(at, FORMS[kind]);
  else if (keyword === 'unevaluatedProperties') readUnevaluated(reading, read);
  else if (keyword === 'pattern') readPatternText(reading, read);
  else if (keyword === 'format') readFormat(reading, read);
  else made[name] = read;
  if (keyword !== 'patternProperties' || !isJson(read)) return;
  const isReadable = Object.keys(read).map((text) => checkPattern(reading, text, at));
  // Names that one of them would have matched must not count as not listed.
  if (isReadable.includes(false)) made[name] = { '': {} };
}

/** What no other keyword speaks of: only that there is none of it can be checked. */
function readUnevaluated({ made, pointer, translating }: Reading, read: unknown): void {
  if (read === false) made['unevaluatedProperties'] = false;
  else if (read !== true && JSON.stringify(read) !== '{}')
    translating.references.findings.note(step(pointer, 'unevaluatedProperties'), 'is let in as it is: only false is checked');
}

/** In 3.0 `exclusiveMinimum: true` says of `minimum` what the number says by itself in 3.1; null = nothing by itself. */
function nameIn31(schema: Json, keyword: string): string | null {
  if (keyword.startsWith('exclusive')) return typeof own(schema, keyword) === 'boolean' ? null : keyword;
  if (keyword === 'minimum') return own(schema, 'exclusiveMinimum') === true ? 'exclusiveMinimum' : keyword;
  if (keyword === 'maximum') return own(schema, 'exclusiveMaximum') === true ? 'exclusiveMaximum' : keyword;
  return keyword;
}

const FORMS: Readonly<Record<KeywordKind, string>> = {
  number: 'must be a number',
  positive: 'must be a number above 0',
  count: 'must be a whole number from 0',
  flag: 'must be true or false',
  names: 'must be a list of names',
  schema: 'must be a schema',
  schemas: 'must be schemas by name',
  list: 'must be a list of schemas',
  lists: 'must be lists of names by name',
  text: 'must be a text',
};

const isFinite = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** The value as it is kept; undefined when it has another form. */
const READERS: Readonly<Record<KeywordKind, (part: Part, reading: Reading) => unknown>> = {
  number: ({ value }) => (isFinite(value) ? value : undefined),
  positive: ({ value }) => (isFinite(value) && value > 0 ? value : undefined),
  count: ({ value }) => (isFinite(value) && Number.isInteger(value) && value >= 0 ? value : undefined),
  flag: ({ value }) => (typeof value === 'boolean' ? value : undefined),
  text: ({ value }) => (typeof value === 'string' ? value : undefined),
  names: ({ value }) => (isNames(value) ? value : undefined),
  schema: (part, reading) => (isJson(part.value) || typeof part.value === 'boolean' ? inner(reading, part) : undefined),
  list: ({ value, pointer }, reading) =>
    Array.isArray(value) && value.length > 0
      ? value.map((each: unknown, index) =>
          inner(reading, { value: each, pointer: step(pointer, index) }, pointer.endsWith('/allOf') ? 'joined' : 'alone'),
        )
      : undefined,
  schemas: ({ value, pointer }, reading) =>
    isJson(value) ? byName(value, (each, name) => inner(reading, { value: each, pointer: step(pointer, name) })) : undefined,
  lists: ({ value }) => (isJson(value) && Object.values(value).every(isNames) ? byName(value, (each) => each) : undefined),
};

const inner = ({ translating, depth }: Reading, part: Part, reach: Reach = 'alone'): unknown =>
  translateSchema(part, translating, { depth: depth + 1, reach });

const isNames = (value: unknown): boolean => Array.isArray(value) && value.every((name) => typeof name === 'string');

function byName(value: Json, read: (each: unknown, name: string) => unknown): Record<string, unknown> {
  const made = emptyRecord<unknown>();
  for (const [name, each] of Object.entries(value)) made[name] = read(each, name);
  return made;
}

function checkPattern({ translating: { references } }: Reading, text: string, pointer: string): boolean {
  const result = compilePattern(text);
  if (result.kind === 'refused') references.findings.unchecked(pointer, `cannot be matched in one pass: ${result.detail}`);
  return result.kind === 'pattern';
}

function readPatternText(reading: Reading, text: unknown): void {
  // `text` kind: read as a string above.
  if (checkPattern(reading, text as string, step(reading.pointer, 'pattern'))) reading.made['pattern'] = text;
}

function readFormat({ made, pointer, translating }: Reading, format: unknown): void {
  // `text` kind: read as a string above.
  const name = format as string;
  if (FORMATS.has(name) || NUMBER_FORMATS.has(name) || UNCHECKED_FORMATS.has(name)) made['format'] = name;
  else translating.references.findings.note(step(pointer, 'format'), 'is not a format that is checked');
}

/** `type`, `enum` and `const`. */
function readValues(reading: Reading): void {
  const { schema, pointer, made, translating } = reading;
  const { findings } = translating.references;
  const type = own(schema, 'type');
  const types = Array.isArray(type) ? (type as unknown[]) : [type];
  if (type !== undefined) {
    if (types.length > 0 && types.every((each) => TYPES.has(each))) made['type'] = type;
    else findings.fault(step(pointer, 'type'), `must be one of ${[...TYPES].join(', ')}`);
  }
  const choices = own(schema, 'enum');
  if (choices !== undefined) {
    if (Array.isArray(choices) && choices.length > 0 && choices.length <= CHOICES_MAX) made['enum'] = choices;
    else findings.fault(step(pointer, 'enum'), `must be a list of 1 to ${CHOICES_MAX} values`);
  }
  if (Object.hasOwn(schema, 'const')) made['enum'] = [own(schema, 'const')];
}

/** `nullable` of OpenAPI 3.0, whichever way the rest says what the value is; documents of 3.1 are still full of it. */
function withNull({ schema, made, pointer, translating }: Reading): unknown {
  if (own(schema, 'nullable') !== true) return made;
  if (!translating.is30)
    translating.references.findings.note(step(pointer, 'nullable'), 'is a word of version 3.0: taken as it is meant there');
  const { type, enum: choices } = made;
  if (Array.isArray(choices) && !choices.includes(null)) made['enum'] = [...(choices as unknown[]), null];
  if (type !== undefined) {
    const types = Array.isArray(type) ? (type as unknown[]) : [type];
    made['type'] = types.includes('null') ? types : [...types, 'null'];
  }
  const isJoined = JOINTS.some((joint) => made[joint] !== undefined);
  return isJoined ? { if: { type: 'null' }, else: made } : made;
}

const JOINTS = ['allOf', 'anyOf', 'oneOf', '$ref'] as const;
