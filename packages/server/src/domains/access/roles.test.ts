import { PERMISSIONS } from '@holdfast/contract';
import { describe, expect, it, test } from 'vitest';
import { isSensitive, may, mayAdminister, permissionsOf, type Principal } from './index.ts';

const ROLES = ['owner', 'administrator', 'analyst', 'auditor', 'developer'] as const;
const person = (role: string | null): Principal => ({
  actor: { kind: 'operator', ref: 'person:P' },
  permissions: permissionsOf(role),
  session: { id: 'S', person: 'P', name: 'p', role, groups: [], expiresAt: 1, elevatedUntil: null, isElevated: false },
});

describe('a role', () => {
  it('of an owner may everything, that of nobody nothing', () => {
    expect([...permissionsOf('owner')]).toEqual(PERMISSIONS);
    for (const none of [null, '', 'root', 'constructor', '__proto__']) expect(permissionsOf(none).size).toBe(0);
  });

  it('of an auditor reads all and writes nothing', () => {
    for (const permission of PERMISSIONS) expect(may(person('auditor'), permission)).toBe(permission.endsWith(':read'));
  });

  test.each([
    ['administrator', 'person:write', true],
    ['administrator', 'backup:write', false],
    ['administrator', 'audit:write', false],
    ['analyst', 'ban:write', true],
    ['analyst', 'person:write', false],
    ['analyst', 'token:write', false],
    ['analyst', 'mode:write', false],
    ['developer', 'schema:write', true],
    ['developer', 'person:read', false],
    ['developer', 'audit:read', false],
    ['developer', 'policy:read', true],
    ['developer', 'policy:write', false],
    ['analyst', 'policy:write', false],
    ['administrator', 'policy:write', true],
  ] as const)('%s may %s: %s', (role, permission, expected) => {
    expect(may(person(role), permission)).toBe(expected);
  });
});

describe('people with a role', () => {
  it('are administered by owners, or by administrators as long as they are no owners', () => {
    const able = (by: Principal): readonly string[] => ROLES.filter((role) => mayAdminister(by, role));
    expect(able(person('owner'))).toEqual(ROLES);
    expect(able(person('administrator'))).toEqual(ROLES.slice(1));
    for (const role of ['analyst', 'auditor', 'developer', null]) expect(able(person(role))).toEqual([]);
  });

  it('are not made by tokens, which stand for nobody; users of applications are', () => {
    const token: Principal = { actor: { kind: 'token', ref: 'T' }, permissions: new Set(['person:write']) };
    expect(ROLES.filter((role) => mayAdminister(token, role))).toEqual([]);
    expect(mayAdminister(token, null)).toBe(true);
  });

  it('are all in the hands of the operator of the host', () => {
    const host: Principal = { actor: { kind: 'operator', ref: 'host:0' }, permissions: 'all' };
    expect(ROLES.every((role) => mayAdminister(host, role))).toBe(true);
  });
});

it('asks for a confirmation where a way in or past the protection would open, and nowhere else', () => {
  expect(PERMISSIONS.filter(isSensitive)).toEqual([
    'application:write',
    'bypass:write',
    'mode:write',
    'upload:release',
    'channel:write',
    'incident:approve',
    'playbook:write',
    'recovery:write',
    'audit:write',
    'token:write',
    'account:write',
    'person:write',
    'policy:write',
    'secret:write',
    'secret:rotate',
    'transit:write',
    'key:write',
    'backup:write',
  ]);
});
