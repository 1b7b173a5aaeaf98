import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { newToken } from '../../support/identity-stand.ts';
import { startTestApplication, type TestApplication } from '../../support/test-application.ts';

const PAGE = { accept: 'text/html', 'sec-fetch-mode': 'navigate' };

describe.each([
  ['in one process', []],
  ['with two workers', ['--workers', '2']],
])('holdfast up --login required, %s', (_name, args) => {
  let application: TestApplication;
  let server: HoldfastProcess;
  beforeAll(async () => {
    application = await startTestApplication();
    server = await HoldfastProcess.start({ args: ['--to', application.url, '--login', 'required', ...args] });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await application[Symbol.asyncDispose]();
  });

  test('leads strangers to a page of its own, and lets none of them through', async () => {
    const answer = await server.fetch('/orders?page=2', { headers: PAGE });
    expect([answer.status, answer.headers['location']]).toEqual([302, '/.holdfast/login?next=%2Forders%3Fpage%3D2']);
    const page = await server.fetch('/.holdfast/login?next=%2Forders', { headers: PAGE });
    expect(page.status).toBe(200);
    expect(page.body).toContain('password');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    const made = await server.fetch('/orders', { headers: { cookie: `__Host-holdfast=${newToken()}` } });
    expect(made.status).toBe(401);
    expect(application.hits).toBe(0);
  });

  test('refuses a wrong password as it refuses a wrong name, and sets no session', async () => {
    const origin = `https://localhost:${new URL(server.https).port}`;
    const form = await server.fetch('/.holdfast/login', { headers: PAGE });
    const cookies = [form.headers['set-cookie'] ?? []].flat().map((line) => line.split(';', 1)[0] ?? '');
    const hidden = [...form.body.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/gu)].map(([, name, value]) => [
      name,
      value,
    ]);
    const fields = new URLSearchParams([
      ...hidden.map(([name = '', value = '']) => [name, value]),
      ['name', 'nobody'],
      ['password', 'not the one'],
    ]);
    const headers = { ...PAGE, origin, cookie: cookies.join('; '), 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await server.fetch('/.holdfast/login', { method: 'POST', body: fields.toString(), headers });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect([answer.headers['set-cookie'] ?? []].flat().filter((line) => line.startsWith('__Host-holdfast='))).toEqual([]);
    const foreign = await server.fetch('/.holdfast/login', {
      method: 'POST',
      body: fields.toString(),
      headers: { ...headers, origin: 'https://evil.test' },
    });
    expect(foreign.status).toBe(403);
  });

  test('publishes the key that signs, and keeps the private half to itself', async () => {
    const answer = await server.fetch('/.well-known/holdfast/jwks.json');
    // RFC 7517 §5.
    const { keys } = JSON.parse(answer.body) as { keys: Record<string, string>[] };
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0] ?? {}).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });

  test('is changed by one command, which asks before it lets in more people', async () => {
    const id = 'app';
    const status = async () => (await server.fetch('/', { headers: { accept: 'application/json' } })).status;
    expect(await status()).toBe(401);
    expect((await server.cli('app', 'login', id, 'off', '--no-input')).code).toBe(5);
    expect((await server.cli('app', 'login', id, 'sometimes')).code).toBe(2);
    expect((await server.cli('app', 'login', id, 'required', '--idle-minutes', 'x')).code).toBe(2);
    expect(await status()).toBe(401);
    const opened = await server.cli<{ application: { login: object } }>(
      'app',
      'login',
      id,
      'optional',
      '--sessions',
      '2',
      '--yes',
    );
    expect(opened.data.application.login).toMatchObject({
      mode: 'optional',
      mfa: true,
      idleMinutes: 30,
      absoluteHours: 12,
      sessionsMax: 2,
      signUp: 'off',
    });
    await expect.poll(status, { timeout: 15_000, interval: 20 }).toBe(200);
    expect((await server.cli('app', 'login', id, 'required')).code).toBe(0);
    await expect.poll(status, { timeout: 15_000, interval: 20 }).toBe(401);
  });
});
