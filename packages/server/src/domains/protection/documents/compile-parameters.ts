import type { SchemaLocation } from '@holdfast/contract';
import type { CompareValue, ValueCompiler } from './compile-values.ts';
import { isJson, own, step } from './reading/faults.ts';
import type { KeptParameter } from './reading/read-parameters.ts';
import { joinedSchemas, outlineOf, type Outline } from './values/types-of.ts';

/** A parameter made ready. */
export interface CompiledParameter {
  readonly place: Extract<SchemaLocation, 'path' | 'query' | 'header' | 'cookie'>;
  readonly name: string;
  readonly isRequired: boolean;
  readonly mayBeEmpty: boolean;
  readonly form: 'value' | 'list' | 'object' | 'json';
  /** What divides the elements of a list; null = each has a name of its own. */
  readonly divider: string | null;
  readonly outline: Outline;
  /** Of the elements of a list, or of the members of an object by name. */
  readonly inner: Outline | null;
  readonly members: ReadonlyMap<string, Outline>;
  readonly compare: CompareValue;
  readonly pointer: string;
}

const DIVIDERS = { simple: ',', form: ',', spaceDelimited: ' ', pipeDelimited: '|', deepObject: null } as const;

export interface Compiling {
  readonly compiler: ValueCompiler;
  readonly schemas: Readonly<Record<string, unknown>>;
}

/** Compiles the parameters of one operation; null where lists or objects stand for a text in a way that is not read. */
export function compileParameter(
  parameter: KeptParameter,
  pointer: string,
  { compiler, schemas }: Compiling,
): CompiledParameter | null {
  const schema = parameter.content?.['application/json'].schema ?? parameter.schema ?? {};
  const outline = outlineOf(schema, schemas);
  const form = formOf(parameter, outline);
  if (form === null) return null;
  return {
    place: parameter.in,
    name: parameter.name,
    isRequired: parameter.required,
    mayBeEmpty: parameter.allowEmptyValue === true,
    form,
    divider: parameter.explode && parameter.in === 'query' ? null : DIVIDERS[parameter.style],
    outline,
    inner: form === 'list' ? outlineOf(outline.items ?? {}, schemas) : null,
    members: form === 'object' ? memberOutlines(schema, schemas) : new Map(),
    compare: compiler.compile(schema, form === 'object' ? 'closed' : 'open'),
    pointer: step(pointer, parameter.content === undefined ? 'schema' : 'content'),
  };
}

function formOf({ content, style, in: place }: KeptParameter, { types }: Outline): CompiledParameter['form'] | null {
  if (content !== undefined) return 'json';
  if (types.has('object')) return style === 'deepObject' ? 'object' : null;
  if (!types.has('array')) return style === 'deepObject' ? null : 'value';
  return place === 'query' && style === 'deepObject' ? null : 'list';
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
