import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../../support/holdfast-process.ts';
import { startStand } from './stand.ts';
import type { Stand } from './stand.ts';

/** A decision reaches the gateway within a second; a machine that does other things as well gets more before it fails. */
const EFFECT_MS_MAX = 10_000;
/** Long enough to be seen in force on a slow machine, and over soon. */
const SHORT = '4s';
const ENDED_WAIT_MS = 20_000;
const ATTACK = "/courses/7/notes?text=1'%20OR%20'1'%3D'1&other=x";

let stand: Stand;
beforeAll(async () => {
  // One proxy in front is believed, so that a test can be any client.
  stand = await startStand({ config: { trustedHops: 1 }, change: { csp: { mode: 'report-only' } } });
});
afterAll(() => stand[Symbol.asyncDispose]());

const from = (address: string, path = '/', headers: Record<string, string> = {}): Promise<Answer> =>
  stand.server.fetch(path, { headers: { 'x-forwarded-for': address, ...headers } });
const statusFrom = async (address: string, path = '/'): Promise<number> => (await from(address, path)).status;
const soon = (status: () => Promise<number>) => expect.poll(status, { timeout: EFFECT_MS_MAX, interval: 50 });
const run = (...args: string[]) => stand.server.cli<Record<string, unknown>>(...args);

describe('a ban', () => {
  test('takes effect, names its code, spares the neighbour, and is lifted as fast', async () => {
    expect(await statusFrom('203.0.113.8')).toBe(200);
    expect((await run('ban', 'add', '203.0.113.8', '--reason', 'a test')).code).toBe(0);
    await soon(() => statusFrom('203.0.113.8')).toBe(403);
    const banned = await from('203.0.113.8', '/', { accept: 'application/json' });
    expect(JSON.parse(banned.body)).toMatchObject({ code: 'address-banned', status: 403 });
    expect(banned.body).not.toContain('a test');
    expect(await statusFrom('203.0.113.9')).toBe(200);
    expect((await run('explain', String(banned.headers['x-request-id']))).data).toMatchObject({
      outcome: 'refused',
      request: { address: '203.0.113.8', problem: 'address-banned' },
    });
    expect((await run('ban', 'remove', '203.0.113.8')).code).toBe(0);
    await soon(() => statusFrom('203.0.113.8')).toBe(200);
  });

  test('holds a whole prefix of either family, and ends by itself', async () => {
    for (const [prefix, inside, outside] of [
      ['198.51.100.0/24', '198.51.100.77', '198.51.101.77'],
      ['2001:db8:1::/48', '2001:db8:1:2::3', '2001:db8:2::3'],
    ] as const) {
      expect((await run('ban', 'add', prefix, '--for', SHORT)).code).toBe(0);
      await soon(() => statusFrom(inside)).toBe(403);
      expect(await statusFrom(outside)).toBe(200);
      await expect.poll(() => statusFrom(inside), { timeout: ENDED_WAIT_MS }).toBe(200);
    }
    await expect.poll(async () => (await run('ban', 'list')).data['bans'], { timeout: 30_000 }).toEqual([]);
  });

  test.each(['127.0.0.1', '127.0.0.0/8', '::1', '0.0.0.0/0', '::/0'])('of %s is refused as unsafe', async (prefix) => {
    const { code, data } = await run('ban', 'add', prefix);
    expect([code, data['code']]).toEqual([5, 'ban-unsafe']);
    expect(await statusFrom('127.0.0.1')).toBe(200);
  });

  test('never refuses who is on the allow-list', async () => {
    expect((await run('ban', 'allow', 'add', '192.0.2.7', '--reason', 'our office')).code).toBe(0);
    expect((await run('ban', 'add', '192.0.2.7')).code).toBe(5);
    expect((await run('ban', 'add', '192.0.2.0/24', '--for', '1h')).code).toBe(0);
    await soon(() => statusFrom('192.0.2.8')).toBe(403);
    expect(await statusFrom('192.0.2.7')).toBe(200);
    expect((await run('ban', 'remove', '192.0.2.0/24')).code).toBe(0);
    expect((await run('ban', 'allow', 'remove', '192.0.2.7')).code).toBe(0);
  });
});

