import type { SchemaLocation } from '@holdfast/contract';
import type { CompareValue, ValueCompiler } from './compile-values.ts';
import { isJson, own, step } from './reading/faults.ts';
import type { UnknownPolicy } from './reading/read-document.ts';
import type { KeptParameter } from './reading/read-parameters.ts';
import { joinedSchemas, outlineOf, type Outline } from './values/types-of.ts';
import { writingOf, type Writing } from './values/writing.ts';

/** A parameter made ready. */
export interface CompiledParameter {
  readonly place: Extract<SchemaLocation, 'path' | 'query' | 'header' | 'cookie'>;
  readonly name: string;
  readonly isRequired: boolean;
  readonly mayBeEmpty: boolean;
  readonly writing: Writing;
  readonly outline: Outline;
  /** Of the elements of a list. */
  readonly inner: Outline | null;
  /** Of the members of an object by name. */
  readonly members: ReadonlyMap<string, Outline>;
  /** Null = that it is listed is all that is known. */
  readonly compare: CompareValue | null;
  readonly pointer: string;
}

export interface Compiling {
  readonly compiler: ValueCompiler;
  readonly schemas: Readonly<Record<string, unknown>>;
}

/** What is done with members of an object that are not listed depends on the operation. */
export interface ParameterCompiling extends Compiling {
  readonly unknown: UnknownPolicy;
}

/** Compiles one parameter of an operation. */
export function compileParameter(
  parameter: KeptParameter,
  pointer: string,
  { compiler, schemas, unknown }: ParameterCompiling,
): CompiledParameter {
  const schema = parameter.content?.['application/json'].schema ?? parameter.schema ?? {};
  const outline = outlineOf(schema, schemas);
  const writing = writingOf(parameter, outline);
  const isObject = writing.form === 'object' || writing.form === 'deep';
  const isCompared = parameter['x-holdfast-unchecked'] !== true && writing.form !== 'unread';
  return {
    place: parameter.in,
    name: parameter.name,
    isRequired: parameter.required,
    mayBeEmpty: parameter.allowEmptyValue === true,
    writing,
    outline,
    inner: writing.form === 'list' ? outlineOf(outline.items ?? {}, schemas) : null,
    members: isObject || writing.form === 'spread' ? memberOutlines(schema, schemas) : new Map(),
    compare: isCompared ? compiler.compile(schema, isObject && unknown === 'refuse' ? 'closed' : 'open') : null,
    pointer: step(pointer, parameter.content === undefined ? 'schema' : 'content'),
  };
}

/** The outlines of the properties of a schema, wherever it joins schemas. */
export function memberOutlines(schema: unknown, schemas: Readonly<Record<string, unknown>>): Map<string, Outline> {
  const members = new Map<string, Outline>();
  for (const part of joinedSchemas(schema, schemas)) {
    const properties = part === null ? null : own(part, 'properties');
    if (isJson(properties)) for (const [name, each] of Object.entries(properties)) members.set(name, outlineOf(each, schemas));
  }
  return members;
}
