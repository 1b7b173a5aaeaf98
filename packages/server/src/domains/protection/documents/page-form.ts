import type { PageOperation, PageValue } from '@holdfast/contract';
import type { CompiledDocument, CompiledOperation } from './compile-document.ts';
import type { CompiledParameter } from './compile-parameters.ts';
import { isJson, own, type Json } from './reading/faults.ts';
import { bodyKind } from './reading/read-bodies.ts';
import type { KeptOperation } from './reading/read-document.ts';
import { outlineOf } from './values/types-of.ts';

/** What a page may know of one path (decision 0040); exceptions are put to it by whoever sends it. */
export interface DocumentForm {
  readonly refusesOthers: boolean;
  readonly operations: readonly Omit<PageOperation, 'excepted'>[];
}

type Schemas = Readonly<Record<string, unknown>>;
const PREFIX = '#/components/schemas/';
const PARTS_MAX = 50;
/** Numbers that the reader of the page and that of the gateway read alike. */
const NUMBER_MAX = 1e15;
const BODIES = ['form', 'json', 'multipart'] as const;
type BodyPlace = (typeof BODIES)[number];

/**
 * One path of a document as far as a small reader in a page can hold values against it: names, what is required, ranges and lengths.
 * Everything else is told as open: a page must never refuse what the gateway lets in.
 */
export function documentForm(document: CompiledDocument, path: string): DocumentForm | null {
  const found = document.routes.find(path);
  if (found.length === 0) return null;
  const operations = new Map<string, Omit<PageOperation, 'excepted'>>();
  // The narrowest path that has a method answers for it, as in `judgeRequest`.
  for (const { item } of found)
    for (const [method, operation] of item.methods)
      if (!operations.has(method)) operations.set(method, operationForm(method, operation, document.schemas));
  return { refusesOthers: document.unknownRoutes === 'refuse', operations: [...operations.values()] };
}

function operationForm(
  method: string,
  { kept, parameters, unknown }: CompiledOperation,
  schemas: Schemas,
): Omit<PageOperation, 'excepted'> {
  const query = parameters.filter(({ place }) => place === 'query');
  const values = query.flatMap((parameter) => queryValues(parameter, { kept, schemas }));
  const open: string[] = query.some(isOpen) ? ['query'] : [];
  const anyBelow: string[] = [];
  for (const place of BODIES) {
    const schema = bodySchema(kept, place);
    const body = schema === null ? null : bodyForm(schema, place, schemas);
    if (body === null) open.push(place);
    else {
      values.push(...body.values);
      anyBelow.push(...body.anyBelow);
    }
  }
  // Other bodies than these are the gateway's to judge, and so is which of them may be sent.
  return { method, isClosed: unknown === 'refuse', bodies: null, open: [...open, 'xml', 'text'], anyBelow, values };
}

/** Its names in the query are not these alone. */
const isOpen = ({ writing }: CompiledParameter): boolean => writing.form === 'deep' || writing.form === 'spread';

interface Around {
  readonly kept: KeptOperation;
  readonly schemas: Schemas;
}

function queryValues({ name, writing, isRequired, compare }: CompiledParameter, { kept, schemas }: Around): PageValue[] {
  if (writing.form === 'deep' || writing.form === 'spread') return [];
  const at = `query ${name}`;
  const required = isRequired ? { required: true as const } : {};
  if (writing.form === 'list') return [{ at, ...required, ...(writing.divider === null ? { list: true as const } : {}) }];
  const schema = kept.parameters.find((each) => each.in === 'query' && each.name === name)?.schema;
  return [{ at, ...required, ...(compare === null || writing.form !== 'value' ? {} : factsOf(schema, 'query', schemas)) }];
}

/** The schema of the one media type that a body of this kind can have; null = there is none, or several. */
function bodySchema({ requestBody }: KeptOperation, place: BodyPlace): unknown {
  const found = Object.entries(requestBody?.content ?? {});
  const [only] = found.filter(([media]) => bodyKind(media) === place);
  const isAlone = found.length === 1 && only !== undefined && !only[0].includes('*');
  return isAlone && only[1].encoding === undefined ? (only[1].schema ?? null) : null;
}

interface BodyForm {
  readonly values: readonly PageValue[];
  readonly anyBelow: readonly string[];
}

