import { PERMISSIONS } from '@holdfast/contract';
import { array, assert, boolean, constant, constantFrom, oneof, property, record, subarray } from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { rightsOfRoles } from '../roles.ts';
import { toApiRequest } from './api-request.ts';
import { toPolicyRequest, VISITOR, type ApplicationCall, type Asker } from './application-request.ts';
import { createPolicyEngine, type PolicyRequest, type Verdict } from './engine.ts';
import { toEntityJson } from './entity.ts';
import { ownPolicies, UNREADABLE } from './own-policies.ts';
import { readPolicies, type ReadySet } from './read-policies.ts';
import { indexRoutes, routeFault } from './route-index.ts';
import { METHOD_ACTIONS, schemaOf } from './schemas.ts';
import { inCedar } from './wasm.ts';

const ann: Asker = { kind: 'person', id: 'P1', role: null, groups: ['staff'], acr: 'aal2', authTime: 0 };
const CALL: ApplicationCall = {
  application: 'shop',
  asker: ann,
  method: 'GET',
  path: '/orders/7',
  address: '192.0.2.1',
  secure: true,
  now: 60_000,
};

function ready(text: string): ReadySet {
  const reading = readPolicies(text, 'application');
  if (reading.kind === 'faulty') throw new Error(JSON.stringify(reading.faults));
  return reading.set;
}

function requestFor(set: ReadySet, change: Partial<ApplicationCall> = {}): PolicyRequest {
  return toPolicyRequest({ ...CALL, ...change }, indexRoutes(set.policies.flatMap(({ routes }) => routes))).request;
}

function decide(text: string, change: Partial<ApplicationCall> = {}): Verdict {
  const set = ready(text);
  return createPolicyEngine(set.policies).decide(requestFor(set, change));
}

describe('a decision', () => {
  it('denies what nothing permits, and names the policies that decided', () => {
    const text = '@id("staff-reads") permit(principal in Group::"staff", action in Action::"read", resource);';
    expect(decide(text)).toMatchObject({ allowed: true, why: 'permitted', policies: ['staff-reads'] });
    expect(decide(text, { method: 'POST' })).toMatchObject({ allowed: false, why: 'unpermitted', policies: [] });
    expect(decide(text, { asker: VISITOR })).toMatchObject({ allowed: false, why: 'unpermitted', considered: 0 });
    const both = `${text} @id("closed") forbid(principal, action, resource) when { context.path like "/orders/*" };`;
    expect(decide(both)).toMatchObject({ allowed: false, why: 'forbidden', policies: ['closed'] });
  });

  it('denies when a policy cannot be evaluated, which Cedar itself would skip', () => {
    const permit = 'permit(principal, action, resource);';
    const overflow = '{ context.authAge + 9223372036854775807 < 0 }';
    const text = `${permit} @id("broken") forbid(principal, action, resource) when ${overflow};`;
    expect(decide(text)).toEqual({ allowed: false, why: 'failed', policies: ['policy1'], errors: ['broken'], considered: 2 });
    expect(decide(`${permit} @id("broken") permit(principal, action, resource) when ${overflow};`).why).toBe('failed');
    // One whose head does not take the request says nothing about it, and cannot fail on it.
    expect(decide(`${permit} forbid(principal, action in Action::"write", resource) when ${overflow};`).allowed).toBe(true);
  });

  it('denies when the evaluation itself fails, and goes on with the next request', () => {
    const text = 'permit(principal, action, resource) when { context.address.isLoopback() };';
    expect(decide(text, { address: '127.0.0.1' }).allowed).toBe(true);
    for (const address of ['', 'nonsense', '::ffff:127.0.0.1', '127.0.0.1/0'])
      expect(decide(text, { address }).allowed).toBe(false);
    const nested = `${'('.repeat(20_000)}true${')'.repeat(20_000)}`;
    const trap = {
      ...UNREADABLE,
      id: 'trap',
      effect: 'permit' as const,
      text: `permit(principal, action, resource) when { ${nested} };`,
    };
    expect(createPolicyEngine([trap]).decide(requestFor(ready(text)))).toMatchObject({ allowed: false, why: 'failed' });
    expect(decide(text, { address: '::1' }).allowed).toBe(true);
  });

  it('knows how sure it is who asks, how long ago that was, and where from', () => {
    const sure = 'permit(principal is Person, action, resource) when { context.acr == "aal2" && context.authAge < 300 };';
    expect(decide(sure).allowed).toBe(true);
    expect(decide(sure, { now: 300_000 }).allowed).toBe(false);
    expect(decide(sure, { asker: { ...ann, acr: 'aal1' } }).allowed).toBe(false);
    const fresh = 'permit(principal, action, resource) when { context.authAge < 300 };';
    expect(decide(fresh, { asker: VISITOR }).allowed).toBe(false);
    const office = 'permit(principal, action, resource) when { context.address.isInRange(ip("2001:db8::/32")) };';
    expect(decide(office, { address: '2001:db8::7' }).allowed).toBe(true);
    expect(decide(office).allowed).toBe(false);
  });

  it('prepares more slices than are kept, each with its own policies', () => {
    const text = Array.from({ length: 300 }, (_, index) => `permit(principal in Group::"g${index}", action, resource);`).join(
      '\n',
    );
    const set = ready(text);
    const engine = createPolicyEngine(set.policies);
    const other = createPolicyEngine(
      set.policies.map((policy) => ({ ...policy, effect: 'forbid', text: policy.text.replace('permit', 'forbid') })),
    );
    for (const round of [0, 1])
      for (let index = 0; index < 300; index += 1) {
        const request = requestFor(set, { asker: { ...ann, groups: [`g${index}`, `${round}`] } });
        expect(engine.decide(request).policies).toEqual([`policy${index + 1}`]);
        expect(other.decide(request)).toMatchObject({ allowed: false, why: 'forbidden' });
      }
  });
});

