import type { AccessPrincipal } from '@holdfast/contract';
import type { Entity, Uid } from './entity.ts';
import type { PolicyRequest } from './engine.ts';
import type { RouteIndex } from './route-index.ts';
import { READING } from './schemas.ts';

/** Nobody signed in: longer ago than any rule asks for, so that `context.authAge < 300` never takes a visitor. */
const NEVER_SECONDS = Number.MAX_SAFE_INTEGER;
const reading: ReadonlySet<string> = new Set(READING);

/** Who asks, with what policies may name. */
export interface Asker {
  readonly kind: Exclude<AccessPrincipal['kind'], 'operator'>;
  /** Of the person or account; empty for a visitor. */
  readonly id: string;
  readonly role: string | null;
  readonly groups: readonly string[];
  readonly acr: 'none' | 'aal1' | 'aal2';
  /** When the person proved it last; null = never. */
  readonly authTime: number | null;
}

export const VISITOR: Asker = { kind: 'visitor', id: '', role: null, groups: [], acr: 'none', authTime: null };

/** A request to an application, as far as policies look at it. */
export interface ApplicationCall {
  readonly application: string;
  readonly asker: Asker;
  readonly method: string;
  /** Canonical. */
  readonly path: string;
  /** An IP address. */
  readonly address: string;
  /** The client's side is HTTPS. */
  readonly secure: boolean;
  readonly now: number;
}

const TYPES = { person: 'Person', service: 'ServiceAccount', visitor: 'Visitor' } as const;

export function principalOf({ kind, id, role, groups }: Asker): Entity {
  const parents: Uid[] = kind === 'person' ? groups.map((group) => ({ type: 'Group', id: group })) : [];
  if (kind === 'person' && role !== null) parents.push({ type: 'Role', id: role });
  return { type: TYPES[kind], id, parents };
}

/** The request as Cedar sees it, and the most specific of the routes that cover it. */
export function toPolicyRequest(
  { application, asker, method, path, address, secure, now }: ApplicationCall,
  routes: RouteIndex,
): { readonly request: PolicyRequest; readonly route: string | null } {
  const covering = routes.covering(path);
  // An entity is in itself anyway, and naming it as its own parent would be a cycle.
  const parents: Uid[] = covering.filter((route) => route !== path).map((route) => ({ type: 'Route', id: route }));
  parents.push({ type: 'Application', id: application });
  const authAge = asker.authTime === null ? NEVER_SECONDS : Math.max(0, Math.floor((now - asker.authTime) / 1000));
  const context = {
    method,
    path,
    address: { __extn: { fn: 'ip', arg: address } },
    secure,
    acr: asker.acr,
    authAge,
  };
  const action = { type: 'Action', id: method, parents: [{ type: 'Action', id: reading.has(method) ? 'read' : 'write' }] };
  const request = { principal: principalOf(asker), action, resource: { type: 'Route', id: path, parents }, context };
  return { request, route: covering[0] ?? null };
}
