import { placesOf, shapeOf } from '../document-routes.ts';
import { basePath, serversPath } from './base-path.ts';
import { readFamily } from './discriminator.ts';
import { endlessSchema } from './endless.ts';
import { emptyRecord, Findings, isJson, own, step, type DocumentFault, type Json } from './faults.ts';
import { readBody, type KeptBody } from './read-bodies.ts';
import { readParameters, type KeptParameter } from './read-parameters.ts';
import { References, type Part } from './references.ts';
import { translateSchema, type Translating } from './translate-schema.ts';

export const UNKNOWN = ['refuse', 'record', 'pass'] as const;
/** What is done with what a document does not list. */
export type UnknownPolicy = (typeof UNKNOWN)[number];

/** The keyword that tells a whole document from a learned fragment. */
export const DOCUMENT_MARK = 'x-holdfast-document';
export const UNKNOWN_MARK = 'x-holdfast-unknown';
export const ROUTES_MARK = 'x-holdfast-unknown-routes';

export interface KeptOperation {
  readonly parameters: readonly KeptParameter[];
  readonly requestBody?: KeptBody;
  readonly [UNKNOWN_MARK]?: UnknownPolicy;
}

/** A whole OpenAPI document in the form that is kept: what requests are compared with, and nothing else of it. */
export interface KeptDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string };
  readonly [DOCUMENT_MARK]: 1;
  readonly [UNKNOWN_MARK]?: UnknownPolicy;
  readonly [ROUTES_MARK]?: UnknownPolicy;
  readonly paths: Readonly<Record<string, Readonly<Record<string, KeptOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

export type DocumentReading =
  | {
      readonly kind: 'ready';
      readonly document: KeptDocument;
      readonly operations: number;
      readonly notes: readonly DocumentFault[];
    }
  | { readonly kind: 'faulty'; readonly faults: readonly DocumentFault[] };

export interface ReadOptions {
  /** Path under which the paths of the document stand; otherwise its servers say so. */
  readonly server?: string | undefined;
  /** Takes the rest of a document that holds what cannot be checked. */
  readonly isPartly?: boolean | undefined;
}

const METHODS: readonly string[] = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace'];
const PATHS_MAX = 2000;
const OPERATIONS_MAX = 4000;
const SEGMENTS_MAX = 32;
const PATH_CHARS_MAX = 512;

/**
 * Reads an OpenAPI document, 3.0 or 3.1. What cannot be enforced as it is written is a fault with its place; what is let in
 * unchecked is a note. Reading what was kept gives the same again.
 */
export function readDocument(raw: unknown, { server, isPartly }: ReadOptions = {}): DocumentReading {
  const findings = new Findings(isPartly);
  const document = isJson(raw) ? raw : {};
  const is30 = versionOf(document, findings);
  const references = new References(document, findings);
  const translating: Translating = { references, is30, schemas: 0 };
  const base = basePath(document, server, findings);
  const paths = emptyRecord<Record<string, KeptOperation>>();
  const into = { base: { path: base, isGiven: server !== undefined }, paths, shapes: new Map(), translating };
  const operations = readPaths({ value: own(document, 'paths'), pointer: '/paths' }, into);
  const schemas = references.readAll(({ part, isFamily }) =>
    isFamily ? readFamily(part, references.heirsOf(part), references) : translateSchema(part, translating),
  );
  for (const { name, detail } of endlessSchema(schemas)) findings.fault(step('/components/schemas', name), detail);
  const kept: KeptDocument = {
    openapi: '3.1.0',
    info: infoOf(document),
    [DOCUMENT_MARK]: 1,
    ...policyOf({ value: document, pointer: '' }, UNKNOWN_MARK, findings),
    ...policyOf({ value: document, pointer: '' }, ROUTES_MARK, findings),
    paths,
    components: { schemas },
  };
  if (findings.faults.length > 0) return { kind: 'faulty', faults: findings.faults };
  return { kind: 'ready', document: kept, operations, notes: findings.notes };
}

/** True for 3.0. */
function versionOf(document: Json, findings: Findings): boolean {
  const version = own(document, 'openapi');
  if (typeof version === 'string' && /^3\.[01]\.\d{1,2}(?:-|$)/u.test(version)) return version.startsWith('3.0');
  if (own(document, 'swagger') !== undefined) findings.fault('/swagger', 'is version 2: convert the document to OpenAPI 3 first');
  else findings.fault('/openapi', 'must be a version 3.0 or 3.1');
  return false;
}

function infoOf(document: Json): KeptDocument['info'] {
  const info = own(document, 'info');
  const text = (name: string): string => {
    const value = isJson(info) ? own(info, name) : undefined;
    return typeof value === 'string' ? value.slice(0, 256) : '';
  };
  return { title: text('title'), version: text('version') };
}

function policyOf<Mark extends string>(
  { value, pointer }: { readonly value: Json; readonly pointer: string },
  mark: Mark,
  findings: Findings,
): Partial<Record<Mark, UnknownPolicy>> {
  const said = own(value, mark);
  const policy = UNKNOWN.find((known) => known === said);
  if (said !== undefined && policy === undefined) findings.fault(step(pointer, mark), `must be one of ${UNKNOWN.join(', ')}`);
  return policy === undefined ? {} : ({ [mark]: policy } as Record<Mark, UnknownPolicy>);
}

