import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { SecretRef } from '@holdfast/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRotations, type RotationDomain } from '../../../packages/server/src/domains/secrets/rotation/create-rotations.ts';
import { at, HOST, openTestSecrets, type TestSecrets } from '../../../packages/server/src/domains/secrets/test-secrets.ts';
import { silentLog } from '../../../packages/server/src/platform/log.ts';
import { createPostgresCluster, postgresMissing, psqlAs, type PostgresCluster } from '../../support/postgres-cluster.ts';
import { redisMissing, startRedis, type RedisServer } from '../../support/redis-server.ts';
import { urlOf } from './rotation-stand.ts';

for (const missing of [redisMissing, postgresMissing]) if (missing !== null) process.emitWarning(missing);

let stand: TestSecrets;
let domain: RotationDomain;
beforeAll(async () => {
  stand = await openTestSecrets();
  domain = createRotations({ ...stand.platform, log: silentLog, node: 'one', staged: stand.staged, gate: stand.gate });
}, 120_000);
afterAll(async () => stand[Symbol.asyncDispose]());

const read = async (ref: SecretRef, field = 'url'): Promise<string> => {
  const value = (await stand.secrets.read(ref, HOST)).data[field];
  if (typeof value !== 'string') throw new Error('assertion: the field is a text');
  return value;
};
const HOUR_MS = 3_600_000;
const endOverlap = async (): Promise<void> => {
  stand.platform.advance(HOUR_MS + 1000);
  await domain.tick();
};

/** The words of Redis's own protocol, without a client of ours: what `AUTH` answers. */
const auth = async (host: string, user: string, password: string): Promise<string> =>
  new Promise((settle, fail) => {
    const [address = '', port = ''] = host.split(':');
    const socket = connect(Number(port), address, () => socket.write(`AUTH ${user} ${password}\r\n`));
    socket.once('data', (chunk: Buffer) => {
      socket.destroy();
      settle(chunk.toString().trim());
    });
    socket.once('error', fail);
  });

describe.skipIf(redisMissing !== null)('a user of Redis', () => {
  let redis: RedisServer;
  const ref = at('REDIS_URL');
  const admin = at('REDIS_ADMIN');
  const works = async (password: string): Promise<boolean> => (await auth(redis.host, 'shop', password)) === '+OK';

  beforeAll(async () => {
    redis = await startRedis();
    await stand.secrets.write(admin, { data: { url: redis.adminUrl } }, HOST);
    await stand.secrets.write(ref, { data: { url: `redis://shop:shop-first@${redis.host}` } }, HOST);
    await domain.rotations.setPlan({ ...ref, settings: { rotator: 'redis', admin, user: 'shop' } }, HOST);
  }, 120_000);
  afterAll(async () => redis?.[Symbol.asyncDispose]());

  it('has two passwords during the overlap, and then the new one only', async () => {
    expect(await domain.rotations.start(ref, {}, HOST)).toMatchObject({ step: 'overlap', trouble: null });
    const { password, username } = new URL(await read(ref));
    expect(username).toBe('shop');
    expect([await works('shop-first'), await works(password)]).toEqual([true, true]);
    await endOverlap();
    expect([await works('shop-first'), await works(password)]).toEqual([false, true]);
    expect(await domain.rotations.start(ref, { now: true }, HOST)).toMatchObject({ outcome: 'done' });
    expect([await works(password), await works(new URL(await read(ref)).password)]).toEqual([false, true]);
  });

  it('is drilled without a trace', async () => {
    const before = await read(ref);
    expect(await domain.rotations.start(ref, { drill: true }, HOST)).toMatchObject({ outcome: 'done', trouble: null });
    expect(await read(ref)).toBe(before);
    expect(await works(new URL(before).password)).toBe(true);
  });

  it('that is not there, or that any password opens, is refused before anything is told', async () => {
    const before = await read(ref);
    await domain.rotations.setPlan({ ...ref, settings: { rotator: 'redis', admin, user: 'nobody' } }, HOST);
    expect(await domain.rotations.start(ref, {}, HOST)).toMatchObject({
      outcome: 'rolled-back',
      trouble: 'there is no such user',
    });
    expect(await read(ref)).toBe(before);
    expect(await works(new URL(before).password)).toBe(true);
  });
});

describe.skipIf(postgresMissing !== null)('one role of PostgreSQL', () => {
  let cluster: PostgresCluster;
  const ref = at('POSTGRES_URL');
  const admin = at('POSTGRES_ADMIN');
  const works = async (url: string): Promise<boolean> => (await psqlAs(url, 'select 1')) === null;

  beforeAll(async () => {
    cluster = await createPostgresCluster({ asksPasswords: true });
    await cluster.query("create role solo login password 'solo-first'");
    await stand.secrets.write(admin, { data: { url: cluster.url } }, HOST);
    await stand.secrets.write(ref, { data: { url: urlOf(cluster, 'solo', 'solo-first') } }, HOST);
    await domain.rotations.setPlan({ ...ref, settings: { rotator: 'postgres', admin, role: 'solo' } }, HOST);
  }, 180_000);
  afterAll(async () => cluster?.[Symbol.asyncDispose]());

  it('has the new password from then on, and the old one no longer', async () => {
    const before = await read(ref);
    expect(await works(before)).toBe(true);
    expect(await domain.rotations.start(ref, {}, HOST)).toMatchObject({ step: 'overlap', trouble: null });
    const after = await read(ref);
    expect(new URL(after).username).toBe('solo');
    expect([await works(before), await works(after)]).toEqual([false, true]);
    await endOverlap();
    expect(await works(after)).toBe(true);
  });

  it('is drilled with a role of its own, of which nothing stays', async () => {
    const before = await read(ref);
    expect(await domain.rotations.start(ref, { drill: true }, HOST)).toMatchObject({ outcome: 'done', trouble: null });
    expect([await read(ref), await works(before)]).toEqual([before, true]);
    expect(await cluster.query("select count(*) from pg_roles where rolname like 'holdfast_drill%'")).toBe('0');
  });

  it.each([
    ['that may not log in', 'nologin', 'login'],
    ['whose new password is refused at the login', "valid until '2000-01-01'", "valid until 'infinity'"],
  ])('%s keeps the password that it had', async (_what, harm, heal) => {
    const before = await read(ref);
    await cluster.query(`alter role solo ${harm}`);
    expect(await domain.rotations.start(ref, {}, HOST)).toMatchObject({ outcome: 'rolled-back' });
    await cluster.query(`alter role solo ${heal}`);
    expect([await read(ref), await works(before)]).toEqual([before, true]);
  });
});

