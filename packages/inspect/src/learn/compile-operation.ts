import type { CompiledOperation, CompiledValue } from './compiled.ts';
import { compileValue, fault, isJson, own, step, type Json, type Reading } from './compile-value.ts';
import { isListName } from './model.ts';

/** Media types whose bodies are taken apart into named fields, and the location those fields have. */
const BODY_LOCATIONS: ReadonlyMap<string, string> = new Map([
  ['application/x-www-form-urlencoded', 'form'],
  ['application/json', 'json'],
  ['multipart/form-data', 'multipart'],
]);
const DEPTH_MAX = 32;
const VALUES_MAX = 20_000;
/** Each name that is not listed is compared with all of these. */
const ANY_MAX = 128;

interface Building {
  readonly values: Map<string, CompiledValue>;
  readonly anyBelow: string[];
  readonly openLocations: Set<string>;
  readonly reading: Reading;
}

/** Reads one operation of a path. */
export function compileOperation(raw: unknown, pointer: string, reading: Reading): CompiledOperation {
  const building: Building = { values: new Map(), anyBelow: [], openLocations: new Set(), reading };
  const operation = isJson(raw) ? raw : {};
  if (!isJson(raw)) fault(reading, pointer, 'must be an object');
  readParameters(operation, pointer, building);
  const body = own(operation, 'requestBody');
  const bodies = body === undefined ? new Set<string>() : readBodies(body, step(pointer, 'requestBody'), building);
  const unlisted = readUnlisted(operation, pointer, reading);
  return {
    pointer,
    values: building.values,
    required: [...building.values].filter(([, { isRequired }]) => isRequired).map(([key]) => key),
    anyBelow: building.anyBelow,
    openLocations: building.openLocations,
    unlisted,
    // Where not everything is listed, a body that is not listed is nothing either.
    bodies: unlisted === 'refuse' ? bodies : null,
  };
}

function readUnlisted(operation: Json, pointer: string, reading: Reading): CompiledOperation['unlisted'] {
  const unlisted = own(operation, 'x-holdfast-unlisted') ?? 'refuse';
  if (unlisted === 'refuse' || unlisted === 'pass' || unlisted === 'vocabulary') return unlisted;
  fault(reading, step(pointer, 'x-holdfast-unlisted'), 'must be refuse, vocabulary or pass');
  return 'pass';
}

function readParameters(operation: Json, pointer: string, building: Building): void {
  const list = own(operation, 'parameters');
  if (list === undefined) return;
  const at = step(pointer, 'parameters');
  if (!Array.isArray(list)) return fault(building.reading, at, 'must be a list');
  for (const [index, raw] of list.entries()) {
    const each = step(at, index);
    const place = isJson(raw) ? own(raw, 'in') : undefined;
    const name = isJson(raw) ? own(raw, 'name') : undefined;
    // Path parameters are part of the route; headers and cookies are not judged.
    if (place === 'path' || place === 'header' || place === 'cookie') continue;
    if (!isJson(raw) || place !== 'query' || typeof name !== 'string')
      fault(building.reading, each, 'must have a name and in: query');
    else {
      const isRequired = own(raw, 'required') === true;
      readProperty(
        { location: 'query', name, isRequired, pointer: step(each, 'schema'), raw: own(raw, 'schema') ?? {} },
        building,
      );
    }
  }
}

function readBodies(raw: unknown, pointer: string, building: Building): Set<string> | null {
  const content = isJson(raw) ? own(raw, 'content') : undefined;
  if (!isJson(content)) {
    fault(building.reading, pointer, 'must have content by media type');
    return null;
  }
  const bodies = new Set<string>();
  let isOther = false;
  for (const [media, value] of Object.entries(content)) {
    const location = BODY_LOCATIONS.get(media);
    if (location === undefined) {
      isOther = true;
      continue;
    }
    bodies.add(location);
    const at = step(step(step(pointer, 'content'), media), 'schema');
    const schema = isJson(value) ? (own(value, 'schema') ?? {}) : {};
    readSchema({ location, name: '', isRequired: true, pointer: at, raw: schema }, building, 0);
  }
  // Bodies without named fields are let in as they are: there is nothing in them to compare.
  return isOther ? null : bodies;
}

interface Property {
  readonly location: string;
  readonly name: string;
  readonly isRequired: boolean;
  readonly pointer: string;
  readonly raw: unknown;
}

/** A schema of a document: objects and lists are walked, values are read. */
function readSchema(property: Property, building: Building, depth: number): void {
  const { location, name, pointer, raw } = property;
  const { reading } = building;
  if (depth > DEPTH_MAX || reading.values > VALUES_MAX)
    return fault(reading, pointer, depth > DEPTH_MAX ? `deeper than ${DEPTH_MAX}` : `more than ${VALUES_MAX} values`);
  if (!isJson(raw)) return fault(reading, pointer, 'must be an object');
  const type = own(raw, 'type');
  if (type === undefined && Object.keys(raw).length === 0) {
    if (building.anyBelow.length >= ANY_MAX) return fault(reading, pointer, `more than ${ANY_MAX} places for anything`);
    building.anyBelow.push(`${location} ${name}`);
    return;
  }
  if (type === 'array' && location === 'json') {
    const element = name === '' ? '*' : `${name}.*`;
    const items = { location, name: element, isRequired: false, pointer: step(pointer, 'items'), raw: own(raw, 'items') ?? {} };
    return readSchema(items, building, depth + 1);
  }
  // A body that is one value by itself may as well be none.
  if (type !== 'object') return readProperty({ ...property, isRequired: property.isRequired && name !== '' }, building);
  readObject({ ...property, raw }, building, depth);
}

function readObject(
  { location, name, isRequired, pointer, raw }: Property & { raw: Json },
  building: Building,
  depth: number,
): void {
  const properties = own(raw, 'properties') ?? {};
  if (!isJson(properties)) return fault(building.reading, step(pointer, 'properties'), 'must be an object');
  const list = own(raw, 'required');
  const required = new Set<unknown>(Array.isArray(list) ? list : []);
  // JSON Schema leaves an object open unless it says otherwise.
  if (own(raw, 'additionalProperties') !== false) {
    if (name === '') building.openLocations.add(location);
    else building.anyBelow.push(`${location} ${name}.`);
  }
  for (const [key, schema] of Object.entries(properties)) {
    const child = {
      location,
      name: name === '' || location !== 'json' ? key : `${name}.${key}`,
      isRequired: isRequired && required.has(key),
      pointer: step(step(pointer, 'properties'), key),
      raw: schema,
    };
    if (location === 'json') readSchema(child, building, depth + 1);
    else readProperty(child, building);
  }
}

/** A value, or outside documents a list of values under one name. */
function readProperty({ location, name, isRequired, pointer, raw }: Property, building: Building): void {
  const isList = isJson(raw) && own(raw, 'type') === 'array';
  const schema = isList ? (own(raw, 'items') ?? {}) : raw;
  const at = isList ? step(pointer, 'items') : pointer;
  // A document has no name twice: the decoder refuses that before (RFC 8259 §4).
  const value = compileValue(
    schema,
    { pointer: at, isRequired, isList: isList || location === 'json' || isListName(name) },
    building.reading,
  );
  building.values.set(`${location} ${name}`, value);
}
