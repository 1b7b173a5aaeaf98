import type { EnforcedPolicies } from '@holdfast/contract';
import { toPolicyRequest, type ApplicationCall } from './cedar/application-request.ts';
import { createPolicyEngine, type Verdict } from './cedar/engine.ts';
import { indexRoutes } from './cedar/route-index.ts';

/** As long as a decision is remembered. A new set of policies begins with an empty memory. */
const REMEMBERED_MS = 5000;
const REMEMBERED_MAX = 5000;
/** Longer ones are decided each time: what a stranger sends must not fill the memory. */
const KEY_CHARS_MAX = 1024;

export interface AccessAnswer {
  readonly verdict: Verdict;
  /** The most specific route that the policies name and that covers the path. */
  readonly route: string | null;
}

/** The policies of one application, ready to decide. */
export interface ApplicationAccess {
  readonly digest: string;
  decide(call: ApplicationCall, nowMono: number): AccessAnswer;
}

interface Remembered {
  readonly answer: AccessAnswer;
  readonly until: number;
}

/** Everything that a decision depends on but the time, which moves by less than anybody rules on while it is remembered. */
const keyOf = ({ asker, method, path, address, secure }: ApplicationCall): string =>
  JSON.stringify([asker.kind, asker.id, asker.role, asker.groups, asker.acr, asker.authTime, method, address, secure, path]);

export function createApplicationAccess({ digest, policies }: Pick<EnforcedPolicies, 'digest' | 'policies'>): ApplicationAccess {
  const engine = createPolicyEngine(policies);
  const routes = indexRoutes(policies.flatMap((policy) => policy.routes));
  const remembered = new Map<string, Remembered>();

  const decideAnew = (call: ApplicationCall): AccessAnswer => {
    const { request, route } = toPolicyRequest(call, routes);
    return { verdict: engine.decide(request), route };
  };
  const remember = (key: string, entry: Remembered): void => {
    remembered.delete(key);
    remembered.set(key, entry);
    const [oldest] = remembered;
    if (remembered.size > REMEMBERED_MAX && oldest !== undefined) remembered.delete(oldest[0]);
  };

  return {
    digest,
    decide(call, nowMono) {
      const key = keyOf(call);
      if (key.length > KEY_CHARS_MAX) return decideAnew(call);
      const held = remembered.get(key);
      if (held !== undefined && held.until > nowMono) return held.answer;
      const answer = decideAnew(call);
      // A failure may pass: the next request asks again.
      if (answer.verdict.why !== 'failed') remember(key, { answer, until: nowMono + REMEMBERED_MS });
      return answer;
    },
  };
}
