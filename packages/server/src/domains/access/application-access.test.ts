import { describe, expect, it } from 'vitest';
import { createApplicationAccess, type ApplicationAccess } from './application-access.ts';
import { VISITOR, type ApplicationCall, type Asker } from './cedar/application-request.ts';
import { readPolicies } from './cedar/read-policies.ts';

const ann: Asker = { kind: 'person', id: 'P1', role: null, groups: ['staff'], acr: 'aal2', authTime: 0 };
const CALL: ApplicationCall = {
  application: 'shop',
  asker: ann,
  method: 'GET',
  path: '/a',
  address: '192.0.2.1',
  secure: true,
  now: 0,
};

function accessBy(text: string): ApplicationAccess {
  const reading = readPolicies(text, 'application');
  if (reading.kind === 'faulty') throw new Error(JSON.stringify(reading.faults));
  return createApplicationAccess({ digest: reading.set.digest, policies: [...reading.set.policies] });
}

describe('a decision is remembered', () => {
  const young = accessBy('permit(principal, action, resource) when { context.authAge < 10 };');

  it('for five seconds and no longer', () => {
    expect(young.decide(CALL, 0).verdict.allowed).toBe(true);
    expect(young.decide({ ...CALL, now: 60_000 }, 4999).verdict.allowed).toBe(true);
    expect(young.decide({ ...CALL, now: 60_000 }, 5000).verdict.allowed).toBe(false);
  });

  it.each<[string, Partial<ApplicationCall>]>([
    ['person', { asker: { ...ann, id: 'P2' } }],
    ['group', { asker: { ...ann, groups: [] } }],
    ['role', { asker: { ...ann, role: 'owner' } }],
    ['assurance', { asker: { ...ann, acr: 'aal1' } }],
    ['time of proof', { asker: { ...ann, authTime: -20_000 } }],
    ['kind of asker', { asker: { ...VISITOR, id: 'P1' } }],
    ['method', { method: 'POST' }],
    ['path', { path: '/b' }],
    ['address', { address: '192.0.2.2' }],
    ['transport', { secure: false }],
  ])('not for another %s', (_what, change) => {
    const only = `permit(principal == Person::"P1", action == Action::"GET", resource in Route::"/a")
      when { principal in Group::"staff" && context.acr == "aal2" && context.secure && context.authAge < 10
        && context.address == ip("192.0.2.1") } unless { principal in Role::"owner" };`;
    const access = accessBy(only);
    expect(access.decide(CALL, 0).verdict.allowed).toBe(true);
    expect(access.decide({ ...CALL, ...change }, 1).verdict.allowed).toBe(false);
    expect(access.decide(CALL, 2).verdict.allowed).toBe(true);
  });

  it('not when it failed, and not for what is too long to keep', () => {
    const access = accessBy('permit(principal, action, resource) when { context.authAge < 10 };');
    expect(access.decide({ ...CALL, address: 'nonsense' }, 0).verdict.why).toBe('failed');
    const path = `/${'a'.repeat(4000)}`;
    expect(access.decide({ ...CALL, path }, 0).verdict.allowed).toBe(true);
    expect(access.decide({ ...CALL, path, now: 60_000 }, 1).verdict.allowed).toBe(false);
  });

  it('in a bounded number: the oldest is forgotten', () => {
    const access = accessBy('permit(principal, action, resource) when { context.authAge < 10 };');
    access.decide(CALL, 0);
    for (let index = 0; index < 5000; index += 1) access.decide({ ...CALL, path: `/${index}`, asker: VISITOR }, 0);
    expect(access.decide({ ...CALL, now: 60_000 }, 1).verdict.allowed).toBe(false);
  });
});