describe('a webhook', () => {
  const ref = at('API_KEY');
  const signing = at('SIGNING_KEY');
  const key = Buffer.from('a signing key of this test, 32 b');
  interface Seen {
    readonly type: string;
    readonly id: string;
    readonly isSigned: boolean;
    readonly value: string | null;
  }
  const seen: Seen[] = [];
  let answers: (type: string) => { status: number; body: string };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const { headers } = request;
      const id = String(headers['webhook-id']);
      // As Standard Webhooks 1.0 says it, written anew.
      const expected = createHmac('sha256', key)
        .update(`${id}.${String(headers['webhook-timestamp'])}.${text}`)
        .digest('base64');
      const { type, data } = JSON.parse(text) as { type: string; data: { credential: { value: string } | null } };
      const isSigned = headers['webhook-signature'] === `v1,${expected}` && headers['idempotency-key'] === id;
      seen.push({ type, id, isSigned, value: data.credential?.value ?? null });
      const { status, body } = answers(type);
      response
        .writeHead(status, { 'content-type': 'application/json', ...(status === 302 ? { location: '/elsewhere' } : {}) })
        .end(body);
    });
  });
  const good = (type: string) => ({ status: 200, body: type === 'rotation.verify' ? '{"verified":true}' : '{}' });

  beforeAll(async () => {
    await new Promise<void>((done) => {
      server.listen(0, '127.0.0.1', done);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('assertion: a TCP server has a port');
    await stand.secrets.write(signing, { data: { value: `whsec_${key.toString('base64')}` } }, HOST);
    await stand.secrets.write(ref, { data: { value: 'first', note: 'stays' } }, HOST);
    const settings = { rotator: 'webhook' as const, signing, url: `http://127.0.0.1:${address.port}/hook` };
    await domain.rotations.setPlan({ ...ref, settings }, HOST);
  });
  afterEach(() => {
    seen.length = 0;
  });
  afterAll(() => server.close());

  it('is told each step once, signed, and the value is given after it confirmed', async () => {
    answers = good;
    expect(await domain.rotations.start(ref, {}, HOST)).toMatchObject({ step: 'overlap' });
    const value = await read(ref, 'value');
    await endOverlap();
    expect(seen.map(({ type }) => type)).toEqual(['rotation.check', 'rotation.set', 'rotation.verify', 'rotation.retire']);
    expect(seen.every(({ isSigned }) => isSigned)).toBe(true);
    expect(seen.map(({ value: told }) => told)).toEqual([null, value, value, 'first']);
    expect(await read(ref, 'note')).toBe('stays');
  });

  it.each([
    ['says nothing of it', () => ({ status: 200, body: '{}' }), 'the address did not confirm that the new credential works'],
    ['refuses', () => ({ status: 403, body: '' }), 'the address answered 403'],
    ['sends it elsewhere', () => ({ status: 302, body: '' }), 'the address answered 302'],
  ])('that %s at verify leaves what was current, and is told to undo', async (_what, answer, trouble) => {
    answers = (type) => (type === 'rotation.verify' ? answer() : good(type));
    const before = await read(ref, 'value');
    expect(await domain.rotations.start(ref, {}, HOST)).toMatchObject({ outcome: 'rolled-back', trouble });
    expect(seen.map(({ type }) => type)).toEqual(['rotation.check', 'rotation.set', 'rotation.verify', 'rotation.undo']);
    expect(await read(ref, 'value')).toBe(before);
  });

  it('that fails for a moment is asked again with the same id', async () => {
    let refused = 0;
    answers = (type) => {
      if (type !== 'rotation.set' || refused > 0) return good(type);
      refused += 1;
      return { status: 503, body: '' };
    };
    expect(await domain.rotations.start(ref, { now: true }, HOST)).toMatchObject({ outcome: 'done' });
    const told = seen.filter(({ type }) => type === 'rotation.set');
    expect(told).toHaveLength(2);
    expect(new Set(told.map(({ id, value }) => `${id} ${value}`)).size).toBe(1);
  });
});

describe('a random value', () => {
  it('replaces the value and leaves the other fields', async () => {
    const ref = at('SESSION_KEY');
    await stand.secrets.write(ref, { data: { value: 'old', about: 'sessions' } }, HOST);
    await domain.rotations.setPlan({ ...ref, settings: { rotator: 'random', length: 64 }, overlapSeconds: 0 }, HOST);
    expect(await domain.rotations.start(ref, {}, HOST)).toMatchObject({ outcome: 'done' });
    expect(await read(ref, 'value')).toMatch(/^[A-Za-z0-9]{64}$/u);
    expect(await read(ref, 'about')).toBe('sessions');
  });
});
