import { findItems } from './compile.ts';
import type { CompiledItem, CompiledOperation, CompiledSchema, CompiledValue } from './compiled.ts';
import { GROUP, KIND } from './measure.ts';
import type { CharacterClass, Pattern } from './pattern.ts';

/** One path of a schema as a page may know it: what a value must be, never which words it chooses from. */
export interface PublicForm {
  readonly refusesOthers: boolean;
  readonly operations: readonly PublicOperation[];
}

export interface PublicOperation {
  readonly method: string;
  readonly isClosed: boolean;
  readonly bodies: readonly string[] | null;
  readonly open: readonly string[];
  readonly anyBelow: readonly string[];
  readonly values: readonly PublicValue[];
}

export type PublicFormat = 'uuid' | 'date' | 'date-time' | 'email' | 'uri';
export type PublicRun = [pairs: string, groups: string, min: number, max: number];

export interface PublicValue {
  at: string;
  required?: true;
  list?: true;
  filled?: true;
  type?: 'integer' | 'number' | 'boolean';
  format?: PublicFormat;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  word?: true;
  pattern?: PublicRun[][];
}

/**
 * What a page may be told of one canonical path; null when the schema does not list it. Values are described by kind, length,
 * range and pattern. Choices stay here: they are words of the application, some of which only its own people use.
 *
 * @example publicForm(schema, '/login')?.operations[0]?.values
 */
export function publicForm(schema: CompiledSchema, path: string): PublicForm | null {
  const items = findItems(schema.root, path);
  const [item] = items;
  if (item === undefined) return null;
  return { refusesOthers: item.refusesOthers, operations: operationsOf(items) };
}

/** The narrowest place that has a method answers for it, as in `checkRequest`. */
function operationsOf(items: readonly CompiledItem[]): PublicOperation[] {
  const found = new Map<string, CompiledOperation>();
  for (const { methods } of items)
    for (const [method, operation] of methods) if (!found.has(method)) found.set(method, operation);
  return [...found].map(([method, operation]) => describe(method, operation));
}

const described = new WeakMap<CompiledOperation, PublicOperation>();

/** A compiled schema does not change, so each of its operations is described once. */
function describe(method: string, operation: CompiledOperation): PublicOperation {
  const held = described.get(operation);
  if (held !== undefined) return held;
  // Without a value of its own it is judged by the vocabulary of the whole application, which is nobody else's business.
  const isVocabulary = operation.unlisted === 'vocabulary' && operation.values.size === 0;
  const made: PublicOperation = {
    method,
    isClosed: operation.unlisted === 'refuse',
    bodies: isVocabulary || operation.bodies === null ? null : [...operation.bodies],
    open: [...operation.openLocations],
    anyBelow: operation.anyBelow,
    values: [...operation.values].map(([at, value]) => valueOf(at, value)),
  };
  described.set(operation, made);
  return made;
}

function valueOf(at: string, value: CompiledValue): PublicValue {
  const { isRequired, isList, choices, type, lengthMin } = value;
  const told: PublicValue = { at };
  if (isRequired) told.required = true;
  if (isList) told.list = true;
  if (lengthMin > 0 || (choices !== null && !choices.has(''))) told.filled = true;
  // A choice is judged by its list alone, which the page does not have.
  if (choices !== null) return told;
  if (lengthMin > 0) told.minLength = lengthMin;
  if (Number.isFinite(value.lengthMax)) told.maxLength = value.lengthMax;
  if (type === 'boolean') told.type = type;
  else if (type === 'integer' || type === 'number') {
    told.type = type;
    if (Number.isFinite(value.minimum)) told.minimum = value.minimum;
    if (Number.isFinite(value.maximum)) told.maximum = value.maximum;
  } else addText(told, value);
  return told;
}

const FORMATS: ReadonlyMap<number, PublicFormat> = new Map([
  [KIND.uuid, 'uuid'],
  [KIND.date, 'date'],
  [KIND.dateTime, 'date-time'],
  [KIND.email, 'email'],
  [KIND.url, 'uri'],
]);

function addText(told: PublicValue, { format, needsWord, pattern }: CompiledValue): void {
  const name = FORMATS.get(format);
  if (name !== undefined) told.format = name;
  if (needsWord) told.word = true;
  const runs = pattern === null ? null : runsOf(pattern);
  // Half a surrogate pair beside another would be read as a pair; such a class is left to the gateway.
  if (runs !== null && runs.flat().every(([pairs]) => pairs.isWellFormed())) told.pattern = runs;
}

const runsOf = (pattern: Pattern): PublicRun[][] =>
  pattern.map((runs) => runs.map(({ set, min, max }): PublicRun => [pairsOf(set), groupsOf(set), min, max]));

/** First and last character of each stretch of the class. */
function pairsOf({ ascii, others }: CharacterClass): string {
  let pairs = '';
  for (let code = 0; code < 128; code++) {
    if (ascii[code] !== 1) continue;
    const first = code;
    while (ascii[code + 1] === 1) code++;
    pairs += String.fromCharCode(first, code);
  }
  for (const point of others) pairs += String.fromCodePoint(point, point);
  return pairs;
}

const groupsOf = ({ groups }: CharacterClass): string =>
  `${(groups & GROUP.letter) === 0 ? '' : 'L'}${(groups & GROUP.mark) === 0 ? '' : 'M'}${(groups & GROUP.symbol) === 0 ? '' : 'S'}`;