describe('routes', () => {
  test.each([
    ['/orders/{id}', '/orders/7', true],
    ['/orders/{id}', '/orders/7/', true],
    ['/orders/{id}', '/orders/', false],
    ['/orders/{id}', '/orders/7/lines', false],
    ['/orders/{}/lines', '/orders/7/lines', true],
    ['/admin/*', '/admin', true],
    ['/admin/*', '/admin/', true],
    ['/admin/*', '/admin/a/b', true],
    ['/admin/*', '/administrator', false],
    ['/login', '/login', true],
    ['/login', '/login/', true],
    ['/login', '/Login', false],
    ['/login', '/login;a=b', true],
    ['/admin/*', '/admin;a/users', true],
    ['/a;b/*', '/a;b/c', true],
    ['/', '/;a', true],
    ['/*', '/', true],
    ['/*', '/constructor/__proto__', true],
    ['/', '/', true],
    ['/', '/a', false],
    ['/{}', '/{}', true],
    ['/a/*', '/a/*', true],
  ])('%s takes %s: %s', (route, path, expected) => {
    expect(routeFault(route)).toBeNull();
    expect(decide(`permit(principal, action, resource in Route::"${route}");`, { path }).allowed).toBe(expected);
  });

  it('that cover a path are told, the most specific first', () => {
    const index = indexRoutes(['/*', '/a/*', '/a/{x}', '/a/b', '/c']);
    expect(index.covering('/a/b')).toEqual(['/a/b', '/a/{x}', '/a/*', '/*']);
    expect(index.covering(`/a${'/x'.repeat(5000)}`)).toEqual(['/a/*', '/*']);
  });
});

const groups = ['staff', 'g1', 'g2'];
const routes = ['/*', '/a/*', '/a/{x}', '/a/b', '/c'];
const arbitraryPolicy = record({
  effect: constantFrom('permit', 'forbid'),
  principal: constantFrom(
    'principal',
    'principal is Person',
    'principal is Visitor',
    'principal == Person::"P1"',
    'principal in Role::"analyst"',
    'principal is Person in Group::"g1"',
    ...groups.map((group) => `principal in Group::"${group}"`),
  ),
  action: constantFrom(
    'action',
    'action == Action::"GET"',
    'action in Action::"write"',
    'action in [Action::"read", Action::"PUT"]',
  ),
  resource: constantFrom(
    'resource',
    'resource in Route::"/c"',
    'resource in Application::"shop"',
    ...routes.map((route) => `resource in Route::"${route}"`),
  ),
  when: constantFrom(
    '',
    ' when { context.acr == "aal2" }',
    ' when { context.path like "/a/*" }',
    ' unless { resource in Route::"/a/b" }',
    ' when { context.authAge + 9223372036854775807 < 0 }',
  ),
}).map(
  ({ effect, principal, action, resource, when: condition }) => `${effect}(${principal}, ${action}, ${resource})${condition};`,
);
const arbitraryCall = record({
  asker: oneof(
    constant(VISITOR),
    constant<Asker>({ ...VISITOR, kind: 'service', id: 'S1' }),
    record({
      kind: constant('person' as const),
      id: constantFrom('P1', 'P2'),
      role: constantFrom(null, 'analyst', 'owner'),
      groups: subarray(groups),
      acr: constantFrom('aal1' as const, 'aal2' as const),
      authTime: constantFrom(0, 30_000),
    }),
  ),
  method: constantFrom(...METHOD_ACTIONS),
  path: constantFrom('/', '/a', '/a/', '/a/b', '/a/c', '/a/b/c', '/c', '/c/', '/a/{x}', '/a/*', '/a;x/b', '/c;'),
  address: constantFrom('192.0.2.1', '2001:db8::1'),
  secure: boolean(),
});

