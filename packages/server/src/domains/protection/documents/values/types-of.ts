import { isJson, own, type Json } from '../reading/faults.ts';

const PREFIX = '#/components/schemas/';
const STEPS_MAX = 500;

/** What is known of a schema without comparing anything with it. */
export interface Outline {
  /** Types that it lets in; empty = any. */
  readonly types: ReadonlySet<string>;
  /** Names that it lists, wherever it joins schemas; null = it is open on purpose. */
  readonly names: ReadonlySet<string> | null;
  /** Open on purpose, whatever it lists. */
  readonly isOpen: boolean;
  readonly isFile: boolean;
  readonly items: unknown;
}

/** Reads through references and through everything that judges the same value. */
export function outlineOf(schema: unknown, schemas: Readonly<Record<string, unknown>>): Outline {
  const found: Found = { types: new Set(), names: new Set(), isOpen: false, isFile: false, items: undefined };
  for (const part of joinedSchemas(schema, schemas)) {
    if (part === null) found.isOpen = true;
    else look(part, found);
  }
  const { types, names, isOpen, isFile, items } = found;
  return { types, names: isOpen || names.size === 0 ? null : names, isOpen, isFile, items };
}

interface Found {
  readonly types: Set<string>;
  readonly names: Set<string>;
  isOpen: boolean;
  isFile: boolean;
  items: unknown;
}

function look(schema: Json, found: Found): void {
  const type = own(schema, 'type');
  for (const each of Array.isArray(type) ? (type as unknown[]) : [type]) if (typeof each === 'string') found.types.add(each);
  if (own(schema, 'format') === 'binary') found.isFile = true;
  found.items ??= own(schema, 'items');
  const properties = own(schema, 'properties');
  if (isJson(properties)) for (const name of Object.keys(properties)) found.names.add(name);
  const others = own(schema, 'additionalProperties') ?? false;
  if (others !== false || own(schema, 'patternProperties') !== undefined) found.isOpen = true;
}

const JOINING = ['allOf', 'anyOf', 'oneOf', 'then', 'else', 'if', 'dependentSchemas'] as const;

/** A schema and all that judge the same value with it; null at the end when there are more than are read. */
export function* joinedSchemas(schema: unknown, schemas: Readonly<Record<string, unknown>>): Generator<Json | null> {
  const seen = new Set<unknown>();
  const open: unknown[] = [schema];
  while (open.length > 0) {
    const next = open.shift();
    if (!isJson(next) || seen.has(next)) continue;
    seen.add(next);
    if (seen.size > STEPS_MAX) {
      yield null;
      return;
    }
    yield next;
    const target = own(next, '$ref');
    if (typeof target === 'string') open.push(own(schemas, target.slice(PREFIX.length)));
    for (const keyword of JOINING) open.push(...innerSchemas(keyword, own(next, keyword)));
  }
}

function innerSchemas(keyword: string, inner: unknown): readonly unknown[] {
  if (keyword === 'dependentSchemas') return isJson(inner) ? Object.values(inner) : [];
  return Array.isArray(inner) ? (inner as unknown[]) : [inner];
}
