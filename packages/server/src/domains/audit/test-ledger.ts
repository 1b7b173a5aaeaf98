import { protocolRejected, requestCompleted, type EventRecord, type RequestCompleted } from '@holdfast/contract';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { openKeyring } from '../../platform/keyring/keyring.ts';
import { openSubjectKeys, type SubjectKeys } from '../../platform/keyring/subject-keys.ts';
import { silentLog } from '../../platform/log.ts';
import { openTestPlatform, type TestPlatform } from '../../platform/test-platform.ts';
import { openAudit, type Audit, type AuditParts } from './index.ts';

/** For tests: the real ledger with real keys on the embedded database, in a folder of its own. */
export interface TestLedger extends AsyncDisposable {
  readonly platform: TestPlatform;
  readonly parts: AuditParts;
  readonly subjectKeys: SubjectKeys;
  audit: Audit;
  /** Closes and opens again, as a restart does. */
  reopen(between?: () => Promise<void>): Promise<void>;
}

export async function openTestLedger(settings: Partial<AuditParts['settings']> = {}): Promise<TestLedger> {
  const platform = await openTestPlatform();
  const { dataDir } = platform;
  await mkdir(path.join(dataDir, 'keys'), { recursive: true });
  const keyring = await openKeyring({ dataDir });
  const subjectKeys = await openSubjectKeys({ dataDir, keyring });
  const parts: AuditParts = {
    platform: { ...platform, dataDir, keyring, subjectKeys, log: silentLog },
    settings: { requests: 'decisions', segmentBytesMax: 64 * 1_048_576, spoolBytesMax: 256 * 1_048_576, flushMs: 2, ...settings },
    node: 'test',
    scrubsByItself: false,
  };
  const ledger: TestLedger = {
    platform,
    parts,
    subjectKeys,
    audit: await openAudit(parts),
    async reopen(between) {
      await ledger.audit.close();
      await between?.();
      ledger.audit = await openAudit(parts);
    },
    async [Symbol.asyncDispose]() {
      await ledger.audit.close();
      await subjectKeys.close();
      await platform[Symbol.asyncDispose]();
    },
  };
  return ledger;
}

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** A well-formed id from a number. */
export const idOf = (number: number, length: number): string =>
  Array.from({ length }, (_, place) => ALPHABET[Math.floor(number / 32 ** (length - 1 - place)) % 32] ?? '0').join('');

export function requestEvent(
  number: number,
  fields: Partial<EventRecord> = {},
  payload: Partial<RequestCompleted> = {},
): EventRecord {
  const address = `192.0.2.${number % 250}`;
  return {
    id: idOf(number, 26),
    type: requestCompleted.type,
    version: 1,
    time: 1_790_000_000_000 + number,
    node: 'test',
    tenant: 'default',
    severity: 'medium',
    actor: { kind: 'visitor', ref: '' },
    application: 'shop',
    target: '/search/jane-doe',
    outcome: 'blocked',
    reason: 'sqli',
    requestId: idOf(number, 12),
    trace: null,
    subject: address,
    ...fields,
    payload: {
      address,
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
      method: 'GET',
      host: 'shop.test',
      path: '/search/jane-doe',
      query: `q=1' OR 1=1 --&n=${number}`,
      protocol: 'http/1.1',
      status: 403,
      problem: 'request-blocked',
      mode: 'enforce',
      requestBytes: 312,
      responseBytes: 1500,
      durationUs: 812,
      upstreamUs: 0,
      score: 0.97,
      findings: [
        {
          rule: 'sqli-tautology',
          group: 'sqli',
          confidence: 0.97,
          location: 'query',
          name: 'q',
          chain: ['percent'],
          sample: "1' OR 1=1 --",
          why: 'a condition that is always true follows a closed string',
          exception: null,
        },
      ],
      steps: [{ step: 'inspect', verdict: 'block', detail: 'sqli 0.97' }],
      snapshot: 3,
      masked: null,
      ...payload,
    },
  };
}

export const rejectEvent = (number: number): EventRecord => ({
  ...requestEvent(number),
  type: protocolRejected.type,
  target: null,
  payload: { address: `192.0.2.${number % 250}`, rule: 'te-with-cl', status: 400, protocol: 'http/1.1', count: 1 },
});
