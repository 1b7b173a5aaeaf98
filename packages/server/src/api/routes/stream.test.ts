import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApplications } from '../../domains/applications/index.ts';
import { createIdentity, createPeople, createSessions, type People, type Sessions } from '../../domains/identity/index.ts';
import { openKeyring } from '../../platform/keyring/keyring.ts';
import { silentLog } from '../../platform/log.ts';
import { openTestPlatform, type TestPlatform } from '../../platform/test-platform.ts';
import { createApi } from '../create-api.ts';
import type { ApiParts } from '../parts.ts';
import type { Api } from '../route.ts';
import { createStreams, type Streams } from '../streams/streams.ts';
import { createTestAccess } from '../test-access.ts';

const OPERATOR = { kind: 'operator', ref: 'test' } as const;
/** As over plain HTTP, which tests speak. */
const COOKIE = 'holdfast-admin';
const IDLE_MS = 15 * 60_000;

let platform: TestPlatform;
let people: People;
let sessions: Sessions;
let streams: Streams;
let api: Api;
let person = '';

beforeAll(async () => {
  platform = await openTestPlatform();
  const { db, bus, clock, dataDir } = platform;
  await mkdir(join(dataDir, 'keys'), { recursive: true });
  const keyring = await openKeyring({ dataDir });
  people = createPeople({ db, bus, clock, keyring, notify: () => undefined, endSessions: () => Promise.resolve() });
  sessions = createSessions({ db, bus, clock, keyring, findPerson: async (id) => people.find(id), limitsOf: async () => null });
  const made = await people.create(
    { name: 'ann', display: 'Ann', email: null, role: 'auditor', groups: [], mfaRequired: false },
    OPERATOR,
  );
  person = made.id;
  await db.query(`update identity_person set status = 'active'`);
}, 60_000);
afterAll(() => platform[Symbol.asyncDispose]());

beforeEach(() => {
  const { clock } = platform;
  const identity = createIdentity(platform);
  const applications = createApplications(platform);
  const audit = {
    onRecorded: () => () => undefined,
    after: async () => [],
    status: () => ({ size: 0, state: 'open', published: 0, projected: 0, lost: 0, origin: 'o' }),
  };
  const traffic = { onTick: () => () => undefined };
  streams = createStreams({ audit, traffic, clock, onSessionsEnded: (listener) => sessions.onEnded(listener) });
  const access = createTestAccess(platform, applications);
  const parts = {
    domains: { identity, applications, access },
    people: { people, sessions },
    watching: { streams, sessions, identity, clock },
    log: silentLog,
    trust: { kind: 'token' },
  };
  // Only the stream is asked for.
  api = createApi(parts as unknown as ApiParts);
});

async function signIn(): Promise<{ readonly cookie: string; readonly id: string }> {
  const request = { person, kind: 'admin', application: null, acr: 'aal2', amr: ['pwd', 'otp'], device: null } as const;
  const { token, session } = await sessions.open({ ...request, address: '127.0.0.1', userAgent: 'test' });
  return { cookie: `${COOKIE}=${token}`, id: session.id };
}
const open = async (cookie: string): Promise<Response> =>
  api.request('http://localhost:9443/api/v1/stream', { headers: { cookie, host: 'localhost:9443' } });

describe('the stream of a person who has signed in', () => {
  it('is opened with the session and ends with it', async () => {
    const { cookie, id } = await signIn();
    const response = await open(cookie);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await sessions.endOne(person, id)).toBe(true);
    expect(await response.text()).toContain('"reason":"session-ended"');
    expect(streams.count()).toBe(0);
    expect((await open(cookie)).status).toBe(401);
  });

  it('is no use of the session: who only watches is signed out like anybody who does nothing', async () => {
    const { cookie } = await signIn();
    const response = await open(cookie);
    platform.advance(IDLE_MS + 1000);
    // The stream itself finds out, at its next look.
    expect(await response.text()).toContain('"reason":"session-ended"');
    expect((await open(cookie)).status).toBe(401);
  });

  it('is not opened by a stranger', async () => {
    expect((await open(`${COOKIE}=${'A'.repeat(43)}`)).status).toBe(401);
    expect(streams.count()).toBe(0);
  });
});