function bodyForm(schema: unknown, place: BodyPlace, schemas: Schemas): BodyForm | null {
  const parts = partsOf(schema, schemas);
  const { names, types } = outlineOf(schema, schemas);
  if (parts === null || names === null || !types.has('object') || types.size > 1) return null;
  const required = new Set(parts.flatMap((part) => (own(part, 'required') as unknown[] | undefined) ?? []));
  const values: PageValue[] = [];
  const anyBelow: string[] = [];
  for (const name of names) {
    // A dot within a name is a step in the names of a page.
    if (place === 'json' && (name.includes('.') || /^\d+$/u.test(name))) return null;
    const at = `${place} ${name}`;
    const schemasOf = parts.flatMap((part) => memberOf(part, name));
    const outlines = schemasOf.map((each) => outlineOf(each, schemas));
    const isPlain = outlines.length === 1 && outlines.every((each) => isScalar(each.types));
    if (!isPlain) {
      values.push({ at, list: true });
      anyBelow.push(at);
    } else
      values.push({ at, ...(required.has(name) ? { required: true as const } : {}), ...factsOf(schemasOf[0], place, schemas) });
  }
  return { values, anyBelow };
}

const SCALARS: ReadonlySet<string> = new Set(['string', 'integer', 'number', 'boolean', 'null']);
const isScalar = (types: ReadonlySet<string>): boolean => types.size > 0 && [...types].every((type) => SCALARS.has(type));

function memberOf(part: Json, name: string): unknown[] {
  const properties = own(part, 'properties');
  const found = isJson(properties) ? own(properties, name) : undefined;
  return found === undefined ? [] : [found];
}

/** Schemas that all hold of a value; null where it may also be something else. */
function partsOf(schema: unknown, schemas: Schemas): readonly Json[] | null {
  const parts: Json[] = [];
  const open: unknown[] = [schema];
  while (open.length > 0) {
    const next = open.pop();
    if (!isJson(next) || parts.includes(next)) continue;
    parts.push(next);
    const isEither = ['anyOf', 'oneOf', 'not', 'if', 'dependentSchemas', 'patternProperties', 'propertyNames'].some(
      (keyword) => own(next, keyword) !== undefined,
    );
    if (isEither || parts.length > PARTS_MAX) return null;
    const target = own(next, '$ref');
    if (typeof target === 'string') open.push(own(schemas, target.slice(PREFIX.length)));
    const joined = own(next, 'allOf');
    if (Array.isArray(joined)) open.push(...(joined as unknown[]));
  }
  return parts;
}

type Facts = Omit<PageValue, 'at'>;

/** What of one value both sides read alike. In JSON a page does not know a text from a number. */
function factsOf(schema: unknown, place: BodyPlace | 'query', schemas: Schemas): Facts {
  const target = onlyPartOf(schema, schemas);
  // Choices are the application's own words, and a choice is judged by its list alone.
  if (target === null || own(target, 'enum') !== undefined) return {};
  const type = own(target, 'type');
  if (type === 'string') return textFacts(target);
  return place !== 'json' && (type === 'integer' || type === 'number') ? numberFacts(target, type) : {};
}

/** A schema that stands alone, or behind references that say nothing else; several together are left to the gateway. */
function onlyPartOf(schema: unknown, schemas: Schemas): Json | null {
  const [first, ...others] = partsOf(schema, schemas) ?? [];
  if (first === undefined || others.length === 0) return first ?? null;
  const [behind] = others;
  return others.length === 1 && Object.keys(first).length === 1 ? (behind ?? null) : null;
}

function numberAt(schema: Json, name: string): number | undefined {
  const value = own(schema, name);
  return typeof value === 'number' ? value : undefined;
}

function textFacts(schema: Json): Facts {
  const [minLength = 0, maxLength] = [numberAt(schema, 'minLength'), numberAt(schema, 'maxLength')];
  const least = minLength === 0 ? {} : { minLength, filled: true as const };
  return { points: true, ...least, ...(maxLength === undefined ? {} : { maxLength }) };
}

function numberFacts(schema: Json, type: 'integer' | 'number'): Facts {
  const [minimum, maximum] = [numberAt(schema, 'minimum'), numberAt(schema, 'maximum')];
  const isBounded = minimum !== undefined && maximum !== undefined && Math.max(Math.abs(minimum), Math.abs(maximum)) < NUMBER_MAX;
  return isBounded ? { type, minimum, maximum } : {};
}
