import type { AccessDecision, Permission } from '@holdfast/contract';
import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../platform/log.ts';
import { createApiAccess, type ApiAccess } from './api-access.ts';
import { readPolicies } from './cedar/read-policies.ts';
import { createDecisions } from './decisions.ts';
import type { Principal } from './principal.ts';
import { permissionsOf } from './roles.ts';

let text: string | null;
let isAway: boolean;
let now: number;
let told: AccessDecision[];
let access: ApiAccess;

beforeEach(() => {
  text = null;
  isAway = false;
  now = 0;
  told = [];
  const decisions = createDecisions();
  decisions.onDecision((decision) => void told.push(decision));
  access = createApiAccess({
    decisions,
    log: silentLog,
    clock: { now: () => now, monotonicMs: () => now },
    policies: {
      async ready() {
        if (isAway) throw new Error('the database is away');
        if (text === null) return null;
        const reading = readPolicies(text, 'api');
        if (reading.kind === 'faulty') throw new Error(JSON.stringify(reading.faults));
        return reading.set;
      },
    },
  });
});

const person = (role: string | null, groups: readonly string[] = [], isElevated = false): Principal => ({
  actor: { kind: 'operator', ref: 'person:P' },
  permissions: permissionsOf(role),
  session: { id: 'S', person: 'P', name: 'p', role, groups, expiresAt: 1, elevatedUntil: null, isElevated },
});
const token = (...permissions: Permission[]): Principal => ({
  actor: { kind: 'token', ref: 'T' },
  permissions: new Set(permissions),
  account: { id: 'A', name: 'ci' },
});
const host: Principal = { actor: { kind: 'operator', ref: 'host:0' }, permissions: 'all' };
const ask = async (who: Principal, permission: Permission): Promise<string> => access.decide(who, permission, 'GET');

function accept(policies: string): void {
  text = policies;
  access.forget();
}

describe('a call of the API', () => {
  it('is decided by the role, or by what is written on the token, while nothing is added', async () => {
    expect(await ask(person('analyst'), 'ban:write')).toBe('allowed');
    expect(await ask(person('analyst'), 'person:write')).toBe('missing');
    expect(await ask(person(null), 'system:read')).toBe('missing');
    expect(await ask(token('ban:read'), 'ban:read')).toBe('allowed');
    expect(await ask(token('ban:read'), 'ban:write')).toBe('missing');
    expect(await ask(host, 'backup:write')).toBe('allowed');
  });

  it('can be permitted to a group, and forbidden to whoever has the right', async () => {
    accept(`
      @id("reviewers") permit(principal in Group::"reviewers", action == Action::"audit:read", resource);
      @id("calm") forbid(principal, action == Action::"ban:write", resource) unless { context.elevated };`);
    expect(await ask(person('developer', ['reviewers']), 'audit:read')).toBe('allowed');
    expect(await ask(person('developer'), 'audit:read')).toBe('missing');
    expect(await ask(person('analyst'), 'ban:write')).toBe('forbidden');
    expect(await ask(person('analyst', [], true), 'ban:write')).toBe('allowed');
    expect(await ask(token('ban:write'), 'ban:write')).toBe('forbidden');
  });

  it('of a token is never more than what is written on it', async () => {
    accept('@id("generous") permit(principal, action, resource);');
    expect(await ask(token('ban:read'), 'ban:read')).toBe('allowed');
    expect(await ask(token('ban:read'), 'ban:write')).toBe('missing');
    expect(await ask(person('auditor'), 'ban:write')).toBe('allowed');
  });

  it('locks neither an owner out of policies nor the host out of anything', async () => {
    accept('@id("nobody") forbid(principal, action, resource);');
    expect(await ask(person('owner'), 'policy:write')).toBe('allowed');
    expect(await ask(person('owner'), 'policy:read')).toBe('allowed');
    expect(await ask(person('owner'), 'ban:write')).toBe('forbidden');
    expect(await ask(person('administrator'), 'policy:write')).toBe('forbidden');
    expect(await ask(host, 'policy:write')).toBe('allowed');
  });

  it('is denied by a policy that cannot be evaluated', async () => {
    accept(`
      @id("sum") forbid(principal in Role::"analyst", action, resource)
      when { if context.elevated then false else 9223372036854775807 + 1 == 0 };`);
    expect(await ask(person('analyst'), 'ban:read')).toBe('forbidden');
    expect(told.at(-1)).toMatchObject({ allowed: false, errors: ['sum'] });
    expect(await ask(person('analyst', [], true), 'ban:read')).toBe('allowed');
  });

  it('is told to whoever listens: who, what, and which policies', async () => {
    accept('@id("calm") forbid(principal, action == Action::"ban:write", resource);');
    await ask(person('analyst'), 'ban:write');
    await ask(token('ban:read'), 'ban:read');
    await ask(host, 'ban:read');
    expect(told).toMatchObject([
      { principal: { kind: 'person', id: 'P' }, action: 'ban:write', application: null, allowed: false, policies: ['calm'] },
      { principal: { kind: 'service', id: 'A' }, allowed: true, policies: ['holdfast-token-scopes'] },
      { principal: { kind: 'operator', id: null }, allowed: true, policies: [] },
    ]);
  });

  it('sees within a second what another node changed, and keeps the last good set while none can be read', async () => {
    expect(await ask(person('analyst'), 'ban:write')).toBe('allowed');
    text = 'forbid(principal, action == Action::"ban:write", resource);';
    now += 1000;
    expect(await ask(person('analyst'), 'ban:write')).toBe('forbidden');
    isAway = true;
    now += 1000;
    expect(await ask(person('analyst'), 'ban:write')).toBe('forbidden');
    expect(await ask(person('analyst'), 'ban:read')).toBe('allowed');
  });

  it('is not decided at all while no set could ever be read', async () => {
    isAway = true;
    await expect(ask(person('owner'), 'ban:read')).rejects.toThrow('away');
  });
});

describe('a right', () => {
  it('is handed on by whoever has it, unless a policy takes it from them; and that is no decision about a call', async () => {
    accept('@id("calm") forbid(principal in Role::"administrator", action == Action::"ban:write", resource);');
    expect(await access.mayHandOn(person('administrator'), 'ban:read')).toBe(true);
    expect(await access.mayHandOn(person('administrator'), 'ban:write')).toBe(false);
    expect(await access.mayHandOn(person('analyst'), 'ban:write')).toBe(true);
    expect(await access.mayHandOn(token('ban:read'), 'ban:write')).toBe(false);
    expect(await access.mayHandOn(host, 'backup:write')).toBe(true);
    expect(told).toEqual([]);
  });
});
