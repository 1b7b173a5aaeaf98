import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Answer, Ask } from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  createSessions,
  limitsOfLogin,
  toGatewaySession,
  type Sessions,
} from '../../../packages/server/src/domains/identity/index.ts';
import { openKeyring } from '../../../packages/server/src/platform/keyring/keyring.ts';
import { openTestPlatform, type TestPlatform } from '../../../packages/server/src/platform/test-platform.ts';
import { startEchoUpstream, type EchoUpstream } from '../../support/echo-upstream.ts';
import { hashOf, newIdentityKey, PERSON } from '../../support/identity-stand.ts';
import { startTestGateway, testSnapshot, type TestGateway } from '../../support/test-gateway.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const request = {
  person: PERSON,
  kind: 'application',
  application: 'echo',
  acr: 'aal2',
  amr: ['pwd', 'otp'],
  device: null,
  address: '203.0.113.7',
  userAgent: 'test',
} as const;

/** Two control planes on one database, each with a gateway of its own. Nothing tells the second what the first ends. */
let platform: TestPlatform;
let upstream: EchoUpstream;
let nodes: { readonly sessions: Sessions; readonly gateway: TestGateway }[];
let isDatabaseAway = false;
beforeAll(async () => {
  platform = await openTestPlatform();
  await mkdir(join(platform.dataDir, 'keys'), { mode: 0o700 });
  upstream = await startEchoUpstream();
  const { db, bus, clock, dataDir } = platform;
  const keyring = await openKeyring({ dataDir });
  const login = { mode: 'required', mfa: true, idleMinutes: 30, absoluteHours: 12, sessionsMax: 5 } as const;
  const snapshot = testSnapshot({ upstream: upstream.url, hosts: [], login }, { identityKeys: [newIdentityKey('key', 0)] });
  const startNode = async () => {
    const sessions = createSessions({
      db,
      bus,
      clock,
      keyring,
      async findPerson(id) {
        if (isDatabaseAway) throw new Error('the database of this test is away');
        const [row] = await db.query<{ name: string; status: string }>('select name, status from identity_person where id = $1', [
          id,
        ]);
        return row === undefined ? null : { id, ...row, display: row.name, email: null, role: null, groups: [] };
      },
      limitsOf: () => Promise.resolve(limitsOfLogin(login)),
    });
    const onAsk = async (ask: Ask): Promise<Answer> => {
      if (ask.kind !== 'session') return { kind: 'failed' };
      const view = await sessions.check(ask.hash, { kind: 'application', application: ask.application });
      return { kind: 'session', session: view === null ? null : toGatewaySession(view) };
    };
    const gateway = await startTestGateway(snapshot, { onAsk, clock });
    sessions.onEnded((hashes) => gateway.link.endSessions(hashes));
    return { sessions, gateway };
  };
  nodes = [await startNode(), await startNode()];
});
afterAll(async () => {
  for (const { gateway } of nodes) await gateway[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
});
beforeEach(async () => {
  isDatabaseAway = false;
  await platform.db.query('delete from identity_person');
  await platform.db.query(
    `insert into identity_person (id, name, display, status, created_at, created_by) values ($1, 'ann', 'Ann', 'active', 0, 'test')`,
    [PERSON],
  );
});

const at = (index: number) => {
  const node = nodes[index];
  if (node === undefined) throw new Error('assertion: there are two nodes');
  return node;
};
async function statusAt(index: number, token: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${at(index).gateway.plainPort}/`, { headers: { cookie: `holdfast=${token}` } });
  await answer.arrayBuffer();
  return answer.status;
}
const everywhere = async (token: string): Promise<number[]> => [await statusAt(0, token), await statusAt(1, token)];

describe('a session on two nodes', () => {
  test('revoked at one is refused there at once, and at the other within ten seconds although nobody tells it', async () => {
    const { token } = await at(0).sessions.open(request);
    expect(await everywhere(token)).toEqual([200, 200]);
    await at(0).sessions.end(hashOf(token), 'revoked');
    expect(await statusAt(0, token)).toBe(401);
    platform.advance(10 * SECOND);
    expect(await everywhere(token)).toEqual([401, 401]);
  });

  test('lives while it is used at either, and dies of idleness and of age at both', async () => {
    const { token } = await at(0).sessions.open(request);
    for (let minutes = 0; minutes < 12 * 60; minutes += 20) {
      expect(await statusAt((minutes / 20) % 2, token)).toBe(200);
      platform.advance(20 * MINUTE);
    }
    expect(await everywhere(token)).toEqual([401, 401]);
    const { token: idle } = await at(1).sessions.open(request);
    expect(await everywhere(idle)).toEqual([200, 200]);
    platform.advance(31 * MINUTE);
    expect(await everywhere(idle)).toEqual([401, 401]);
  });

  test('of a disabled person ends at both, and a step-up leaves only the new token', async () => {
    const { token } = await at(0).sessions.open(request);
    expect(await everywhere(token)).toEqual([200, 200]);
    const elevated = await at(0).sessions.elevate(hashOf(token), { acr: 'aal2', amr: ['hwk'] });
    expect(await statusAt(0, token)).toBe(401);
    const fresh = elevated?.token ?? '';
    expect(await everywhere(fresh)).toEqual([200, 200]);
    await platform.db.query(`update identity_person set status = 'disabled' where id = $1`, [PERSON]);
    platform.advance(10 * SECOND);
    expect(await everywhere(fresh)).toEqual([401, 401]);
  });

  test('is refused by 503, not answered as a stranger, when the database goes away', async () => {
    const { token } = await at(0).sessions.open(request);
    expect(await statusAt(0, token)).toBe(200);
    isDatabaseAway = true;
    expect(await statusAt(0, token)).toBe(200);
    platform.advance(10 * SECOND);
    expect(await everywhere(token)).toEqual([503, 503]);
    isDatabaseAway = false;
    expect(await everywhere(token)).toEqual([200, 200]);
  });

  test('a copy of the database opens nothing', async () => {
    const { token } = await at(0).sessions.open(request);
    const rows = await platform.db.query<Record<string, unknown>>('select * from identity_session where ended_at is null');
    for (const value of rows.flatMap((row) => Object.values(row))) {
      if (typeof value === 'string' && /^[\w-]+$/u.test(value)) expect(await statusAt(0, value)).toBe(401);
    }
    expect(JSON.stringify(rows)).not.toContain(token);
  });
});

test('break-glass lets nobody in who has not signed in', async () => {
  at(0).gateway.push({ bypassUntil: platform.clock.now() + 60 * MINUTE });
  expect(await statusAt(0, 'A'.repeat(43))).toBe(401);
  at(0).gateway.push({ bypassUntil: null });
});
