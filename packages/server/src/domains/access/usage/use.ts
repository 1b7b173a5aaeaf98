import { createHash } from 'node:crypto';
import { accessDecisionSchema, type AccessDecision, type AccessPrincipal, type EventRecord } from '@holdfast/contract';
import type { Principal } from '../principal.ts';

/** What somebody did with a right, without when and how often. */
export interface Use {
  readonly principal: AccessPrincipal;
  /** Of the service account, for a call of Holdfast's own API. */
  readonly token: string | null;
  /** Null = Holdfast's own API. */
  readonly application: string | null;
  /** The method of a request, or the permission of a call. */
  readonly action: string;
  readonly route: string | null;
  readonly allowed: boolean;
  /** Those that decided, in the order of their names. */
  readonly policies: readonly string[];
}

/** Of a call of the API: the token it came with is known to whoever decided, and to no record. */
export function useOfCall(decision: AccessDecision, { account, actor }: Principal): Use {
  const { principal, action, allowed, policies } = decision;
  const token = account === undefined ? null : actor.ref;
  return { principal, token, application: null, action, route: null, allowed, policies: policies.toSorted() };
}

/** Of a request that was decided about; null for any other. `foldRoute` makes the route of a path that no policy names. */
export function useOfRequest(event: EventRecord, foldRoute: (path: string) => string): Use | null {
  const { access } = event.payload;
  // Most requests are decided about by nobody: seen without reading anything.
  if (event.type !== 'request.completed' || access === null) return null;
  const read = accessDecisionSchema.safeParse(access);
  if (!read.success) return null;
  const { principal, action, application, route, allowed, policies } = read.data;
  const { path } = event.payload;
  // Never the path itself: it may name a person.
  const folded = route ?? (typeof path === 'string' ? foldRoute(path) : null);
  return { principal, token: null, application, action, route: folded, allowed, policies: policies.toSorted() };
}

export function keyOfUse(use: Use): string {
  const { principal, token, application, action, route, allowed, policies } = use;
  const parts = [principal.kind, principal.id, token, application, action, route, allowed, policies];
  return createHash('sha256').update(JSON.stringify(parts), 'utf8').digest('hex');
}
