import { randomBytes } from 'node:crypto';
import type { EventView } from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TOKEN_BYTES, writeToken } from '../../../packages/server/src/domains/identity/token-text.ts';
import { startEchoUpstream, type EchoUpstream } from '../../support/echo-upstream.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { newToken } from '../../support/identity-stand.ts';
import { verifyAssertion, type KeyList } from '../../support/verify-assertion.ts';

const ASSERTION = 'x-holdfast-jwt-assertion';
/** Revocation is told by message and has to arrive within a second; the machine of the test may be busy. */
const REVOKED = { timeout: 8000, interval: 25 };

interface Created {
  readonly token: string;
  readonly view: { readonly id: string; readonly account: { readonly id: string } };
}

describe.each([
  ['in one process', []],
  ['with two workers', ['--workers', '2']],
])('a program that calls an application where sign-in is required, %s', (_name, args) => {
  let echo: EchoUpstream;
  let server: HoldfastProcess;
  beforeAll(async () => {
    echo = await startEchoUpstream();
    server = await HoldfastProcess.start({ args: ['--to', echo.url, '--login', 'required', ...args] });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await echo[Symbol.asyncDispose]();
  });
  beforeEach(() => echo.reset());

  const service = async (...words: string[]): Promise<void> => {
    const ran = await server.cli('service', ...words);
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  };
  const tokenOf = async (account: string, ...more: string[]): Promise<Created> => {
    const ran = await server.cli<Created>('token', 'create', '--account', account, '--name', 'test', ...more);
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    return ran.data;
  };
  const call = async (token: string, more: Record<string, string> = {}) =>
    server.fetch('/orders', { headers: { authorization: `Bearer ${token}`, accept: 'application/json', ...more } });
  const statusOf = async (token: string): Promise<number> => (await call(token)).status;
  const codeOf = (body: string): unknown => (JSON.parse(body) as { code?: unknown }).code;
  /** Of one request, from the ledger. */
  const recordsOf = async (id: unknown): Promise<EventView[]> => {
    const { data } = await server.cli<{ events: EventView[] }>('audit', 'tail', '--lines', '200');
    return data.events.filter(({ requestId }) => requestId === id);
  };

  test('is let in with its token, is named to the application, and its token goes no further', async () => {
    await service('create', 'crawler', '--app', 'app');
    const { token, view } = await tokenOf('crawler');
    const answer = await call(token, { cookie: 'a=1' });
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toContain('private');
    expect(JSON.stringify(echo.seen)).not.toContain(token.slice(3, -6));
    const headers = new Map(echo.seen.at(-1)?.headers);
    expect(headers.has('authorization')).toBe(false);
    const keys = JSON.parse((await server.fetch('/.well-known/holdfast/jwks.json')).body) as KeyList;
    const origin = `https://localhost:${new URL(server.https).port}`;
    const { payload } = verifyAssertion(headers.get(ASSERTION) ?? '', keys, { issuer: origin, audience: 'app' });
    expect(payload).toMatchObject({ sub: view.account.id, name: 'crawler', sid: view.id, acr: null, role: null, groups: [] });
    // What it changes needs no page of this origin: no browser sends this header by itself.
    const posted = await server.fetch('/orders', { method: 'POST', headers: { authorization: `bearer ${token}` }, body: 'a=1' });
    expect(posted.status).toBe(200);
  });

  test('is refused with one record each that names the token by its id', async () => {
    await service('create', 'stranger');
    const stranger = await tokenOf('stranger', '--permission', 'ban:read');
    await service('create', 'elsewhere', '--app', 'app');
    const elsewhere = await tokenOf('elsewhere', '--cidr', '192.0.2.0/24');
    const revoked = await tokenOf('elsewhere');
    expect(await statusOf(revoked.token)).toBe(200);
    expect((await server.cli('token', 'revoke', revoked.view.id)).code).toBe(0);
    await expect.poll(() => statusOf(revoked.token), REVOKED).toBe(401);
    echo.reset();
    const cases = [
      [stranger, 403, 'account-refused', 'token-application'],
      [elsewhere, 403, 'address-refused', 'token-address'],
      [revoked, 401, 'token-refused', 'token-revoked'],
      [{ token: writeToken(randomBytes(TOKEN_BYTES)), view: null }, 401, 'token-refused', 'token-unknown'],
    ] as const;
    for (const [{ token, view }, status, code, reason] of cases) {
      const answer = await call(token);
      expect([answer.status, codeOf(answer.body)], reason).toEqual([status, code]);
      if (status === 401) expect(answer.headers['www-authenticate']).toContain('Bearer');
      const id = answer.headers['x-request-id'];
      await expect.poll(async () => (await recordsOf(id)).length, { timeout: 15_000 }).toBe(1);
      const [event] = await recordsOf(id);
      expect(event).toMatchObject({ type: 'request.completed', outcome: 'refused', reason });
      expect(JSON.stringify(event)).not.toContain(token.slice(3, -6));
      if (view !== null) expect(JSON.stringify(event?.payload['steps'])).toContain(view.id);
    }
    expect(echo.seen).toEqual([]);
  });

  test('is refused within a second of the end of its account, and taken again after', async () => {
    await service('create', 'worker', '--app', 'app');
    const { token } = await tokenOf('worker');
    expect(await statusOf(token)).toBe(200);
    await service('disable', 'worker');
    await expect.poll(() => statusOf(token), REVOKED).toBe(401);
    await service('enable', 'worker');
    await expect.poll(() => statusOf(token), REVOKED).toBe(200);
    await service('change', 'worker', '--app', 'none');
    await expect.poll(() => statusOf(token), REVOKED).toBe(403);
    await service('delete', 'worker');
    await expect.poll(() => statusOf(token), REVOKED).toBe(401);
  });

  test('means its token, whatever else comes along; what is no token of ours is the business of the application', async () => {
    await service('create', 'mixed');
    const { token } = await tokenOf('mixed', '--permission', 'ban:read');
    expect((await call(token, { cookie: `__Host-holdfast=${newToken()}` })).status).toBe(403);
    expect(echo.seen).toEqual([]);
    const opened = await server.cli('app', 'login', 'app', 'optional', '--yes');
    expect(opened.code, opened.stdout).toBe(0);
    await expect.poll(async () => (await server.fetch('/')).status, REVOKED).toBe(200);
    // A program that says who it is is not served as a stranger.
    expect(await statusOf(token)).toBe(403);
    for (const other of ['Bearer hf_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh', 'Basic YTpi', 'Bearer x']) {
      echo.reset();
      expect((await server.fetch('/orders', { headers: { authorization: other } })).status).toBe(200);
      expect(new Map(echo.seen.at(-1)?.headers).get('authorization')).toBe(other);
    }
    expect((await server.cli('app', 'login', 'app', 'off', '--yes')).code).toBe(0);
    await expect.poll(() => statusOf(token), REVOKED).toBe(200);
    expect(new Map(echo.seen.at(-1)?.headers).has('authorization')).toBe(false);
  });
});
