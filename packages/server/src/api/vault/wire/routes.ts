import type { Permission } from '@holdfast/contract';
import type { VaultAnswer } from './answer.ts';
import type { OpenCall, Operation, VaultCall } from './call.ts';

/** `open`: anybody may ask. `token`: whoever has one. `checked`: the permission is asked for here. `below`: by the domain. */
export type Handler =
  | { readonly kind: 'open'; readonly run: (call: OpenCall) => Promise<VaultAnswer> }
  | { readonly kind: 'token'; readonly run: (call: VaultCall) => Promise<VaultAnswer> }
  | {
      readonly kind: 'checked' | 'below';
      readonly permission: Permission;
      readonly run: (call: VaultCall) => Promise<VaultAnswer>;
    };

type Run = (call: VaultCall) => Promise<VaultAnswer>;
export const open = (run: (call: OpenCall) => Promise<VaultAnswer>): Handler => ({ kind: 'open', run });
export const withToken = (run: Run): Handler => ({ kind: 'token', run });
export const needs = (permission: Permission, run: Run): Handler => ({ kind: 'checked', permission, run });
export const decidedBelow = (permission: Permission, run: Run): Handler => ({ kind: 'below', permission, run });

/** A path with `:name` for one part and `*rest` for all that follow (none as well), and what can be done there. */
export interface VaultRoute {
  readonly path: string;
  readonly operations: Readonly<Partial<Record<Operation, Handler>>>;
}

interface Compiled {
  readonly parts: readonly string[];
  readonly route: VaultRoute;
}

export interface Found {
  readonly route: VaultRoute;
  readonly params: ReadonlyMap<string, string>;
}

export interface Routes {
  /** The first that fits, in the order of the table. */
  find(segments: readonly string[]): Found | null;
}

/** Routes that begin with a fixed part are looked at first, so that no mount can stand in front of `sys` or `auth`. */
export function createRoutes(table: readonly VaultRoute[]): Routes {
  const fixed = new Map<string, Compiled[]>();
  const mounts: Compiled[] = [];
  for (const route of table) {
    const parts = route.path.split('/');
    const [first = ''] = parts;
    if (first.startsWith(':')) mounts.push({ parts, route });
    else fixed.set(first, [...(fixed.get(first) ?? []), { parts, route }]);
  }
  return {
    find(segments) {
      const candidates = fixed.get(segments[0] ?? '') ?? mounts;
      for (const { parts, route } of candidates) {
        const params = match(parts, segments);
        if (params !== null) return { route, params };
      }
      return null;
    },
  };
}

function match(parts: readonly string[], segments: readonly string[]): Map<string, string> | null {
  const params = new Map<string, string>();
  for (const [index, part] of parts.entries()) {
    if (part.startsWith('*')) return params.set(part.slice(1), segments.slice(index).join('/'));
    const segment = segments[index];
    if (segment === undefined) return null;
    if (part.startsWith(':')) params.set(part.slice(1), segment);
    else if (part !== segment) return null;
  }
  return segments.length === parts.length ? params : null;
}
