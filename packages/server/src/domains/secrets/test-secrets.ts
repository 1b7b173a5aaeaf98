import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { SecretRef } from '@holdfast/contract';
import { createAccess } from '../access/index.ts';
import { createApplications } from '../applications/index.ts';
import { openKeyring } from '../../platform/keyring/keyring.ts';
import { silentLog } from '../../platform/log.ts';
import { openTestPlatform, type TestPlatform } from '../../platform/test-platform.ts';
import { createSecrets, type SecretsDomain } from './create-secrets.ts';
import type { SecretCaller } from './secrets.ts';

export interface TestSecrets extends SecretsDomain, AsyncDisposable {
  readonly platform: TestPlatform;
}

/** The operator of the host, who may everything. */
export const HOST: SecretCaller = {
  principal: { actor: { kind: 'operator', ref: 'host:0' }, permissions: 'all' },
  purpose: 'testing',
  via: 'api',
};
export const at = (name: string, environment = 'production'): SecretRef => ({ application: 'shop', environment, name });

/** For tests: secrets of one application, `shop`, on a platform of their own. */
export async function openTestSecrets(): Promise<TestSecrets> {
  const platform = await openTestPlatform();
  const applications = createApplications(platform);
  await applications.applyDeclared([{ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:3000' }]);
  await mkdir(path.join(platform.dataDir, 'keys'));
  const keyring = await openKeyring({ dataDir: platform.dataDir });
  const nobody = { list: async () => ({ items: [], next: null }), find: async () => null, findByName: async () => null };
  const directory = { people: nobody, accounts: nobody };
  const access = createAccess({ ...platform, log: silentLog, applications, directory });
  const domain = createSecrets({ ...platform, keyring, applications, access });
  return { ...domain, platform, [Symbol.asyncDispose]: async () => platform[Symbol.asyncDispose]() };
}
