import type { EventRecord } from '@holdfast/contract';
import {
  createAdvisor,
  createPolicyRights,
  createRights,
  createUsage,
  useOfCall,
  useOfRequest,
  type Access,
  type Advisor,
} from '../domains/access/index.ts';
import type { Identity, People } from '../domains/identity/index.ts';
import { foldRoute } from '../platform/http/fold-route.ts';
import type { Foundation } from '../platform/foundation.ts';

export interface Advising {
  readonly advisor: Advisor;
  /** Counts the requests of gateways. */
  observe(event: EventRecord): void;
}

interface Knowing {
  readonly identity: Identity;
  readonly people: People;
  readonly access: Access;
}

/** Who uses which right, counted, and the advice that follows from it. */
export function openAdvice({ db, bus, clock, log, stack }: Foundation, { identity, people, access }: Knowing): Advising {
  const usage = stack.use(createUsage({ db, clock, log }));
  access.onDecision((decision, by) => usage.note(useOfCall(decision, by)));
  const policies = createPolicyRights(access.policies);
  const rights = createRights({ identity, people, policies, now: () => clock.now() });
  return {
    advisor: createAdvisor({ db, bus, clock, usage, rights }),
    observe(event) {
      const use = useOfRequest(event, foldRoute);
      if (use !== null) usage.note(use);
    },
  };
}
