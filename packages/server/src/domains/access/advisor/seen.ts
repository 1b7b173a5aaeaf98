import { API_POLICIES } from '@holdfast/contract';
import type { UseTotal } from '../usage/usage-store.ts';

/** What was used in a window, by whoever used it. Only what was allowed counts: a refused try needs no right. */
export interface Seen {
  byToken(id: string): ReadonlySet<string>;
  byPerson(id: string): ReadonlySet<string>;
  byPolicy(set: string, policy: string): ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();

export function createSeen(uses: readonly UseTotal[]): Seen {
  const tokens = new Map<string, Set<string>>();
  const people = new Map<string, Set<string>>();
  const policies = new Map<string, Set<string>>();
  const add = (map: Map<string, Set<string>>, key: string, action: string): void => {
    const held = map.get(key);
    if (held === undefined) map.set(key, new Set([action]));
    else held.add(action);
  };
  for (const { principal, token, application, action, allowed, policies: deciding } of uses) {
    // A `forbid` that refused has decided too.
    for (const policy of deciding) add(policies, `${application ?? API_POLICIES} ${policy}`, action);
    if (!allowed || application !== null) continue;
    if (token !== null) add(tokens, token, action);
    else if (principal.kind === 'person' && principal.id !== null) add(people, principal.id, action);
  }
  return {
    byToken: (id) => tokens.get(id) ?? NOTHING,
    byPerson: (id) => people.get(id) ?? NOTHING,
    byPolicy: (set, policy) => policies.get(`${set} ${policy}`) ?? NOTHING,
  };
}
