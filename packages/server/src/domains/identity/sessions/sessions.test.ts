import { ulidSchema } from '@holdfast/contract';
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openKeyring } from '../../../platform/keyring/keyring.ts';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import { limitsOfLogin } from './limits.ts';
import { createSessions, toGatewaySession, type Sessions } from './sessions.ts';
import type { SessionRequest } from './session.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ANN = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const BOB = '01ARZ3NDEKTSV4RRFFQ69G5FAW';
const SHOP = { kind: 'application', application: 'shop' } as const;
const ADMIN = { kind: 'admin' } as const;
const ADDRESS = '203.0.113.77';
const AGENT = 'Agent of the test';

const asked: SessionRequest = {
  person: ANN,
  kind: 'application',
  application: 'shop',
  acr: 'aal2',
  amr: ['pwd', 'otp'],
  device: null,
  address: ADDRESS,
  userAgent: AGENT,
};
const admin: SessionRequest = { ...asked, kind: 'admin', application: null };
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

let platform: TestPlatform;
let sessions: Sessions;
let ended: string[];

const setStatus = async (id: string, status: string): Promise<void> =>
  void (await platform.db.query('update identity_person set status = $2 where id = $1', [id, status]));

beforeAll(async () => {
  platform = await openTestPlatform();
  await mkdir(join(platform.dataDir, 'keys'), { mode: 0o700 });
});
afterAll(() => platform[Symbol.asyncDispose]());

beforeEach(async () => {
  const { db, bus, clock, dataDir } = platform;
  await db.query('delete from identity_person');
  for (const [id, name] of [
    [ANN, 'ann'],
    [BOB, 'bob'],
  ])
    await db.query(
      `insert into identity_person (id, name, display, status, created_at, created_by) values ($1, $2, $2, 'active', 0, 'test')`,
      [id, name],
    );
  sessions = createSessions({
    db,
    bus,
    clock,
    keyring: await openKeyring({ dataDir }),
    async findPerson(id) {
      const [row] = await db.query<{ id: string; name: string; display: string; role: string | null; status: string }>(
        'select id, name, display, role, status from identity_person where id = $1',
        [id],
      );
      return row === undefined ? null : { ...row, email: `${row.name}@example.test`, groups: ['staff'] };
    },
    limitsOf: (id) =>
      Promise.resolve(id === 'shop' ? limitsOfLogin({ idleMinutes: 30, absoluteHours: 12, sessionsMax: 5 }) : null),
  });
  ended = [];
  sessions.onEnded((hashes) => void ended.push(...hashes));
  platform.recorded.length = 0;
});

const isIn = async (token: string, place: typeof SHOP | typeof ADMIN = SHOP): Promise<boolean> =>
  (await sessions.check(hashOf(token), place)) !== null;
const causes = (): unknown[] =>
  platform.recorded.filter(({ type }) => type === 'identity.session-ended').map(({ payload }) => payload['cause']);

describe('a session', () => {
  test('holds under the hash of a 256-bit token and says who it is', async () => {
    const { token, session } = await sessions.open(asked);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const view = await sessions.check(hashOf(token), SHOP);
    expect(view).toMatchObject({ id: session.id, acr: 'aal2', amr: ['pwd', 'otp'], who: { name: 'ann', groups: ['staff'] } });
    expect(ulidSchema.safeParse(session.id).success).toBe(true);
    expect(view === null ? null : toGatewaySession(view)).toMatchObject({ person: ANN, name: 'ann', email: 'ann@example.test' });
    expect(await sessions.check(hashOf('another'), SHOP)).toBeNull();
  });

  test('is good at its own application and nowhere else', async () => {
    const { token } = await sessions.open(asked);
    expect(await sessions.check(hashOf(token), { kind: 'application', application: 'blog' })).toBeNull();
    expect(await isIn(token, ADMIN)).toBe(false);
    const own = await sessions.open(admin);
    expect(await isIn(own.token, ADMIN)).toBe(true);
    expect(await isIn(own.token, SHOP)).toBe(false);
  });

  test('is not opened for an unknown application, nor for an administrator with one factor', async () => {
    await expect(sessions.open({ ...asked, application: 'gone' })).rejects.toMatchObject({ code: 'not-found' });
    await expect(sessions.open({ ...admin, acr: 'aal1' })).rejects.toMatchObject({ code: 'sign-in-required' });
  });
});