describe('break-glass', () => {
  test('lets bans and attacks through while it lasts, records them, and is back at once when it is switched off', async () => {
    expect((await run('ban', 'add', '203.0.113.20')).code).toBe(0);
    await soon(() => statusFrom('203.0.113.20')).toBe(403);
    expect(await statusFrom('203.0.113.21', ATTACK)).toBe(403);
    expect((await run('bypass', 'on', '--for', '15m', '--reason', 'a test of break-glass')).code).toBe(0);
    await soon(() => statusFrom('203.0.113.20')).toBe(200);
    const passed = await from('203.0.113.21', ATTACK);
    expect(passed.status).toBe(200);
    const { data } = await run('explain', String(passed.headers['x-request-id']));
    expect(data).toMatchObject({ outcome: 'recorded', mode: 'bypass' });
    expect((await run('bypass', 'off')).code).toBe(0);
    await soon(() => statusFrom('203.0.113.21', ATTACK)).toBe(403);
    await soon(() => statusFrom('203.0.113.20')).toBe(403);
    expect((await run('ban', 'remove', '203.0.113.20')).code).toBe(0);
  });

  test('ends by itself', async () => {
    expect((await run('bypass', 'on', '--for', SHORT, '--reason', 'a short one')).code).toBe(0);
    await soon(() => statusFrom('203.0.113.21', ATTACK)).toBe(200);
    await expect.poll(() => statusFrom('203.0.113.21', ATTACK), { timeout: ENDED_WAIT_MS }).toBe(403);
  });
});

describe('an exception made from an event', () => {
  test('lets exactly that place pass: another parameter, route, method or rule is still blocked', async () => {
    const blocked = await from('203.0.113.30', ATTACK);
    expect(blocked.status).toBe(403);
    const id = String(blocked.headers['x-request-id']);
    const made = await run('exception', 'add', '--from', id, '--reason', 'a course about SQL');
    expect(made.code, made.stderr + made.stdout).toBe(0);
    await soon(() => statusFrom('203.0.113.30', ATTACK)).toBe(200);
    const sql = "1'%20OR%20'1'%3D'1";
    expect(await statusFrom('203.0.113.30', `/courses/7/notes?text=x&other=${sql}`)).toBe(403);
    expect(await statusFrom('203.0.113.30', `/courses/7/other?text=${sql}`)).toBe(403);
    expect(await statusFrom('203.0.113.30', '/courses/7/notes?text=%3Cscript%3Ealert(1)%3C/script%3E')).toBe(403);
    const posted = await stand.server.fetch(ATTACK, { method: 'POST', headers: { 'x-forwarded-for': '203.0.113.30' } });
    expect(posted.status).toBe(403);
    const { exceptions } = made.data as unknown as { exceptions: { id: string }[] };
    for (const exception of exceptions) expect((await run('exception', 'remove', exception.id)).code).toBe(0);
    await soon(() => statusFrom('203.0.113.30', ATTACK)).toBe(403);
  });
});

describe('content security policy', () => {
  test('learns what browsers report, suggests a policy, and the pages carry it once it is enforced', async () => {
    const page = await from('203.0.113.40', '/page');
    expect(page.headers['content-security-policy-report-only']).toContain("script-src 'self' 'nonce-");
    const report = {
      'csp-report': {
        'document-uri': 'https://localhost/page?token=canary-secret',
        'violated-directive': 'img-src',
        'blocked-uri': 'https://images.example/a.png?user=canary-person',
        disposition: 'report',
      },
    };
    const taken = await stand.server.fetch('/.holdfast/csp-report', {
      method: 'POST',
      headers: { 'content-type': 'application/csp-report', 'x-forwarded-for': '203.0.113.40' },
      body: JSON.stringify(report),
    });
    expect(taken.status).toBe(204);
    const reports = async (): Promise<string> => (await run('csp', 'reports', 'odd')).stdout;
    await expect.poll(reports, { timeout: 15_000 }).toContain('https://images.example');
    expect(await reports()).not.toMatch(/canary/u);
    // The page's own inline script was seen while learning; its hash is what the suggestion lets in.
    await expect.poll(reports, { timeout: 15_000 }).toContain('"kind":"script"');
    const suggested = await run('csp', 'suggest', 'odd');
    expect(suggested.code).toBe(0);
    expect(suggested.stdout).toContain('sha256-');
    expect((await run('csp', 'apply', 'odd', '--mode', 'enforce', '--yes')).code).toBe(0);
    await expect
      .poll(async () => (await from('203.0.113.40', '/page')).headers['content-security-policy'], { timeout: EFFECT_MS_MAX })
      .toMatch(/script-src 'self'/u);
    const enforced = await from('203.0.113.40', '/page');
    const nonce = /'nonce-(?<nonce>[^']+)'/u.exec(String(enforced.headers['content-security-policy']))?.groups?.['nonce'];
    expect(enforced.body).toContain(`<script nonce="${nonce}">own()</script>`);
  });

  test('the endpoint takes anything and never falls over', async () => {
    const post = async (body: string, type = 'application/csp-report'): Promise<number> =>
      (await stand.server.fetch('/.holdfast/csp-report', { method: 'POST', headers: { 'content-type': type }, body })).status;
    expect([204, 400, 413]).toContain(await post('{"csp-report":'));
    expect([204, 400, 413]).toContain(await post('[]'.repeat(20_000), 'application/reports+json'));
    expect(await post('[{"type":"csp-violation","body":null}]', 'application/reports+json')).toBe(204);
    expect(await statusFrom('203.0.113.41')).toBe(200);
  });
});
