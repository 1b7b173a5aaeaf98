import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';

export interface NamedRoute {
  readonly route: string;
  /** It stands where something is asked to be in it, and not where something is compared with it. */
  readonly isMembership: boolean;
}

/** Parts of the JSON form of a policy that say nothing about what is done with what is in them. */
const PLAIN = new Set(['left', 'right', 'entity', 'entities', 'Set', 'Value', '__entity']);

interface Open {
  readonly value: unknown;
  readonly isMembership: boolean;
}

/**
 * Every route that a policy names, in its head or in a condition. The path of a request has several spellings for the
 * application (`/admin`, `/admin/`, `/admin;x`): asked whether it is in a route all of them are, compared with it one is.
 */
export function namedRoutes(json: PolicyJson): NamedRoute[] {
  const found: NamedRoute[] = [];
  // A list of work, because conditions nest.
  const open: Open[] = [
    { value: json.resource, isMembership: json.resource.op !== '==' },
    { value: json.conditions, isMembership: false },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, isMembership } = next;
    if (typeof value !== 'object' || value === null) continue;
    if ('type' in value && value.type === 'Route' && 'id' in value && typeof value.id === 'string')
      found.push({ route: value.id, isMembership });
    const isList = Array.isArray(value);
    for (const [key, inner] of Object.entries(value))
      open.push({ value: inner, isMembership: key === 'in' || (isMembership && (isList || PLAIN.has(key))) });
  }
  return found;
}