describe('time', () => {
  test('activity each ten minutes keeps it to twelve hours, and no longer', async () => {
    const { token } = await sessions.open(asked);
    for (let minutes = 10; minutes < 12 * 60; minutes += 10) {
      platform.advance(10 * MINUTE);
      expect(await isIn(token)).toBe(true);
    }
    platform.advance(10 * MINUTE);
    expect(await isIn(token)).toBe(false);
    expect(causes()).toEqual(['absolute']);
    expect(ended).toEqual([hashOf(token)]);
  });

  test('thirty-one idle minutes end it, twenty-nine do not', async () => {
    const { token } = await sessions.open(asked);
    platform.advance(29 * MINUTE);
    expect(await isIn(token)).toBe(true);
    platform.advance(31 * MINUTE);
    expect(await isIn(token)).toBe(false);
    expect(causes()).toEqual(['idle']);
  });

  test('administrators have fifteen minutes and twelve hours', async () => {
    const { token, session } = await sessions.open(admin);
    expect(session.expiresAt - session.createdAt).toBe(12 * HOUR);
    platform.advance(14 * MINUTE);
    expect(await isIn(token, ADMIN)).toBe(true);
    platform.advance(16 * MINUTE);
    expect(await isIn(token, ADMIN)).toBe(false);
  });

  test('the sweep ends what nobody asks for any more and tells of it', async () => {
    const { token } = await sessions.open(asked);
    const young = await sessions.open({ ...asked, person: BOB });
    platform.advance(29 * MINUTE);
    expect(await isIn(young.token)).toBe(true);
    platform.advance(2 * MINUTE);
    expect(await sessions.list(ANN)).toEqual([]);
    await sessions.sweep();
    expect(ended).toEqual([hashOf(token)]);
    expect(await isIn(young.token)).toBe(true);
  });
});

describe('the sixth session', () => {
  test('ends the oldest, says so, and leaves other people and places alone', async () => {
    const other = await sessions.open({ ...asked, person: BOB });
    const own = await sessions.open(admin);
    const tokens: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      const opened = await sessions.open(asked);
      expect(opened.displaced).toBe(0);
      tokens.push(opened.token);
    }
    const sixth = await sessions.open(asked);
    expect(sixth.displaced).toBe(1);
    expect(await Promise.all([...tokens, sixth.token].map((token) => isIn(token)))).toEqual([
      false,
      true,
      true,
      true,
      true,
      true,
    ]);
    expect(causes()).toEqual(['limit']);
    expect(await isIn(other.token)).toBe(true);
    expect(await isIn(own.token, ADMIN)).toBe(true);
  });

  test('holds under sign-ins at the same moment', async () => {
    await Promise.all(Array.from({ length: 12 }, () => sessions.open(asked)));
    expect(await sessions.list(ANN)).toHaveLength(5);
  });
});

describe('revocation', () => {
  test('ends one by its id, only for its owner, once', async () => {
    const { token, session } = await sessions.open(asked);
    expect(await sessions.endOne(BOB, session.id)).toBe(false);
    expect(await isIn(token)).toBe(true);
    expect(await sessions.endOne(ANN, session.id)).toBe(true);
    expect(await sessions.endOne(ANN, session.id)).toBe(false);
    expect(await isIn(token)).toBe(false);
    expect(ended).toEqual([hashOf(token)]);
  });

  test('ends all others, then all', async () => {
    const [first, second, third] = [await sessions.open(asked), await sessions.open(asked), await sessions.open(admin)];
    expect(await sessions.endOthers(ANN, hashOf(second.token))).toBe(2);
    expect([await isIn(first.token), await isIn(second.token), await isIn(third.token, ADMIN)]).toEqual([false, true, false]);
    expect(await sessions.endAll(ANN, 'password-changed')).toBe(1);
    expect(await isIn(second.token)).toBe(false);
    expect(causes()).toEqual(['revoked', 'revoked', 'password-changed']);
  });

  test('nothing is told when the ledger did not take it, and the session goes on', async () => {
    const { token } = await sessions.open(asked);
    platform.failRecording(true);
    await expect(sessions.end(hashOf(token), 'revoked')).rejects.toMatchObject({ code: 'audit-unavailable' });
    platform.failRecording(false);
    expect(ended).toEqual([]);
    expect(await isIn(token)).toBe(true);
  });

  test('a disabled person is out at once, also before sessions are ended, and gets no new one', async () => {
    const { token } = await sessions.open(asked);
    await setStatus(ANN, 'disabled');
    expect(await isIn(token)).toBe(false);
    await expect(sessions.open(asked)).rejects.toMatchObject({ code: 'sign-in-required' });
  });
});