describe('slicing by the heads of policies', () => {
  it('changes no decision: Cedar says the same of the whole set, with the request checked against the schema', () => {
    assert(
      property(array(arbitraryPolicy, { minLength: 1, maxLength: 8 }), arbitraryCall, (texts, call) => {
        const reading = readPolicies(texts.join('\n'), 'application');
        // A forbid that can never apply is refused; there are enough other sets.
        if (reading.kind === 'faulty') return;
        const request = requestFor(reading.set, call);
        const verdict = createPolicyEngine(reading.set.policies).decide(request);
        const { principal, action, resource, context } = request;
        const whole = inCedar((cedar) =>
          cedar.isAuthorized({
            principal: { type: principal.type, id: principal.id },
            action: { type: action.type, id: action.id },
            resource: { type: resource.type, id: resource.id },
            context,
            schema: schemaOf('application'),
            validateRequest: true,
            policies: { staticPolicies: Object.fromEntries(reading.set.policies.map(({ id, text }) => [id, text])) },
            entities: [principal, resource].map(toEntityJson),
          }),
        );
        if (whole.type === 'failure') throw new Error(JSON.stringify(whole.errors));
        const { decision, diagnostics } = whole.response;
        expect(verdict.errors).toEqual(diagnostics.errors.map(({ policyId }) => policyId).toSorted());
        expect(verdict.policies).toEqual(diagnostics.reason.toSorted());
        expect(verdict.allowed).toBe(decision === 'allow' && diagnostics.errors.length === 0);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the rights of roles and tokens as policies', () => {
  const engine = createPolicyEngine(ownPolicies({ roles: rightsOfRoles }));
  const call = { method: 'GET', elevated: false, scopes: [] } as const;

  it('say of every role and permission what the table says', () => {
    for (const role of [...rightsOfRoles.keys(), null])
      for (const permission of PERMISSIONS) {
        const request = toApiRequest({ ...call, asker: { ...ann, role }, permission });
        expect(engine.decide(request).allowed).toBe(role !== null && rightsOfRoles.get(role)?.has(permission) === true);
      }
  });

  it('give a token exactly what is written on it, whatever else is permitted', () => {
    const added = readPolicies('permit(principal is ServiceAccount, action, resource);', 'api');
    if (added.kind === 'faulty') throw new Error(JSON.stringify(added.faults));
    const more = createPolicyEngine([...ownPolicies({ roles: rightsOfRoles }), ...added.set.policies]);
    const asker: Asker = { ...VISITOR, kind: 'service', id: 'T' };
    for (const permission of PERMISSIONS)
      for (const each of [engine, more])
        expect(each.decide(toApiRequest({ ...call, asker, permission, scopes: ['ban:read', 'mode:write'] })).allowed).toBe(
          permission === 'ban:read' || permission === 'mode:write',
        );
  });

  it('and every call conform to the schema of the API', () => {
    const staticPolicies = Object.fromEntries(ownPolicies({ roles: rightsOfRoles }).map(({ id, text }) => [id, text]));
    const checked = inCedar((cedar) => cedar.validate({ schema: schemaOf('api'), policies: { staticPolicies } }));
    expect(checked).toMatchObject({ type: 'success', validationErrors: [], validationWarnings: [] });
    for (const asker of [ann, { ...VISITOR, kind: 'service' as const, id: 'T' }]) {
      const { principal, action, resource, context } = toApiRequest({
        ...call,
        asker,
        permission: 'ban:write',
        scopes: ['ban:read'],
      });
      const answer = inCedar((cedar) =>
        cedar.isAuthorized({
          principal: { type: principal.type, id: principal.id },
          action: { type: action.type, id: action.id },
          resource: { type: resource.type, id: resource.id },
          context,
          schema: schemaOf('api'),
          validateRequest: true,
          policies: { staticPolicies },
          entities: [principal, resource].map(toEntityJson),
        }),
      );
      expect(answer.type).toBe('success');
    }
  });
});
