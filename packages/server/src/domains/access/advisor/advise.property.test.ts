import { API_POLICIES, type Permission } from '@holdfast/contract';
import {
  array,
  assert,
  boolean,
  constant,
  constantFrom,
  oneof,
  option,
  property,
  record,
  subarray,
  tuple,
  type Arbitrary,
} from 'fast-check';
import { expect, it } from 'vitest';
import type { Role } from '../../identity/index.ts';
import { advise } from './advise.ts';
import { applied, createJudge, grantsOf, type Want, type World } from './test-world.ts';

const PERMISSIONS: readonly Permission[] = ['ban:read', 'ban:write', 'event:read', 'policy:write', 'audit:read', 'person:write'];
const METHODS = ['GET', 'POST', 'DELETE'];
const ROLES: readonly (Role | null)[] = ['owner', 'administrator', 'analyst', 'auditor', 'developer', null];
const TOKENS = ['t1', 't2'];
const PEOPLE = ['p1', 'p2', 'p3'];

const some = <Value>(values: readonly Value[]) => subarray([...values], { minLength: 1 });
const heads = constantFrom(
  'principal',
  'principal is Person',
  'principal is ServiceAccount',
  'principal in Group::"staff"',
  'principal in Role::"administrator"',
  'principal in Role::"analyst"',
  'principal == Person::"p1"',
);
const effects = constantFrom('permit', 'permit', 'permit', 'forbid');
const conditions = (kind: 'api' | 'application') =>
  constantFrom(
    '',
    'when { context.acr == "aal2" }',
    ...(kind === 'api'
      ? ['unless { context.elevated }', 'when { context.method == "GET" }']
      : ['unless { context.secure }', 'when { context.path like "/a*" }', 'when { principal in Role::"auditor" }']),
  );

const policy = (kind: 'api' | 'application') =>
  record({
    effect: effects,
    head: heads,
    condition: conditions(kind),
    actions: option(some(kind === 'api' ? PERMISSIONS : [...METHODS, 'read', 'write'])),
    resource: kind === 'api' ? constant('resource') : constantFrom('resource', 'resource in Route::"/a/*"'),
  })
    // A condition about people is a fault where the head takes no person.
    .filter(({ head, condition }) => !(condition.includes('Role') && head.includes('ServiceAccount')))
    .map(({ effect, head, condition, actions, resource }) => {
      const list = (actions ?? []).map((action) => `Action::"${action}"`).join(', ');
      return `${effect}(${head}, ${actions === null ? 'action' : `action in [${list}]`}, ${resource}) ${condition};`;
    });

const set = (kind: 'api' | 'application') =>
  array(policy(kind), { minLength: 1, maxLength: 5 }).map((texts) =>
    texts.map((text, index) => `@id("rule-${index}")\n${text}`).join('\n'),
  );

const world: Arbitrary<World> = record({
  scopes: tuple(some(PERMISSIONS), some(PERMISSIONS)),
  roles: tuple(constantFrom(...ROLES), constantFrom(...ROLES), constantFrom(...ROLES)),
  groups: tuple(boolean(), boolean(), boolean()),
  api: option(set('api')),
  shop: option(set('application')),
}).map(({ scopes, roles, groups, api, shop }) => ({
  tokens: TOKENS.map((id, index) => ({ id, account: `account-${id}`, permissions: scopes[index] ?? [] })),
  people: PEOPLE.map((id, index) => ({ id, role: roles[index] ?? null, groups: groups[index] === true ? ['staff'] : [] })),
  sets: new Map([...(api === null ? [] : [[API_POLICIES, api] as const]), ...(shop === null ? [] : [['shop', shop] as const])]),
}));

const who: Arbitrary<Want['who']> = oneof(
  constantFrom(...TOKENS).map((token) => ({ token })),
  constantFrom(...PEOPLE).map((person) => ({ person })),
);
const want: Arbitrary<Want> = oneof(
  record({ who, application: constant(null), action: constantFrom(...PERMISSIONS), path: constant('/') }),
  record({
    who,
    application: constant('shop'),
    action: constantFrom(...METHODS),
    path: constantFrom('/', '/a/b', '/c'),
  }),
);

it('for any grants and decisions, every decision is the same once everything that was proposed is in force', () => {
  let proposed = 0;
  assert(
    property(world, array(want, { maxLength: 25 }), (before, wants) => {
      const judge = createJudge(before);
      const uses = wants.map(judge);
      const advice = advise({ grants: grantsOf(before), uses, countedFrom: 0, windowFrom: 1, incomplete: false });
      proposed += advice.proposals.length;
      expect(advice.replay).toEqual({
        decisions: uses.length,
        allowed: uses.filter(({ allowed }) => allowed).length,
        changed: 0,
      });
      // The engine itself, which the advisor never asks, over the world as it would be.
      const again = createJudge(applied(before, advice.proposals));
      for (const [index, use] of uses.entries())
        expect(again(wants[index]!).allowed, JSON.stringify([wants[index], advice.proposals])).toBe(use.allowed);
    }),
    { numRuns: 100 },
  );
  // A property of nothing would hold too.
  expect(proposed).toBeGreaterThan(100);
}, 120_000);