describe('step-up', () => {
  test('continues the same session under a new token, and the old one is dead', async () => {
    const { token, session } = await sessions.open({ ...asked, acr: 'aal1', amr: ['pwd'] });
    platform.advance(6 * MINUTE);
    expect(await sessions.isElevated(hashOf(token))).toBe(false);
    const elevated = await sessions.elevate(hashOf(token), { acr: 'aal2', amr: ['hwk', 'user'] });
    expect(elevated?.session).toMatchObject({ id: session.id, acr: 'aal2', amr: ['pwd', 'hwk', 'user'] });
    expect(elevated?.session.expiresAt).toBe(session.expiresAt);
    const fresh = elevated?.token ?? '';
    expect([await isIn(token), await isIn(fresh)]).toEqual([false, true]);
    expect(ended).toEqual([hashOf(token)]);
    expect(await sessions.isElevated(hashOf(fresh))).toBe(true);
    platform.advance(5 * MINUTE);
    expect(await sessions.isElevated(hashOf(fresh))).toBe(false);
    expect(await isIn(fresh)).toBe(true);
  });

  test('never makes a session less sure, and revives none that ended', async () => {
    const { token } = await sessions.open(asked);
    const again = await sessions.elevate(hashOf(token), { acr: 'aal1', amr: ['pwd'] });
    expect(again?.session.acr).toBe('aal2');
    await sessions.end(hashOf(again?.token ?? ''), 'signed-out');
    expect(await sessions.rotate(hashOf(again?.token ?? ''))).toBeNull();
  });
});

describe('what is stored and shown', () => {
  test('a copy of the table holds no token and no address, and what it holds opens nothing', async () => {
    const { token } = await sessions.open(asked);
    const rows = await platform.db.query<Record<string, unknown>>('select * from identity_session');
    const dump = JSON.stringify(rows);
    expect(dump).not.toContain(token);
    expect(dump).not.toContain(ADDRESS);
    for (const { hash, id } of rows) for (const value of [hash, id]) expect(await isIn(String(value))).toBe(false);
  });

  test('a page whose sessions are just over is not the last one', async () => {
    // Sessions of the administration idle out sooner than those of the application, and are the newer ones here.
    await sessions.open(asked);
    await sessions.open({ ...asked, kind: 'admin', application: null });
    await sessions.open({ ...asked, kind: 'admin', application: null });
    platform.advance(20 * MINUTE);
    const first = await sessions.listAll({ before: null, limit: 2 });
    expect(first.items).toEqual([]);
    const second = await sessions.listAll({ before: first.next, limit: 2 });
    expect(second.items.map(({ kind }) => kind)).toEqual(['application']);
    expect(second.next).toBeNull();
  });

  test('lists hold neither tokens nor hashes', async () => {
    const { token } = await sessions.open(asked);
    const [listed] = await sessions.list(ANN);
    expect(listed).toMatchObject({ address: ADDRESS, userAgent: AGENT });
    const text = JSON.stringify([listed, await sessions.listAll({ before: null, limit: 10 })]);
    expect(text).not.toContain(token);
    expect(text).not.toContain(hashOf(token));
  });

  test('records name the session by an id that opens nothing', async () => {
    const { token } = await sessions.open(asked);
    await sessions.end(hashOf(token), 'signed-out');
    const text = JSON.stringify(platform.recorded);
    expect(platform.recorded.map(({ type }) => type)).toEqual(['identity.session-opened', 'identity.session-ended']);
    expect(text).not.toContain(token);
    expect(text).not.toContain(hashOf(token));
  });
});
