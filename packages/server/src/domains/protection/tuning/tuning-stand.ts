import {
  applicationSchema,
  gatewayLimitsSchema,
  type EventRecord,
  type RecordedFinding,
  type RequestCompleted,
} from '@holdfast/contract';
import { createHash } from 'node:crypto';
import { silentLog } from '../../../platform/log.ts';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import { createUlid } from '../../../platform/ulid.ts';
import { createApplications, type Actor, type Applications } from '../../applications/index.ts';
import type { Vault } from './vault.ts';
import { createProtection, type Protection } from '../index.ts';

/** Hides enough for a test to see whether something is hidden. */
export const testVault: Vault = {
  pseudonym: (text) => createHash('sha256').update(text).digest('hex'),
  seal: (text) => Buffer.from(text).toString('base64'),
  open: (sealed) => Buffer.from(sealed, 'base64').toString(),
};

export const operator: Actor = { kind: 'operator', ref: 'host:0' };

export interface Stand extends AsyncDisposable {
  readonly platform: TestPlatform;
  readonly applications: Applications;
  /** As after a restart of the process. */
  restart(): Promise<void>;
  protection(): Protection;
  /** One request as the gateway records it. */
  request(parts?: RequestParts): EventRecord;
  /** So many of them, observed. */
  see(count: number, parts?: RequestParts): void;
}

export interface RequestParts {
  readonly address?: string;
  readonly path?: string;
  readonly method?: string;
  readonly status?: number;
  readonly mode?: RequestCompleted['mode'];
  readonly outcome?: EventRecord['outcome'];
  readonly findings?: readonly Partial<RecordedFinding>[];
  readonly reason?: string;
  readonly steps?: RequestCompleted['steps'];
}

export const FINDING: RecordedFinding = {
  rule: 'xss.handler',
  group: 'xss',
  confidence: 0.95,
  location: 'form',
  name: 'body',
  chain: [],
  sample: '<img onerror=x>',
  why: 'an event handler',
  context: null,
  blocks: true,
  exception: null,
};

/** For tests of tuning: the domain on the embedded database with one application, and requests as the gateway tells them. */
export async function openTuningStand(): Promise<Stand> {
  const platform = await openTestPlatform();
  const applications = createApplications(platform);
  const shop = applicationSchema.parse({ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:3000' });
  await applications.create(shop, { actor: operator });
  const open = (): Protection =>
    createProtection({
      ...platform,
      applications,
      log: silentLog,
      trustedHops: 0,
      contact: null,
      vault: testVault,
      limits: gatewayLimitsSchema.parse({}),
      keyMaterial: () => ({ certificates: [], challenges: [], alpnCertificates: [], ticketKeys: null, identityKeys: [] }),
    });
  let protection = open();
  const newId = createUlid({ clock: platform.clock, random: (bytes) => Buffer.alloc(bytes, 7) });
  const request = (parts: RequestParts = {}): EventRecord => {
    const { address = '203.0.113.1', path = '/', method = 'GET', status = 200, mode = 'monitor', findings = [] } = parts;
    const steps = [...(parts.steps ?? [])];
    const payload = {
      address,
      path,
      method,
      status,
      mode,
      steps,
      findings: findings.map((finding) => ({ ...FINDING, ...finding })),
    };
    return {
      id: newId(),
      type: 'request.completed',
      version: 1,
      time: platform.clock.now(),
      node: 'test',
      tenant: 'default',
      severity: 'info',
      actor: { kind: 'visitor', ref: '' },
      application: 'shop',
      target: path,
      outcome: parts.outcome ?? (findings.length === 0 ? 'allowed' : 'recorded'),
      reason: parts.reason ?? null,
      requestId: '7Q2KXW3M9ABC',
      trace: null,
      subject: address,
      payload,
    };
  };
  return {
    platform,
    applications,
    protection: () => protection,
    async restart() {
      await protection[Symbol.asyncDispose]();
      protection = open();
    },
    request,
    see(count, parts) {
      for (let index = 0; index < count; index += 1) protection.observe(request(parts));
    },
    async [Symbol.asyncDispose]() {
      await protection[Symbol.asyncDispose]();
      await platform[Symbol.asyncDispose]();
    },
  };
}
