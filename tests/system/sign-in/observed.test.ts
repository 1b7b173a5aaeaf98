import { mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HoldfastProcess, type Answer } from '../../support/holdfast-process.ts';
import { startLoginApplication, type LoginApplication } from '../../support/login-application.ts';
import { sendRaw } from '../../support/raw-client.ts';

const RIGHT = 'right horse';
const SEEN = 'holdfast-seen';
interface Listed {
  readonly events: readonly {
    readonly type: string;
    readonly payload: Record<string, unknown>;
    readonly requestId: string | null;
  }[];
}

describe.each([
  ['in one process', []],
  ['with two workers', ['--workers', '2']],
])('login forms of an application, %s', (_name, args) => {
  let application: LoginApplication;
  let server: HoldfastProcess;
  let port = 0;
  beforeAll(async () => {
    application = await startLoginApplication();
    const file = join(mkdtempSync(join(tmpdir(), 'hf-observed-')), 'holdfast.yaml');
    writeFileSync(
      file,
      `trustedHops: 1
applications:
  - id: shop
    name: Shop
    upstream: ${application.url}
    mode: monitor
    signIn:
      observers:
        - { path: /login, accountField: name, failure: { statuses: [401] } }
        - { path: /json-login, accountField: name, success: { location: /home } }
        - { path: /text-login, accountField: name, success: { body: You are signed in } }
`,
    );
    server = await HoldfastProcess.start({ args: ['--config', file, '--listen', 'http://127.0.0.1:0', ...args] });
    port = Number(new URL(server.plain).port);
  }, 60_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await application[Symbol.asyncDispose]();
  });

  let source = 0;
  const strange = (): string => {
    source += 1;
    return `198.18.${source >> 8}.${source & 255}`;
  };
  interface Typed {
    readonly name: string;
    readonly password: string;
    readonly path?: string;
    readonly address?: string;
    readonly cookie?: string | undefined;
    readonly body?: string;
  }
  /** One try from an address of its own, unless one is given. */
  function signIn({ name, password, path = '/login', address = strange(), cookie, body }: Typed): Promise<Answer> {
    const isJson = path === '/json-login';
    const text = body ?? (isJson ? JSON.stringify({ name, password }) : new URLSearchParams({ name, password }).toString());
    const headers = {
      host: 'shop.example',
      'x-forwarded-for': address,
      'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(text),
      ...(cookie === undefined ? {} : { cookie }),
    };
    return new Promise((done, failed) => {
      // Not `fetch`, which would repair the path.
      const outgoing = request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent: false }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', failed);
        incoming.on('end', () =>
          done({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks).toString() }),
        );
      });
      outgoing.on('error', failed);
      outgoing.end(text);
    });
  }
  const deviceOf = ({ headers }: Answer): string | undefined =>
    [headers['set-cookie'] ?? []]
      .flat()
      .find((line) => line.startsWith(`${SEEN}=`))
      ?.split(';', 1)[0];
  const fail = async (name: string, times: number, change: Partial<Typed> = {}): Promise<void> => {
    for (let count = 0; count < times; count += 1)
      expect((await signIn({ name, password: `wrong ${count}`, ...change })).status).toBe(401);
  };
  const clear = async (): Promise<void> => {
    expect((await server.cli('app', 'sign-in', 'clear', 'shop', '--yes')).code).toBe(0);
  };
  /** A slow machine may have waited its thirty seconds: then one more wrong one makes it a minute. */
  const limit = async (name: string): Promise<void> => {
    for (let count = 0; count < 20; count += 1) if ((await signIn({ name, password: 'wrong again' })).status === 429) return;
    throw new Error(`${name} is not limited`);
  };
  const events = async (type: string): Promise<Listed['events']> =>
    (await server.cli<Listed>('audit', 'tail', '--type', type, '--lines', '200')).data.events;

  test('ten wrong ones from ten places, then strangers wait and the owner’s device does not', async () => {
    const before = await signIn({ name: 'ada', password: RIGHT });
    expect(before.status).toBe(303);
    const cookie = deviceOf(before);
    expect(cookie).toBeDefined();
    await fail('Ada', 10);
    application.tried.length = 0;
    const stranger = await signIn({ name: 'ada', password: RIGHT });
    expect(stranger.status).toBe(429);
    expect(Number(stranger.headers['retry-after'])).toBeGreaterThan(0);
    expect(stranger.body).toContain('sign-in-limited');
    expect(deviceOf(stranger)).toBeUndefined();
    // The right password was among them, and nobody has found out.
    expect(application.tried).toEqual([]);
    const owner = await signIn({ name: 'ada', password: RIGHT, cookie });
    expect([owner.status, owner.headers['location']]).toEqual([303, '/home']);
    expect((await signIn({ name: 'grace', password: 'right ship' })).status).toBe(303);
  });

  test('the cookie of another account, or a made-up one, is a stranger’s', async () => {
    const grace = deviceOf(await signIn({ name: 'grace', password: 'right ship' }));
    await limit('ada');
    for (const cookie of [grace, `${SEEN}=1700000000.0123456789abcdef.0123456789abcdef.${'A'.repeat(43)}`, `${SEEN}=`])
      expect((await signIn({ name: 'ada', password: RIGHT, cookie })).status).toBe(429);
  });

  test('other spellings of the path and of the name are the same door', async () => {
    await limit('ada');
    for (const path of ['/LOGIN', '/login/', '//login', '/./login'])
      expect((await signIn({ name: ' ADA ', password: RIGHT, path })).status, path).toBe(429);
    const doubled = 'name=nobody&name=ada&password=right+horse';
    expect((await signIn({ name: '', password: '', body: doubled })).status).toBe(429);
    const many = `${Array.from({ length: 9 }, (_, at) => `name=user${at}`).join('&')}&name=ada&password=right+horse`;
    expect((await signIn({ name: '', password: '', body: many })).status).toBe(400);
  });

  test('an operator lets the account be tried again, and it is on record', async () => {
    await limit('ada');
    expect((await signIn({ name: 'ada', password: RIGHT })).status).toBe(429);
    expect((await server.cli('app', 'sign-in', 'clear', 'shop', '--account', 'ada')).code).toBe(0);
    expect((await signIn({ name: 'ada', password: RIGHT })).status).toBe(303);
    expect(await events('authentication.cleared')).not.toEqual([]);
  });

  test('one address that sprays one password over many accounts waits; its neighbour does not', async () => {
    await clear();
    const address = '203.0.113.7';
    const statuses: number[] = [];
    for (let count = 0; count < 30; count += 1)
      statuses.push((await signIn({ name: `user${count}`, password: 'Spring2026!', address })).status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(20);
    expect(statuses.slice(20)).toEqual(Array.from({ length: 10 }, () => 429));
    expect((await signIn({ name: 'grace', password: 'right ship', address: '203.0.113.8' })).status).toBe(303);
  });

  test('many at once do not slip under the limit', async () => {
    await clear();
    application.tried.length = 0;
    const answers = await Promise.all(Array.from({ length: 40 }, (_, at) => signIn({ name: 'ada', password: `wrong ${at}` })));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(application.tried).toHaveLength(10);
  });

  test('a document, and an application that says it in words and compressed, are understood as well', async () => {
    await clear();
    await fail('ada', 10, { path: '/json-login' });
    expect((await signIn({ name: 'ada', password: RIGHT, path: '/json-login' })).status).toBe(429);
    await clear();
    // All of it is there, although it was read on its way.
    const words = await signIn({ name: 'ada', password: 'wrong', path: '/text-login' });
    expect(words.body).toContain('Wrong name or password');
    for (let count = 1; count < 10; count += 1) await signIn({ name: 'ada', password: 'wrong', path: '/text-login' });
    expect((await signIn({ name: 'ada', password: RIGHT, path: '/text-login' })).status).toBe(429);
    await clear();
    expect(deviceOf(await signIn({ name: 'ada', password: RIGHT, path: '/text-login' }))).toBeDefined();
    // A page that repeats what was typed does not make a right one of a wrong one.
    expect(deviceOf(await signIn({ name: 'You are signed in', password: 'x', path: '/text-login' }))).toBeUndefined();
  });

  test('what was seen is on record: who, from where, with which outcome, and never a password', async () => {
    await clear();
    await signIn({ name: 'Ada', password: 'a wrong secret', address: '203.0.113.50' });
    await signIn({ name: 'ada', password: RIGHT, address: '203.0.113.51' });
    await expect
      .poll(async () => (await events('authentication.succeeded')).some(({ payload }) => payload['address'] === '203.0.113.51'), {
        timeout: 30_000,
        interval: 200,
      })
      .toBe(true);
    const failed = (await events('authentication.failed')).find(({ payload }) => payload['address'] === '203.0.113.50');
    expect(failed?.payload).toMatchObject({ account: 'ada', path: '/login', known: false });
    const limited = await events('authentication.limited');
    expect(limited.some(({ payload }) => payload['what'] === 'account' && payload['account'] === 'ada')).toBe(true);
    expect(limited.some(({ payload }) => payload['what'] === 'address')).toBe(true);
    const everything = JSON.stringify((await server.cli('audit', 'tail', '--lines', '200')).data) + server.stderr;
    for (const secret of ['a wrong secret', RIGHT, 'right+horse', 'right%20horse', 'Spring2026'])
      expect(everything).not.toContain(secret);
  });

  test('a form that visitors used is suggested, unless it is watched', async () => {
    const suggested = async () =>
      (await server.cli<{ forms?: { path: string; accountField: string }[] }>('app', 'sign-in', 'suggest', 'shop')).data.forms;
    await clear();
    await expect
      .poll(
        async () => {
          // Honest visitors: learned from are answers that are no refusal, and a form seen often enough.
          for (let count = 0; count < 10; count += 1) await signIn({ name: 'ada', password: RIGHT, path: '/members/login' });
          return suggested();
        },
        { timeout: 60_000, interval: 500 },
      )
      .toContainEqual({ path: '/members/login', method: 'POST', accountField: 'name' });
    expect((await suggested())?.map(({ path }) => path)).not.toContain('/login');
  }, 90_000);

  test('other pages are nobody’s business, and the command says what would be made of an answer', async () => {
    const page = await sendRaw({
      port,
      bytes: 'GET /login HTTP/1.1\r\nHost: shop.example\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n',
      answersMax: 1,
      quietMs: 5000,
    });
    expect(page.answers[0]?.status).toBe(200);
    const judge = async (...words: string[]) => server.cli<{ outcome: string }>('app', 'sign-in', 'test', 'shop', ...words);
    expect((await judge('--path', '/login', '--status', '401')).data.outcome).toBe('failed');
    expect((await judge('--path', '/json-login', '--status', '303', '--location', '/home')).data.outcome).toBe('succeeded');
    expect(await judge('--path', '/login', '--status', '500')).toMatchObject({ code: 1, data: { outcome: 'unclear' } });
    const added = await server.cli(
      'app',
      'sign-in',
      'add',
      'shop',
      '--path',
      '/other',
      '--account-field',
      'user',
      '--failure-status',
      '403',
    );
    expect(added.code).toBe(0);
    const shown = await server.cli<{ observers: { path: string }[] }>('app', 'sign-in', 'list', 'shop');
    expect(shown.data.observers.map(({ path }) => path)).toEqual(['/login', '/json-login', '/text-login', '/other']);
    expect((await server.cli('app', 'sign-in', 'remove', 'shop', '--path', '/other')).code).toBe(0);
    expect((await server.cli('app', 'sign-in', 'add', 'shop', '--path', '/other', '--account-field', 'user')).code).toBe(2);
  });
});
