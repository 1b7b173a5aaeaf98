import { API_POLICIES } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import type { UseTotal } from '../usage/usage-store.ts';
import { advise, type Observed } from './advise.ts';
import { applied, createJudge, grantsOf, type Want, type World } from './test-world.ts';

const SHOP = `
@id("staff-orders")
permit(principal in Group::"staff", action in [Action::"GET", Action::"POST", Action::"DELETE"], resource in Route::"/orders/*");
// Nobody has been there.
@id("old-reports")
permit(principal in Group::"staff", action == Action::"GET", resource in Route::"/reports/*");
@id("impossible")
permit(principal, action, resource) when { principal is Visitor && principal in Group::"staff" };
@id("no-export")
forbid(principal, action, resource in Route::"/export/*");
`;
const world: World = {
  tokens: [
    { id: 'ci', account: 'a-ci', permissions: ['ban:read', 'ban:write', 'event:read'] },
    { id: 'idle', account: 'a-idle', permissions: ['audit:read'] },
  ],
  people: [
    { id: 'ada', role: 'owner', groups: ['staff'] },
    { id: 'grace', role: 'administrator', groups: ['staff'] },
    { id: 'mary', role: 'analyst', groups: [] },
    { id: 'joan', role: 'developer', groups: [] },
  ],
  sets: new Map([['shop', SHOP]]),
};

const call = (who: Want['who'], ...actions: string[]): Want[] =>
  actions.map((action) => ({ who, application: null, action, path: '/' }));
const visit = (person: string, ...requests: string[]): Want[] =>
  requests.map((request) => {
    const [action = '', path = ''] = request.split(' ');
    return { who: { person }, application: 'shop', action, path };
  });

/** What happened on each of thirty days; the API and the shop, refused tries too. */
function dayOf(day: number): Want[] {
  return [
    ...call({ token: 'ci' }, 'ban:read', 'ban:read', 'application:write'),
    ...call({ person: 'grace' }, 'event:read', 'ban:write'),
    // Twice in the month, which is often enough to need it.
    ...(day % 15 === 3 ? call({ person: 'mary' }, 'exception:write') : []),
    ...call({ person: 'mary' }, 'event:read'),
    ...visit('grace', 'GET /orders/7', 'GET /export/all'),
    ...(day === 11 ? visit('ada', 'POST /orders/8') : []),
    ...visit('joan', 'GET /orders/7'),
  ];
}

function observed(
  of: World = world,
  change: Partial<Observed> = {},
): Observed & { wants: readonly Want[]; uses: readonly UseTotal[] } {
  const judge = createJudge(of);
  const wants = Array.from({ length: 30 }, (_, day) => dayOf(day)).flat();
  return { grants: grantsOf(of), uses: wants.map(judge), countedFrom: 0, windowFrom: 1, incomplete: false, wants, ...change };
}
const idsOf = (of: World, change: Partial<Observed> = {}): string[] => advise(observed(of, change)).proposals.map(({ id }) => id);

describe('thirty days of decisions', () => {
  const seen = observed();
  const advice = advise(seen);

  it('show what each principal was granted and never used', () => {
    const unused = new Map(advice.grants.map(({ id, unused: actions }) => [id, actions]));
    expect(unused.get('ci')).toEqual(['ban:write', 'event:read']);
    expect(unused.get('idle')).toEqual(['audit:read']);
    expect(unused.get('mary')).toContain('ban:write');
    expect(unused.get('mary')).not.toContain('exception:write');
    expect(unused.get('ada')).toContain('backup:write');
  });

  it('show policies that never decided or can never apply', () => {
    expect(advice.policies.map(({ policy, finding, unused }) => [policy, finding, unused])).toEqual([
      ['staff-orders', 'actions-unused', ['DELETE']],
      ['old-reports', 'never-decided', ['GET']],
      ['impossible', 'never-applies', ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']],
    ]);
  });

  it('lead to smaller scopes, a smaller role and fewer policies, and to no owner less', () => {
    const byId = new Map(advice.proposals.map((proposal) => [proposal.id, proposal]));
    expect([...byId.keys()]).toEqual([
      'token.ci',
      'token.idle',
      'role.grace',
      'role.joan',
      'policy.shop.staff-orders',
      'policy.shop.old-reports',
      'policy.shop.impossible',
    ]);
    expect(byId.get('token.ci')).toMatchObject({ to: ['ban:read'] });
    expect(byId.get('role.grace')).toMatchObject({ from: 'administrator', to: 'analyst' });
    expect(byId.get('role.joan')).toMatchObject({ from: 'developer', to: null });
    expect(byId.get('policy.shop.old-reports')).toMatchObject({ to: null });
    const narrowed = byId.get('policy.shop.staff-orders');
    expect(narrowed?.kind === 'policy' ? narrowed.to : '').toMatch(/@id\("staff-orders"\)[^]*Action::"GET", Action::"POST"\]/u);
  });

  it('go as they went when all of it is in force, judged by the engine itself', () => {
    const allowed = seen.uses.filter((use) => use.allowed).length;
    expect(advice.replay).toEqual({ decisions: seen.uses.length, allowed, changed: 0 });
    expect(allowed).toBeGreaterThan(100);
    const after = createJudge(applied(world, advice.proposals));
    for (const [index, use] of seen.uses.entries()) expect(after(seen.wants[index]!).allowed).toBe(use.allowed);
    // And what nobody used is refused from then on.
    const [post, remove] = visit('grace', 'POST /orders/7', 'DELETE /orders/7').map(after);
    expect([post?.allowed, remove?.allowed]).toEqual([true, false]);
    expect(after(call({ token: 'ci' }, 'ban:write')[0]!).allowed).toBe(false);
  });
});

