import type { EnforcedPolicies } from '@holdfast/contract';
import { createApplicationAccess, VISITOR, type Asker } from '../packages/server/src/domains/access/index.ts';
import { enforcedPolicies } from '../tests/support/policies.ts';
import { median, report } from './report.ts';

/** Decisions that nobody remembers, of one process: a set of a hundred policies, and requests of many people to many routes. */
const POLICIES = 100;
const DECISIONS = 2000;
const ROUNDS = 9;
const BUDGET_PER_SECOND = 4000;

/** As somebody would write them: groups for areas, rules for everybody, and what is forbidden. */
const usual = enforcedPolicies(
  Array.from({ length: POLICIES }, (_, index) => {
    if (index % 10 === 9)
      return `forbid(principal, action in Action::"write", resource in Route::"/area${index}/*") unless { context.acr == "aal2" };`;
    if (index % 10 === 8) return `permit(principal, action in Action::"read", resource in Route::"/public${index}/*");`;
    return `permit(principal in Group::"team${index}", action, resource in Route::"/area${index}/*") when { context.authAge < 3600 };`;
  }).join('\n'),
);
/** Every one applies to every request by its head: slicing has nothing to leave out. */
const broad = enforcedPolicies(
  Array.from(
    { length: POLICIES },
    (_, index) => `permit(principal, action, resource) when { context.path == "/area${index}/orders" };`,
  ).join('\n'),
);

const person = (index: number, area: number): Asker => ({
  ...VISITOR,
  kind: 'person',
  id: `person${index}`,
  // Of the team of the area, so that policies are evaluated and not only left out.
  groups: ['staff', `team${area}`],
  acr: 'aal2',
  authTime: 0,
});

/** Processor time of this process: what others do on the machine meanwhile is not in it. */
function cpuNowMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

let allowed = 0;
function perSecond(set: EnforcedPolicies): number {
  const access = createApplicationAccess(set);
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = cpuNowMs();
    for (let index = 0; index < DECISIONS; index += 1) {
      const area = (index * 7) % POLICIES;
      const call = {
        application: 'shop',
        // Nobody twice: nothing of it is remembered.
        asker: person(round * DECISIONS + index, area),
        method: index % 3 === 0 ? 'POST' : 'GET',
        path: `/area${area}/orders`,
        address: '192.0.2.1',
        secure: true,
        now: 60_000,
      };
      if (access.decide(call, 0).verdict.allowed) allowed += 1;
    }
    rates.push(DECISIONS / ((cpuNowMs() - began) / 1000));
  }
  return Math.round(median(rates));
}

const usualPerSecond = perSecond(usual);
const broadPerSecond = perSecond(broad);
report({
  name: 'access',
  budget: `${BUDGET_PER_SECOND.toLocaleString('en')} decisions a second and core with ${POLICIES} policies, none remembered`,
  ok: usualPerSecond >= BUDGET_PER_SECOND && allowed > 0,
  results: { usualPerSecond, broadPerSecond, policies: POLICIES, decisions: DECISIONS },
});
