import { applicationSchema, requestCompleted, type AccessDecision, type Permission } from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../platform/log.ts';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import { createApplications } from '../../applications/index.ts';
import { createIdentity, type Identity, type Role } from '../../identity/index.ts';
import { createAccess, type Access, type Principal } from '../index.ts';
import { createUsage, DAY_MS, type Usage } from '../usage/usage.ts';
import { useOfCall, useOfRequest } from '../usage/use.ts';
import { createAdvisor, type Advisor } from './advisor.ts';
import { createPolicyRights } from './policy-rights.ts';
import { createRights } from './rights.ts';

const operator = { kind: 'operator' as const, ref: 'host:0' };
const GRACE = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const SHOP = `// What staff does.
@id("staff") permit(principal in Group::"staff", action in [Action::"GET", Action::"DELETE"], resource);
@id("visitors") permit(principal is Visitor, action, resource);
`;
const anything = { days: 30, ids: null, actor: operator, assertMay: () => undefined };

let platform: TestPlatform;
let identity: Identity;
let access: Access;
let usage: Usage;
let advisor: Advisor;
let role: Role | null;

/** The one person there is, as far as advice asks. */
const grace = () => ({ id: GRACE, name: 'grace', role, groups: ['staff'], status: 'active' as const, createdAt: 0 });
// Of a person it reads these fields alone.
const people = {
  list: async () => ({ items: [grace()], next: null }),
  find: async () => grace(),
  findByName: async () => null,
  change: async (_id: string, change: { role?: Role | null }) => {
    role = change.role ?? null;
    return grace();
  },
} as unknown as Parameters<typeof createRights>[0]['people'] & { findByName(): Promise<null> };