describe('nothing is proposed', () => {
  it('when uses are missing in the window; what is unused is still shown', () => {
    const advice = advise(observed(world, { incomplete: true }));
    expect(advice.proposals).toEqual([]);
    expect(advice.grants.length).toBeGreaterThan(0);
  });

  it.each([
    ['countedFrom', { countedFrom: 2 }],
    ['createdAt', { grants: grantsOf({ ...world, sets: new Map() }), windowFrom: -1 }],
  ])('as settled when there was less time than the window (%s)', (_name, change) => {
    expect(advise(observed(world, change)).proposals.every(({ young }) => young)).toBe(true);
    expect(advise(observed(world)).proposals.some(({ young }) => young)).toBe(false);
  });

  it('of roles where a policy forbids something to one: a smaller role could be the one', () => {
    const api = '@id("no-bans") forbid(principal in Role::"analyst", action == Action::"ban:write", resource);';
    const forbidding = { ...world, sets: new Map([...world.sets, [API_POLICIES, api]]) };
    expect(idsOf(forbidding).filter((id) => id.startsWith('role.'))).toEqual([]);
  });

  it('of tokens where a policy looks at what is written on them', () => {
    const api =
      '@id("wide") forbid(principal is ServiceAccount, action == Action::"ban:read", resource) unless { principal.permissions.contains("event:read") };';
    const looking = { ...world, sets: new Map([...world.sets, [API_POLICIES, api]]) };
    expect(idsOf(looking).filter((id) => id.startsWith('token.'))).toEqual([]);
  });

  it('that would take a role from somebody whom a policy lets in by it', () => {
    const shop = '@id("admins") permit(principal in Role::"administrator", action == Action::"GET", resource);';
    expect(idsOf({ ...world, sets: new Map([['shop', shop]]) })).not.toContain('role.grace');
    const group = '@id("staff") permit(principal in Group::"staff", action == Action::"GET", resource);';
    expect(idsOf({ ...world, sets: new Map([['shop', group]]) })).toContain('role.grace');
  });

  it('that would remove a policy without a name, the last one of a set, or a forbid', () => {
    const unnamed =
      'permit(principal in Group::"nobody", action, resource);\n@id("b") permit(principal in Group::"none", action, resource);';
    expect(idsOf({ ...world, sets: new Map([['shop', unnamed]]) }).filter((id) => id.startsWith('policy.'))).toEqual([]);
    const last = '@id("only") permit(principal in Group::"nobody", action, resource);';
    expect(idsOf({ ...world, sets: new Map([['shop', last]]) }).filter((id) => id.startsWith('policy.'))).toEqual([]);
    const forbid = `@id("f") forbid(principal in Group::"nobody", action, resource);\n${SHOP}`;
    const advice = advise(observed({ ...world, sets: new Map([['shop', forbid]]) }));
    expect(advice.policies.map(({ policy }) => policy)).toContain('f');
    expect(advice.proposals.map(({ id }) => id)).not.toContain('policy.shop.f');
  });
});
