import { applicationSchema, gatewayLimitsSchema } from '@holdfast/contract';
import { createHash } from 'node:crypto';
import { silentLog } from '../../platform/log.ts';
import { openTestPlatform, type TestPlatform } from '../../platform/test-platform.ts';
import { createApplications, type Actor, type Applications } from '../applications/index.ts';
import { createProtection, type Protection, type ProtectionVault } from '../protection/index.ts';

/** Hides enough for a test to see whether something is hidden. */
const testVault: ProtectionVault = {
  pseudonym: (text) => createHash('sha256').update(text).digest('hex'),
  seal: (text) => Buffer.from(text).toString('base64'),
  open: (sealed) => Buffer.from(sealed, 'base64').toString(),
};
const OPERATOR: Actor = { kind: 'operator', ref: 'host:0' };

export interface ProtectedStand extends AsyncDisposable {
  readonly platform: TestPlatform;
  readonly applications: Applications;
  protection(): Protection;
  /** As after a restart of the process. */
  restart(): Promise<void>;
}

/** For tests of what changes protection: the domain on the embedded database with one application. */
export async function openProtectedStand(upstream = 'http://127.0.0.1:3000'): Promise<ProtectedStand> {
  const platform = await openTestPlatform();
  const applications = createApplications(platform);
  await applications.create(applicationSchema.parse({ id: 'shop', name: 'Shop', upstream }), { actor: OPERATOR });
  const open = (): Protection =>
    createProtection({
      ...platform,
      applications,
      log: silentLog,
      trustedHops: 0,
      contact: null,
      vault: testVault,
      limits: gatewayLimitsSchema.parse({}),
      keyMaterial: () => ({
        certificates: [],
        challenges: [],
        alpnCertificates: [],
        ticketKeys: null,
        identityKeys: [],
        visitorKey: 'ab'.repeat(32),
      }),
    });
  let protection = open();
  return {
    platform,
    applications,
    protection: () => protection,
    async restart() {
      await protection[Symbol.asyncDispose]();
      protection = open();
    },
    async [Symbol.asyncDispose]() {
      await protection[Symbol.asyncDispose]();
      await platform[Symbol.asyncDispose]();
    },
  };
}