beforeAll(async () => {
  platform = await openTestPlatform();
}, 60_000);
afterAll(async () => platform[Symbol.asyncDispose]());
beforeEach(async () => {
  await platform.db.query(
    'delete from access_usage; delete from access_usage_day; delete from access_advice; delete from access_policy',
  );
  await platform.db.query('delete from identity_token; delete from identity_service_account; delete from application_entry');
  role = 'administrator';
  const applications = createApplications(platform);
  const shop = applicationSchema.parse({ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:3000' });
  await applications.create(shop, { actor: operator });
  identity = createIdentity(platform);
  access = createAccess({ ...platform, log: silentLog, applications, directory: { people, accounts: identity.accounts } });
  await access.policies.accept('shop', { input: { text: SHOP }, actor: operator });
  usage = createUsage({ ...platform, log: silentLog });
  access.onDecision((decision, by) => usage.note(useOfCall(decision, by)));
  const rights = createRights({
    identity,
    people,
    policies: createPolicyRights(access.policies),
    now: () => platform.clock.now(),
  });
  advisor = createAdvisor({ ...platform, usage, rights });
  platform.recorded.length = 0;
});

async function newToken(permissions: Permission[]) {
  const { token, view } = await identity.createToken({ name: 'ci', permissions, days: 365 }, operator);
  const principal = { actor: { kind: 'token' as const, ref: view.id }, permissions: new Set(permissions), account: view.account };
  return { token, view, principal };
}
const asGrace = (): Principal => ({
  actor: { kind: 'operator', ref: `person:${GRACE}` },
  permissions: new Set<Permission>(['event:read', 'ban:write', 'person:write']),
  session: {
    id: GRACE,
    person: GRACE,
    name: 'grace',
    role,
    groups: [],
    expiresAt: 0,
    elevatedUntil: null,
    isElevated: true,
  },
});

/** As the gateway tells of a request that was decided about. */
function visited(path: string, decision: Partial<AccessDecision> = {}): void {
  const access_: AccessDecision = {
    principal: { kind: 'person', id: GRACE },
    action: 'GET',
    application: 'shop',
    route: null,
    allowed: true,
    enforced: true,
    policies: ['staff'],
    errors: [],
    ...decision,
  };
  // The fields that counting reads.
  const event = { type: requestCompleted.type, payload: { path, access: access_ } } as unknown as Parameters<
    typeof useOfRequest
  >[0];
  const use = useOfRequest(event, (text) => text.replaceAll(/\d+/gu, '{}'));
  if (use !== null) usage.note(use);
}

/** Thirty days in which the token reads bans, grace reads events, and she opens orders in the shop. */
async function month(principal: Principal): Promise<void> {
  for (let day = 0; day < 30; day += 1) {
    await access.api.decide(principal, 'ban:read', 'GET');
    await access.api.decide(principal, 'application:write', 'POST');
    await access.api.decide(asGrace(), 'event:read', 'GET');
    visited(`/orders/${day}`);
    await usage.flush();
    platform.advance(DAY_MS);
  }
}

describe('advice over thirty days that were counted', () => {
  it('is listed, replayed, applied and given back in one command', async () => {
    const { token, view, principal } = await newToken(['ban:read', 'ban:write', 'event:read']);
    await month(principal);
    const shown = await advisor.show(30);
    expect(shown).toMatchObject({ incomplete: false, applied: null, replay: { changed: 0 } });
    expect(shown.replay.allowed).toBeGreaterThanOrEqual(29 * 3);
    expect(shown.replay.decisions).toBeGreaterThan(shown.replay.allowed);
    const ids = [`token.${view.id}`, `role.${GRACE}`, 'policy.shop.staff', 'policy.shop.visitors'];
    expect(shown.proposals.map(({ id, young }) => [id, young])).toEqual(ids.map((id) => [id, false]));

    const { batch, replay } = await advisor.apply(anything);
    expect([batch.items.map(({ id }) => id), replay.changed]).toEqual([ids, 0]);
    expect(await identity.verifyToken(token)).toMatchObject({ kind: 'valid', token: { permissions: ['ban:read'] } });
    expect(role).toBe('developer');
    const { text } = await access.policies.show('shop', 'current');
    expect(text).toContain('// What staff does.');
    expect(text).not.toMatch(/permit\([^)]*Visitor|DELETE/u);
    expect(await advisor.show(30)).toMatchObject({ applied: { id: batch.id } });

    expect(await advisor.undo(anything)).toMatchObject({ batch: { id: batch.id }, skipped: [] });
    expect(await identity.verifyToken(token)).toMatchObject({ token: { permissions: ['ban:read', 'ban:write', 'event:read'] } });
    expect(role).toBe('administrator');
    expect((await access.policies.show('shop', 'current')).text).toBe(SHOP);
    await expect(advisor.undo(anything)).rejects.toMatchObject({ code: 'advice-missing' });
    const types = platform.recorded.map(({ type }) => type);
    for (const type of ['access.advice.applied', 'token.changed', 'access.advice.undone']) expect(types).toContain(type);
  });

  it('gives nothing back over what somebody changed since', async () => {
    const { view, principal } = await newToken(['ban:read', 'ban:write']);
    await month(principal);
    await advisor.apply(anything);
    await identity.revokeToken(view.id, operator);
    await access.policies.accept('shop', { input: { text: '@id("new") permit(principal, action, resource);' }, actor: operator });
    expect((await advisor.undo(anything)).skipped).toEqual([`token.${view.id}`, 'policy.shop.staff', 'policy.shop.visitors']);
    expect((await access.policies.show('shop', 'current')).text).toContain('@id("new")');
    expect(role).toBe('administrator');
  });

  it('is applied by its id, only where whoever applies it may, and not at all without a record', async () => {
    const { view, principal } = await newToken(['ban:read', 'ban:write']);
    await month(principal);
    const assertMay = (): never => {
      throw new Error('not yours');
    };
    await expect(advisor.apply({ ...anything, assertMay })).rejects.toThrow('not yours');
    await expect(advisor.apply({ ...anything, ids: ['role.nobody'] })).rejects.toMatchObject({ code: 'advice-missing' });
    platform.failRecording(true);
    await expect(advisor.apply(anything)).rejects.toMatchObject({ code: 'audit-unavailable' });
    platform.failRecording(false);
    expect(role).toBe('administrator');
    const { batch } = await advisor.apply({ ...anything, ids: [`token.${view.id}`] });
    expect(batch.items).toHaveLength(1);
    expect(role).toBe('administrator');
  });
});

describe('what is counted', () => {
  it('names no path, is one row for the same use of a day, and is forgotten after ninety days', async () => {
    for (let count = 0; count < 50; count += 1) visited(`/people/${count}`);
    await usage.flush();
    const rows = await platform.db.query<{ route: string; count: number }>('select route, count from access_usage');
    expect(rows).toEqual([{ route: '/people/{}', count: 50 }]);
    platform.advance(91 * DAY_MS);
    visited('/people/1');
    await usage.flush();
    expect(await platform.db.query('select route from access_usage')).toHaveLength(1);
  });

  it('that could not be written is missing, and then nothing is called unused', async () => {
    await newToken(['ban:read']);
    await usage.flush();
    platform.advance(31 * DAY_MS);
    await platform.db.query('alter table access_usage rename to access_usage_away');
    visited('/orders/1');
    await usage.flush();
    await platform.db.query('alter table access_usage_away rename to access_usage');
    // Nobody lost it: it is written with the next.
    expect((await advisor.show(30)).incomplete).toBe(false);
    await platform.db.query('update access_usage_day set lost = 1');
    expect(await advisor.show(30)).toMatchObject({ incomplete: true, proposals: [] });
  });

  it('for less time than the window makes every proposal young, which only its id applies', async () => {
    const { view, principal } = await newToken(['ban:read', 'ban:write']);
    await access.api.decide(principal, 'ban:read', 'GET');
    const { proposals } = await advisor.show(30);
    expect(proposals.every(({ young }) => young)).toBe(true);
    await expect(advisor.apply(anything)).rejects.toMatchObject({ code: 'advice-missing' });
    expect((await advisor.apply({ ...anything, ids: [`token.${view.id}`] })).batch.items).toHaveLength(1);
  });
});
