import { gatewayLimitsSchema } from '@holdfast/contract';
import { createApplications, type Applications } from '../domains/applications/index.ts';
import { createIdentity, type Identity } from '../domains/identity/index.ts';
import { createProtection, type Protection } from '../domains/protection/index.ts';
import { silentLog as log } from '../platform/log.ts';
import type { TestPlatform } from '../platform/test-platform.ts';
import { createApi } from './create-api.ts';
import type { ApiParts } from './parts.ts';
import type { Api } from './route.ts';
import { createTestAccess } from './test-access.ts';

interface TestApi {
  readonly identity: Identity;
  readonly protection: Protection;
  readonly api: Api;
}

/** For tests of routes: the API over tokens, on a platform where nothing is served. */
export function createTestApi(
  platform: TestPlatform,
  { applications = createApplications(platform), ...more }: Partial<ApiParts> & { readonly applications?: Applications } = {},
): TestApi {
  const identity = createIdentity(platform);
  const protection = createProtection({
    ...platform,
    applications,
    log,
    trustedHops: 0,
    contact: null,
    vault: { pseudonym: (text) => text, seal: (text) => text, open: (text) => text },
    limits: gatewayLimitsSchema.parse({}),
    keyMaterial: () => ({ certificates: [], challenges: [], alpnCertificates: [], ticketKeys: null, identityKeys: [] }),
  });
  // Neither the ledger nor the process is asked by these routes.
  const { audit, system } = {} as { audit: ApiParts['domains']['audit']; system: ApiParts['system'] };
  const domains = { applications, identity, access: createTestAccess(platform, applications), protection, audit };
  const api = createApi({ domains, system, log, trust: { kind: 'token' }, ...more });
  return { identity, protection, api };
}
