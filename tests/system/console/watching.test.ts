import { overviewSchema, trafficSeriesSchema, trafficTickSchema, trafficTopSchema, type EventView } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectAdmin, type AdminClient } from '../../support/admin-client.ts';
import { openStream } from '../../support/event-source.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { startTestApplication, type TestApplication } from '../../support/test-application.ts';

const WAIT = { timeout: 30_000, interval: 100 };
const ATTACK = "/search?q=1'%20UNION%20SELECT%20password%20FROM%20users--";

describe.each([
  ['in one process', []],
  ['with two workers', ['--workers', '2']],
])('what the console watches, %s', (_name, args) => {
  let application: TestApplication;
  let server: HoldfastProcess;
  let admin: AdminClient;
  let token = '';

  beforeAll(async () => {
    application = await startTestApplication();
    server = await HoldfastProcess.start({ args: ['--to', application.url, '--mode', 'enforce', ...args] });
    const permissions = ['event:read', 'system:read', 'person:read', 'ban:write', 'token:write'];
    const created = await server.cli<{ token: string }>('token', 'create', '--name', 'watch', '--permission', ...permissions);
    ({ token } = created.data);
    admin = connectAdmin(server, token);
  });
  afterAll(async () => {
    admin[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
    await application[Symbol.asyncDispose]();
  });
  const get = async (path: string): Promise<unknown> => (await admin.call('GET', path)).body;

  test('counts every request by what became of it, and what it added to their time', async () => {
    for (let round = 0; round < 5; round += 1) expect((await server.fetch('/')).status).toBe(200);
    expect((await server.fetch(ATTACK)).status).toBe(403);
    await vi.waitFor(async () => {
      const { totals } = trafficSeriesSchema.parse(await get('/api/v1/traffic'));
      expect(totals).toMatchObject({ allowed: 5, blocked: 1, recorded: 0, failed: 0 });
      expect(totals.p95Us).toBeGreaterThan(0);
    }, WAIT);
    const group = trafficTopSchema.parse(await get('/api/v1/traffic/top?by=group'));
    expect(group.items.map(({ key }) => key)).toContain('sqli');
    const route = trafficTopSchema.parse(await get('/api/v1/traffic/top?by=route'));
    expect(route.items).toEqual([{ key: 'GET /search', count: 1 }]);
    const overview = overviewSchema.parse(await get('/api/v1/overview'));
    expect(overview).toMatchObject({ verdict: 'protected', applications: { enforcing: 1, monitoring: 0 } });
    expect(overview.today.counts).toMatchObject({ allowed: 5, blocked: 1 });
    expect(overview.todo.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['no-second-admin', 'backup-missing']));
  });

  test('streams records as they are made and traffic by the second, and goes on where a client left', async () => {
    const headers = { authorization: `Bearer ${token}` };
    let last = '';
    {
      using client = await openStream(server, { headers });
      expect(client.status).toBe(200);
      const ticks = () =>
        client.received.filter(({ event }) => event === 'tick').map(({ data }) => trafficTickSchema.parse(data));
      // The first second of a stream can still hold what was counted before it: quiet seconds end that.
      await vi.waitFor(() => expect(ticks().at(-1)?.counts.blocked).toBe(0), WAIT);
      const quiet = ticks().length;
      expect((await server.fetch(ATTACK)).status).toBe(403);
      await vi.waitFor(() => {
        // The schema of the stream: a record is an event of the list. What happens beside the request is told as well.
        const record = client.received.find(
          ({ event, data }) => event === 'record' && (data as EventView).type === 'request.completed',
        );
        expect(record).toBeDefined();
        last = record?.id ?? '';
        const blocked = ticks()
          .slice(quiet)
          .map(({ counts }) => counts.blocked);
        expect(blocked.reduce((sum, each) => sum + each, 0)).toBe(1);
      }, WAIT);
    }
    expect(last).toMatch(/^\d+$/u);
    await admin.call('POST', '/api/v1/bans', { prefix: '203.0.113.9', reason: 'a test of the stream' });
    using again = await openStream(server, { headers: { ...headers, 'last-event-id': last } });
    await vi.waitFor(() => {
      const types = again.received.filter(({ event }) => event === 'record').map(({ data }) => (data as EventView).type);
      expect(types).toContain('ban.added');
      expect(types).not.toContain('request.completed');
    }, WAIT);
  });

  test('ends the stream when its token is revoked, and opens none without the right', async () => {
    const created = await server.cli<{ token: string; view: { id: string } }>(
      'token',
      'create',
      '--name',
      'short',
      '--permission',
      'event:read',
    );
    using client = await openStream(server, { headers: { authorization: `Bearer ${created.data.token}` } });
    expect(client.status).toBe(200);
    expect((await admin.call('DELETE', `/api/v1/tokens/${created.data.view.id}`)).status).toBe(200);
    await client.ended;
    expect(client.received.at(-1)).toMatchObject({ event: 'end', data: { reason: 'token-refused' } });
    using refused = await openStream(server, { headers: { authorization: `Bearer ${created.data.token}` } });
    expect(refused.status).toBe(401);
  });
});