/** Where paths stand; `isGiven`: somebody said so, and then it counts for all of them. */
interface Base {
  readonly path: string;
  readonly isGiven: boolean;
}

interface Paths {
  readonly base: Base;
  readonly paths: Record<string, Record<string, KeptOperation>>;
  /** Shape of a path -> the first path that has it. */
  readonly shapes: Map<string, string>;
  readonly translating: Translating;
}

function readPaths({ value, pointer }: Part, into: Paths): number {
  const { findings } = into.translating.references;
  if (!isJson(value) || Object.keys(value).length > PATHS_MAX) {
    findings.fault(pointer, `must be an object of at most ${PATHS_MAX} paths`);
    return 0;
  }
  let operations = 0;
  for (const [path, raw] of Object.entries(value)) {
    if (path.startsWith('x-')) continue;
    const at = step(pointer, path);
    const part = into.translating.references.follow({ value: raw, pointer: at });
    if (part !== null && isJson(part.value))
      operations += readItem({ value: part.value, pointer: part.pointer }, { path, at }, into);
    else findings.fault(at, 'must be a path with its methods');
  }
  if (operations > OPERATIONS_MAX) findings.fault(pointer, `more than ${OPERATIONS_MAX} operations`);
  return operations;
}

interface Item {
  readonly value: Json;
  readonly pointer: string;
}

/** A path as the document writes it, and where it does. */
interface Named {
  readonly path: string;
  readonly at: string;
}

function readItem(item: Item, { path, at }: Named, into: Paths): number {
  const { findings } = into.translating.references;
  const base = baseOf(item, into.base, findings);
  let operations = 0;
  for (const method of METHODS) {
    const value = own(item.value, method);
    if (value === undefined) continue;
    const pointer = step(item.pointer, method);
    if (!isJson(value)) {
      findings.fault(pointer, 'must be an operation');
      continue;
    }
    const whole = `${baseOf({ value, pointer }, base, findings).path}${path}`;
    const operation = readOperation({ value, pointer }, item, into.translating);
    keepOperation({ operation, method, pointer }, { path: whole, at }, into);
    operations += 1;
  }
  if (operations === 0) claimPath({ path: `${base.path}${path}`, at }, into);
  return operations;
}

function baseOf({ value, pointer }: Item, base: Base, findings: Findings): Base {
  const servers = own(value, 'servers');
  if (servers === undefined || base.isGiven) return base;
  return { path: serversPath({ value: servers, pointer: step(pointer, 'servers') }, findings), isGiven: false };
}

/** The path under which operations of this shape are kept; null when it is none. */
function claimPath({ path, at }: Named, { paths, shapes, translating }: Paths): string | null {
  if (!path.startsWith('/') || path.length > PATH_CHARS_MAX || path.split('/').length > SEGMENTS_MAX) {
    translating.references.findings.fault(at, `must be a path of at most ${SEGMENTS_MAX} segments`);
    return null;
  }
  const shape = shapeOf(path);
  const held = shapes.get(shape) ?? path;
  shapes.set(shape, held);
  paths[held] ??= emptyRecord<KeptOperation>();
  return held;
}

interface Read {
  readonly operation: KeptOperation;
  readonly method: string;
  readonly pointer: string;
}

/** Paths that differ in the names of their places only stand for the same requests: their methods stand together. */
function keepOperation({ operation, method, pointer }: Read, { path, at }: Named, into: Paths): void {
  const { findings } = into.translating.references;
  checkPlaces(operation, { path, pointer }, findings);
  const held = claimPath({ path, at }, into);
  const item = held === null ? undefined : into.paths[held];
  if (held === null || item === undefined) return;
  if (item[method] !== undefined) findings.fault(at, `stands for the same requests as ${held}`);
  else item[method] = held === path ? operation : renamed(operation, placesOf(path), placesOf(held));
}

function renamed(operation: KeptOperation, names: readonly string[], others: readonly string[]): KeptOperation {
  const parameters = operation.parameters.map((parameter) =>
    parameter.in === 'path' ? { ...parameter, name: others[names.indexOf(parameter.name)] ?? parameter.name } : parameter,
  );
  return { ...operation, parameters };
}

function readOperation({ value, pointer }: Item, item: Item, translating: Translating): KeptOperation {
  const { findings } = translating.references;
  const lists = [item, { value, pointer }].map((each) => ({
    value: own(each.value, 'parameters'),
    pointer: step(each.pointer, 'parameters'),
  }));
  const body = readBody({ value: own(value, 'requestBody'), pointer: step(pointer, 'requestBody') }, translating);
  return {
    parameters: readParameters(lists, translating),
    ...(body === null ? {} : { requestBody: body }),
    ...policyOf({ value, pointer }, UNKNOWN_MARK, findings),
  };
}

/** A place that no parameter describes may hold anything; that is told, and so is a parameter without a place. */
function checkPlaces(
  { parameters }: KeptOperation,
  { path, pointer }: { readonly path: string; readonly pointer: string },
  findings: Findings,
): void {
  const places = new Set(placesOf(path));
  for (const { in: place, name } of parameters)
    if (place === 'path' && !places.delete(name))
      findings.fault(step(pointer, 'parameters'), `the path has no place {${name.slice(0, 64)}}`);
  for (const name of places)
    findings.note(pointer, `what stands at {${name.slice(0, 64)}} is not checked: no parameter describes it`);
}
