import { createHash } from 'node:crypto';
import type { SchemaChanges } from '@holdfast/contract';
import { sortedJson } from '../../applications/index.ts';

const LISTED_MAX = 200;
const PREFIX = '#/components/schemas/';

type Json = Readonly<Record<string, unknown>>;
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const own = (value: unknown, name: string): unknown => (isJson(value) && Object.hasOwn(value, name) ? value[name] : undefined);

/** What changes from one schema to the next, by operation; null = none is in force. */
export function changesBetween(before: unknown, after: unknown): SchemaChanges {
  const [old, now] = [operationsOf(before), operationsOf(after)];
  const added = [...now.keys()].filter((key) => !old.has(key));
  const removed = [...old.keys()].filter((key) => !now.has(key));
  const changed = [...now].filter(([key, text]) => old.has(key) && old.get(key) !== text).map(([key]) => key);
  const told = [
    ...changed.map((key) => ({ key, change: 'changed' as const })),
    ...removed.map((key) => ({ key, change: 'removed' as const })),
    ...added.map((key) => ({ key, change: 'added' as const })),
  ];
  return {
    added: added.length,
    removed: removed.length,
    changed: changed.length,
    operations: told.slice(0, LISTED_MAX).map(({ key, change }) => {
      const space = key.indexOf(' ');
      return { method: key.slice(0, space), path: key.slice(space + 1), change };
    }),
  };
}

/** `METHOD /path` -> all that it says, with what it refers to. */
function operationsOf(schema: unknown): ReadonlyMap<string, string> {
  const components = own(own(schema, 'components'), 'schemas');
  const digests = digestsOf(isJson(components) ? components : {});
  const found = new Map<string, string>();
  const paths = own(schema, 'paths');
  for (const [path, item] of Object.entries(isJson(paths) ? paths : {}))
    for (const [method, operation] of Object.entries(isJson(item) ? item : {})) {
      if (!isJson(operation)) continue;
      const { 'x-holdfast-observed': _, ...said } = operation;
      const reached = reachedFrom(said, digests);
      found.set(`${method.toUpperCase()} ${path}`, `${sortedJson(said)} ${reached.join(' ')}`);
    }
  return found;
}

interface Component {
  readonly digest: string;
  readonly refers: readonly string[];
}

function digestsOf(components: Json): ReadonlyMap<string, Component> {
  return new Map(
    Object.entries(components).map(([name, schema]) => [
      name,
      { digest: createHash('sha256').update(sortedJson(schema)).digest('base64url'), refers: referencesIn(schema) },
    ]),
  );
}

function reachedFrom(operation: unknown, components: ReadonlyMap<string, Component>): string[] {
  const reached = new Map<string, string>();
  const open = [...referencesIn(operation)];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const component = components.get(name);
    if (component === undefined || reached.has(name)) continue;
    reached.set(name, component.digest);
    open.push(...component.refers);
  }
  return [...reached].map(([name, digest]) => `${name}=${digest}`).toSorted();
}

function referencesIn(value: unknown): string[] {
  const names: string[] = [];
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) continue;
    for (const [name, inner] of Object.entries(next) as [string, unknown][])
      if (name === '$ref' && typeof inner === 'string') names.push(inner.slice(PREFIX.length));
      else open.push(inner);
  }
  return names;
}
