import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Permission, SecretRef } from '@holdfast/contract';
import { openKeyring, type Keyring } from '../../platform/keyring/keyring.ts';
import { silentLog } from '../../platform/log.ts';
import { openTestPlatform, type TestPlatform } from '../../platform/test-platform.ts';
import { createAccess, permissionsOf, type Access, type Principal } from '../access/index.ts';
import { createApplications, type Applications } from '../applications/index.ts';
import { createIdentity, type Identity } from '../identity/index.ts';
import { createSecrets, type SecretsDomain } from './create-secrets.ts';
import type { SecretCaller } from './secrets.ts';

export interface TestSecrets extends SecretsDomain, AsyncDisposable {
  readonly platform: TestPlatform;
  readonly access: Access;
  readonly applications: Applications;
  readonly identity: Identity;
  readonly keyring: Keyring;
}

/** The operator of the host, who may everything. */
export const HOST: SecretCaller = {
  principal: { actor: { kind: 'operator', ref: 'host:0' }, permissions: 'all' },
  purpose: 'testing',
  via: 'api',
};
export const at = (name: string, environment = 'production'): SecretRef => ({ application: 'shop', environment, name });

export const calling = (principal: Principal, purpose = 'testing'): SecretCaller => ({ principal, purpose, via: 'api' });

/** A person in a browser who has signed in with two factors. */
export function person(
  role: string | null,
  { groups = [], isElevated = false, id = 'P' }: { groups?: string[]; isElevated?: boolean; id?: string } = {},
): Principal {
  const session = { id: 'S', person: id, name: 'p', role, groups, expiresAt: 1, elevatedUntil: null, isElevated };
  return { actor: { kind: 'operator', ref: `person:${id}` }, permissions: permissionsOf(role), session };
}

/** A program with a token of this account that carries these permissions. */
export const program = (account: { id: string; name: string }, ...permissions: Permission[]): Principal => ({
  actor: { kind: 'token', ref: `token-of-${account.id}` },
  permissions: new Set(permissions),
  account,
});

/** For tests: secrets of one application, `shop`, on a platform of their own. */
export async function openTestSecrets(): Promise<TestSecrets> {
  const platform = await openTestPlatform();
  const applications = createApplications(platform);
  await applications.applyDeclared([{ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:3000' }]);
  await mkdir(path.join(platform.dataDir, 'keys'));
  const keyring = await openKeyring({ dataDir: platform.dataDir, now: () => platform.clock.now() });
  const identity = createIdentity(platform);
  const nobody = { list: async () => ({ items: [], next: null }), find: async () => null, findByName: async () => null };
  const directory = { people: nobody, accounts: identity.accounts };
  const access = createAccess({ ...platform, log: silentLog, applications, directory });
  const domain = createSecrets({ ...platform, keyring, applications, access });
  return {
    ...domain,
    platform,
    access,
    applications,
    identity,
    keyring,
    [Symbol.asyncDispose]: async () => platform[Symbol.asyncDispose](),
  };
}
