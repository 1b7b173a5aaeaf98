import type { ActionView, Check, IsolatedView, Overview, SystemStatus } from '@holdfast/contract';
import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AdminBrowser } from '../../support/admin-browser.ts';
import { startEchoUpstream, type EchoUpstream } from '../../support/echo-upstream.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { hostCall } from '../../support/host-client.ts';

const SETTLE = { timeout: 60_000, interval: 20 };
const EVERY_MS = 5;
/** A slow machine is not given more than it can answer. */
const WAITING_MAX = 20;
/** Connections are dealt out to the workers in turn, so that each of them answers some of these. */
const IN_A_ROW = 20;

describe.each([0, 2])('what is cut off while others go on, with %i workers', (workers) => {
  let upstream: EchoUpstream;
  let server: HoldfastProcess;
  let ada: AdminBrowser;
  let application = '';
  // Each request on a connection of its own, so that every worker gets its share.
  const agent = new Agent({ keepAlive: false });

  beforeAll(async () => {
    upstream = await startEchoUpstream({ isQuiet: true });
    const args = ['--to', upstream.url, '--mode', 'monitor', '--listen', 'http://127.0.0.1:0'];
    server = await HoldfastProcess.start({ args: workers === 0 ? args : [...args, '--workers', String(workers)] });
    const { body } = await hostCall(server, 'GET', '/api/v1/applications');
    // The contract of the API.
    application = (body as { items: { application: { id: string } }[] }).items[0]?.application.id ?? '';
    const { data } = await server.cli<{ link: string }>('admin', 'setup-link');
    ada = new AdminBrowser(server.admin, server.ca());
    await ada.enrol(data.link, { name: 'ada', password: 'vier blaue Fahrräder im Regen' });
    // Agreeing takes who has just shown once more who she is.
    await ada.confirm();
  }, 180_000);
  afterAll(async () => {
    agent.destroy();
    await server[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
  });

  function send(path: string, method = 'GET', headers: Record<string, string> = {}): Promise<number> {
    const { hostname, port } = new URL(server.plain);
    return new Promise((done) => {
      const outgoing = request({ host: hostname, port, path, method, agent, headers: { host: 'localhost', ...headers } });
      outgoing.on('response', (incoming) => {
        incoming.resume();
        incoming.on('end', () => done(incoming.statusCode ?? 0)).on('error', () => done(0));
      });
      outgoing.on('error', () => done(0));
      outgoing.end();
    });
  }

  /** Every one of them: what has been said to be so is so in every worker. */
  async function everywhere(status: number, path: string, method = 'GET'): Promise<void> {
    const said: number[] = [];
    for (let row = 0; row < IN_A_ROW; row += 1) said.push(await send(path, method));
    expect(said, `${method} ${path}`).toEqual(Array.from({ length: IN_A_ROW }, () => status));
  }

  /** When it is so for the first time. */
  async function becomesFirst(status: number, path: string): Promise<number> {
    const until = performance.now() + SETTLE.timeout;
    while ((await send(path)) !== status) expect(performance.now(), `${path} does not become ${status}`).toBeLessThan(until);
    return Date.now();
  }

  /** 200 requests a second for another route where the machine can, until it is stopped; says how many were sent and which failed. */
  function load(path: string) {
    const failed: number[] = [];
    const waiting = new Set<Promise<void>>();
    let sent = 0;
    const timer = setInterval(() => {
      if (waiting.size >= WAITING_MAX) return;
      sent += 1;
      const one = send(path).then((status) => void (status === 200 ? undefined : failed.push(status)));
      waiting.add(one);
      void one.then(() => waiting.delete(one));
    }, EVERY_MS);
    return {
      sent: () => sent,
      async stop() {
        clearInterval(timer);
        await Promise.all(waiting);
        return { sent, failed };
      },
    };
  }

  const approve = async (id: string): Promise<ActionView> => {
    const answer = await ada.api('POST', `/actions/${id}/approve`, { body: { reason: 'I have seen it' } });
    expect(answer.status, answer.body).toBe(200);
    // The contract of the API.
    return answer.data as unknown as ActionView;
  };
  const isolate = async (...words: string[]): Promise<ActionView> => {
    const { code, data, stdout, stderr } = await server.cli<ActionView>(
      'isolate',
      application,
      ...words,
      '--reason',
      'an attack',
    );
    expect(code, `${stdout}${stderr}`).toBe(1);
    expect(data.state).toBe('waiting');
    return data;
  };
  const listed = async (): Promise<readonly IsolatedView[]> =>
    (await server.cli<{ isolations: IsolatedView[] }>('isolate', 'list')).data.isolations;

  test('a route answers 503 at once, others answer as before, and all is served again when it is released', async () => {
    const { id } = await isolate('--route', '/pay/**', '--for', '1h');
    expect(await send('/pay/7')).toBe(200);
    const others = load('/shop');
    await expect.poll(() => others.sent(), SETTLE).toBeGreaterThan(100);
    const first = becomesFirst(503, '/pay/7');
    const agreed = await approve(id);
    const agreedAt = Date.now();
    await everywhere(503, '/pay/7');
    expect(agreed.state).toBe('effective');
    const before = others.sent();
    await expect.poll(() => others.sent(), SETTLE).toBeGreaterThan(before + 200);
    const { sent, failed } = await others.stop();
    expect(failed).toEqual([]);
    // By the clock of this machine, which is the server's too.
    const decidedAt = (await listed())[0]?.since ?? 0;
    const [firstMs, agreedMs] = [(await first) - decidedAt, agreedAt - decidedAt];
    process.stdout.write(
      `isolation, ${workers} workers: stored -> first 503 after ${firstMs} ms, said to be done after ${agreedMs} ms; ${sent} other requests, 0 failed\n`,
    );
    expect(await send('/pay')).toBe(503);
    expect(await send('/payments')).toBe(200);
    await expect.poll(async () => (await listed())[0]?.refused ?? 0, SETTLE).toBeGreaterThanOrEqual(IN_A_ROW);
    const [row] = await listed();
    expect(row).toMatchObject({ id, action: id, kind: 'route', route: '/pay/**', incident: null });
    const { data: status } = await server.cli<SystemStatus>('status');
    const whose = { since: expect.any(Number), by: expect.stringMatching(/^operator:/u) };
    expect(status.isolations).toMatchObject([{ id, application, kind: 'route', method: '*', route: '/pay/**', ...whose }]);
    const { data: doctor } = await server.cli<{ checks: Check[] }>('doctor');
    const told = { name: `isolation ${application}`, state: 'warning', next: `holdfast release ${id} --check` };
    expect(doctor.checks).toContainEqual(expect.objectContaining(told));
    const { body: overview } = await hostCall(server, 'GET', '/api/v1/overview');
    // The contract of the API.
    expect((overview as Overview).reasons).toContain(`/pay/** of ${application} is cut off`);
    expect((await server.cli('release', application, '--check')).code).toBe(0);
    expect(await send('/pay/7')).toBe(503);
    const released = await server.cli('release', id, '--reason', 'repaired');
    expect(released.code, released.stdout).toBe(0);
    await everywhere(200, '/pay/7');
    expect(await listed()).toEqual([]);
    expect((await hostCall(server, 'GET', `/api/v1/actions/${id}`)).body).toMatchObject({ state: 'undone' });
    expect((await server.cli<SystemStatus>('status')).data.isolations).toEqual([]);
  });

  test('reading goes on while nothing can be written, however it is called', async () => {
    const { id } = await isolate('--read-only');
    expect(await send('/orders', 'POST')).toBe(200);
    await approve(id);
    await everywhere(503, '/orders', 'POST');
    for (const method of ['PUT', 'PATCH', 'DELETE']) expect(await send('/orders/7', method)).toBe(503);
    expect(await send('/orders/7', 'GET', { 'x-http-method-override': 'DELETE' })).toBe(503);
    expect(await send('/orders/7?_method=DELETE')).toBe(503);
    expect(await send('/orders/7')).toBe(200);
    expect(await send('/orders/7', 'HEAD')).toBe(200);
    expect((await server.cli('release', application, '--reason', 'it was a drill')).code).toBe(0);
    await everywhere(200, '/orders', 'POST');
  });

  test('an application that does not live is held back, unless somebody says so', async () => {
    const { id } = await isolate();
    await approve(id);
    await everywhere(503, '/');
    await upstream[Symbol.asyncDispose]();
    const held = await server.cli<{ isolations: { released: boolean; checks: object[] }[] }>(
      'release',
      id,
      '--reason',
      'let us see',
    );
    expect(held.code).toBe(1);
    expect(held.data.isolations[0]).toMatchObject({ released: false });
    expect(held.data.isolations[0]?.checks[0]).toMatchObject({ name: 'health', state: 'failed' });
    expect(await send('/')).toBe(503);
    expect(await listed()).toHaveLength(1);
    expect((await server.cli('release', id, '--force', '--reason', 'we know')).code).toBe(0);
    await everywhere(502, '/');
  });
});
