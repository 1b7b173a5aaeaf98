import { PERMISSIONS, type Permission } from '@holdfast/contract';
import type { Role } from '../identity/index.ts';

/** What leaves the house whole, or decides what opens it. */
const OWNERS_ONLY: ReadonlySet<Permission> = new Set(['backup:write', 'audit:write', 'key:write']);
const reading = PERMISSIONS.filter((permission) => permission.endsWith(':read'));

/** What each role may do. An owner may all; nobody else may change who the owners are (`mayGive`). */
const PERMISSIONS_OF: Readonly<Record<Role, readonly Permission[]>> = {
  owner: PERMISSIONS,
  administrator: PERMISSIONS.filter((permission) => !OWNERS_ONLY.has(permission)),
  /** Answers attacks: bans, exceptions and what is learned, but neither applications nor people. */
  analyst: [
    ...reading,
    'ban:write',
    'exception:write',
    'tuning:write',
    'csp:write',
    'schema:write',
    'session:write',
    'upload:write',
    'patch:write',
    'alert:write',
    'detection:write',
    'intel:write',
    'incident:write',
    'incident:act',
    'incident:isolate',
    'incident:approve',
    'playbook:run',
  ],
  /** Sees all of it and changes nothing. */
  auditor: reading,
  /** Works on the protected application: why something was blocked, and its own schema and policy. */
  developer: [
    'application:read',
    'event:read',
    'exception:read',
    'tuning:read',
    'csp:read',
    'csp:write',
    'schema:read',
    'schema:write',
    'patch:read',
    'upload:read',
    'alert:read',
    'detection:read',
    'incident:read',
    'policy:read',
    'secret:read',
    'system:read',
  ],
};

const sets = new Map(Object.entries(PERMISSIONS_OF).map(([role, list]) => [role, new Set<Permission>(list)]));

/** For the policies that say the same (`cedar/own-policies.ts`). */
export const rightsOfRoles: ReadonlyMap<string, ReadonlySet<Permission>> = sets;

/** Of a role by its name; a name that is none may nothing. */
export function permissionsOf(role: string | null): ReadonlySet<Permission> {
  return (role === null ? undefined : sets.get(role)) ?? new Set();
}

/** Changes of these open a way in or a way past the protection: whoever is signed in confirms them (ASVS 5.0 7.5.3). */
const SENSITIVE: ReadonlySet<Permission> = new Set([
  'application:write',
  'bypass:write',
  'mode:write',
  'token:write',
  'account:write',
  'person:write',
  'audit:write',
  'backup:write',
  'policy:write',
  'upload:release',
  'channel:write',
  'secret:write',
  'secret:rotate',
  'transit:write',
  'key:write',
  'incident:approve',
  'playbook:write',
  'recovery:write',
]);

export const isSensitive = (permission: Permission): boolean => SENSITIVE.has(permission);
