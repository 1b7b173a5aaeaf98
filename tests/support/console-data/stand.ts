import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { applicationSchema, gatewayLimitsSchema, PERMISSIONS } from '@holdfast/contract';
import { createOverview } from '../../../packages/server/src/api/overview/overview.ts';
import { createTestAccess } from '../../../packages/server/src/api/test-access.ts';
import { createApi } from '../../../packages/server/src/api/create-api.ts';
import type { ApiParts, AuditPort, PeoplePort } from '../../../packages/server/src/api/parts.ts';
import { serveApi } from '../../../packages/server/src/api/serve.ts';
import { createStreams } from '../../../packages/server/src/api/streams/streams.ts';
import { createApplications } from '../../../packages/server/src/domains/applications/index.ts';
import { createTraffic } from '../../../packages/server/src/domains/audit/index.ts';
import type { Projection } from '../../../packages/server/src/domains/audit/projection/projection.ts';
import { createQueries } from '../../../packages/server/src/domains/audit/projection/queries.ts';
import { RequestJournal } from '../../../packages/server/src/domains/audit/projection/request-journal.ts';
import { createSearchKeys } from '../../../packages/server/src/domains/audit/search/search-keys.ts';
import type { SegmentLog } from '../../../packages/server/src/domains/audit/segments/segment-log.ts';
import { createIdentity, createPeople, createSessions } from '../../../packages/server/src/domains/identity/index.ts';
import { createProtection } from '../../../packages/server/src/domains/protection/index.ts';
import { createBus } from '../../../packages/server/src/platform/bus/bus.ts';
import { systemClock as clock } from '../../../packages/server/src/platform/clock.ts';
import type { Database } from '../../../packages/server/src/platform/db/database.ts';
import { openKeyring } from '../../../packages/server/src/platform/keyring/keyring.ts';
import { openSubjectKeys, type SubjectKeys } from '../../../packages/server/src/platform/keyring/subject-keys.ts';
import { silentLog, type Log } from '../../../packages/server/src/platform/log.ts';
import { ORIGIN } from './fill.ts';

/** What fails here is a defect of the bench or of what it measures. */
const log: Log = { ...silentLog, error: (fields: object, message: string) => console.error(message, fields) };
const OPERATOR = { kind: 'operator', ref: 'bench' } as const;

export interface Keys {
  readonly keyring: Awaited<ReturnType<typeof openKeyring>>;
  readonly subjectKeys: SubjectKeys;
}

export async function openKeys(dataDir: string): Promise<Keys> {
  await mkdir(path.join(dataDir, 'keys'), { recursive: true });
  const keyring = await openKeyring({ dataDir });
  return { keyring, subjectKeys: await openSubjectKeys({ dataDir, keyring }) };
}

export interface Stand extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
}

/** The admin API over HTTP on a filled database: the queries, services and routes of the product, without a ledger behind them. */
export async function openStand(db: Database, { keyring, subjectKeys }: Keys): Promise<Stand> {
  const bus = createBus({ db, clock, log, node: 'bench' });
  bus.attachRecorder({ append: () => Promise.resolve({ index: 0 }) });
  const applications = createApplications({ db, bus, clock });
  for (const id of ['shop', 'api', 'blog', 'old'])
    await applications.create(applicationSchema.parse({ id, name: id, hosts: [`${id}.test`], upstream: 'http://127.0.0.1:9' }), {
      actor: OPERATOR,
    });
  const vault = { pseudonym: (text: string) => text, seal: (text: string) => text, open: (text: string) => text };
  const access = createTestAccess({ db, bus, clock }, applications);
  const base = { db, bus, clock, log };
  const protection = createProtection({
    ...base,
    applications,
    access,
    vault,
    trustedHops: 0,
    contact: null,
    limits: gatewayLimitsSchema.parse({}),
    keyMaterial: () => ({ certificates: [], challenges: [], alpnCertificates: [], ticketKeys: null, identityKeys: [] }),
  });
  const identity = createIdentity({ db, bus, clock });
  const people = createPeople({ db, bus, clock, keyring, notify: () => undefined, endSessions: () => Promise.resolve() });
  const sessions = createSessions({
    db,
    bus,
    clock,
    keyring,
    findPerson: async (id) => people.find(id),
    limitsOf: async () => null,
  });
  const traffic = createTraffic({ db, clock, log, origin: ORIGIN, routes: { ...vault, fold: (text) => text } });
  // Everything has a row here; nothing is on its way.
  const caughtUp = { lag: 0, isBehindForTrouble: false } as Projection;
  const hmac = (text: string): string => Buffer.from(text.padEnd(6, '.')).subarray(0, 6).toString('hex');
  const queries = createQueries({
    db,
    log,
    origin: ORIGIN,
    segments: {} as SegmentLog,
    projection: caughtUp,
    journals: { allowed: new RequestJournal(10), decided: new RequestJournal(10) },
    decrypt: (value) => subjectKeys.decrypt(value),
    searchKeys: createSearchKeys(hmac, (value) => subjectKeys.decrypt(value)),
    pseudonym: (address) => subjectKeys.pseudonym(address),
    monotonicMs: () => clock.monotonicMs(),
  });
  const status = () => ({ size: 1, state: 'open', published: 1, projected: 1, lost: 0, origin: ORIGIN });
  // What needs the files of a ledger is not asked here: its cost does not depend on SQL.
  const audit = { ...queries, status, onRecorded: () => () => undefined } as unknown as AuditPort &
    typeof queries & { status: typeof status; onRecorded: () => () => void };
  const watching = {
    traffic,
    sessions,
    identity,
    clock,
    overview: createOverview({ applications, identity, people, protection, audit, traffic, certificates: () => [], clock }),
    streams: createStreams({ audit, traffic, clock, onSessionsEnded: () => undefined }),
  };
  const port = { people, sessions } as unknown as PeoplePort;
  // The routes of these parts are those that are measured.
  const parts = { domains: { applications, identity, protection, audit, access }, people: port, watching, system: {}, log };
  const api = createApi({ ...(parts as unknown as ApiParts), trust: { kind: 'token' } });
  const served = await serveApi(api, { kind: 'tcp', host: '127.0.0.1', port: 0, tls: null });
  const { token } = await identity.createToken({ name: 'bench', permissions: [...PERMISSIONS], days: 1 }, OPERATOR);
  return {
    url: `http://${served.address}`,
    token,
    async [Symbol.asyncDispose]() {
      await served.close();
      await protection[Symbol.asyncDispose]();
      await bus.close();
    },
  };
}
