import { isJson, own } from './faults.ts';
import { IN_PLACE } from './keywords.ts';

const PREFIX = '#/components/schemas/';

/**
 * Schemas that come back to themselves without going a step deeper into the value: comparing anything with them would never end.
 * Those that come back through a property or a list are fine, for values are bounded.
 */
export function endlessSchema(schemas: Readonly<Record<string, unknown>>): { name: string; detail: string }[] {
  const edges = new Map(Object.entries(schemas).map(([name, schema]) => [name, referencesInPlace(schema)]));
  const state = new Map<string, 'open' | 'done'>();
  const found: string[] = [];
  for (const start of edges.keys()) {
    // A list of work instead of recursion: a chain may be as long as there are schemas.
    const path: { name: string; rest: string[] }[] = [];
    const open = (name: string): void => {
      const known = state.get(name);
      if (known === 'open') found.push(name);
      if (known !== undefined) return;
      state.set(name, 'open');
      path.push({ name, rest: [...(edges.get(name) ?? [])] });
    };
    open(start);
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const next = last.rest.pop();
      if (next !== undefined) open(next);
      else {
        state.set(last.name, 'done');
        path.pop();
      }
    }
  }
  return found.map((name) => ({ name, detail: 'comes back to itself without going deeper into the value' }));
}

function referencesInPlace(schema: unknown): string[] {
  const names: string[] = [];
  const open: unknown[] = [schema];
  while (open.length > 0) {
    const next = open.pop();
    if (!isJson(next)) continue;
    const target = own(next, '$ref');
    if (typeof target === 'string') names.push(target.slice(PREFIX.length));
    for (const keyword of IN_PLACE) {
      const inner = own(next, keyword);
      if (Array.isArray(inner)) open.push(...(inner as unknown[]));
      else if (keyword === 'dependentSchemas') open.push(...(isJson(inner) ? Object.values(inner) : []));
      else open.push(inner);
    }
  }
  return names;
}
