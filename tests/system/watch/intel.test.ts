import type { IndicatorView, IntelSourceView, IntelStatus, LookupView } from '@holdfast/contract';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAdminClient, type AdminClient } from '../../support/admin-client.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';

const LISTED = '198.51.100.7';
const INNOCENT = '192.0.2.7';
const RESOLVER = '9.9.9.9';
const PAGE = '/';

/** A gateway loads a new table beside the requests. */
const SOON = { timeout: 15_000 };

describe.each([['in one process', []] as const, ['with a worker', ['--workers', '1']] as const])(
  'threat intelligence %s',
  (_name, args) => {
    let server: HoldfastProcess;
    let admin: AdminClient;
    let feeds: Server;
    let feed: string;
    let listed = `198.51.100.0/24\n${RESOLVER}\n`;

    beforeAll(async () => {
      feeds = createServer((_request, response) => void response.end(listed));
      await new Promise<void>((done) => void feeds.listen(0, '127.0.0.1', done));
      // A listening TCP server has one.
      feed = `http://127.0.0.1:${(feeds.address() as AddressInfo).port}/list`;
      server = await HoldfastProcess.start({ args: [...args], env: { HOLDFAST_TRUSTED_HOPS: '1' } });
      admin = await createAdminClient(server, ['intel:read', 'intel:write', 'alert:read']);
    });
    afterAll(async () => {
      admin[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
      feeds.closeAllConnections();
      feeds.close();
    });

    const from = async (address: string, headers: Record<string, string> = {}): Promise<number> =>
      (await server.fetch(PAGE, { headers: { 'x-forwarded-for': address, ...headers } })).status;
    const call = async <Body>(method: string, path: string, body?: object): Promise<Body> => {
      const { status, body: answered } = await admin.call(method, `/api/v1/intel${path}`, body);
      expect(status, JSON.stringify(answered)).toBeLessThan(300);
      return answered as Body;
    };

    test('a feed is scored, our resolver in it is refused with a log line, and what is blocked opens again when it is gone', async () => {
      expect(await from(LISTED)).toBe(200);
      const added = await server.cli<IntelSourceView>('intel', 'add', 'feed', '--url', feed, '--match', 'score', '--every', '1');
      expect(added.code, added.stderr).toBe(0);
      const read = await server.cli<IntelSourceView>('intel', 'update', 'feed');
      expect(read.data).toMatchObject({ entries: 1, refused: 1, trouble: null });
      expect(read.data.refusedWhy).toMatchObject([{ why: 'a well-known resolver', example: RESOLVER }]);
      const logged = await server.cli<unknown>('audit', 'tail', '--type', 'intel.entry-refused');
      expect(logged.stdout).toContain(RESOLVER);

      // Scored: he comes in as before, and it is written down.
      const { id } = read.data;
      await expect.poll(async () => (await call<IntelStatus>('GET', '/status')).digest, SOON).not.toBeNull();
      await expect
        .poll(async () => {
          expect(await from(LISTED)).toBe(200);
          return (await call<IntelStatus>('GET', '/status')).hits.day;
        }, SOON)
        .toBeGreaterThan(0);

      await call('PATCH', `/sources/${id}`, { action: 'block' });
      await expect.poll(async () => from(LISTED), SOON).toBe(403);
      expect(await from(INNOCENT)).toBe(200);
      expect(await from(RESOLVER)).toBe(200);
      expect((await server.fetch(PAGE)).status, 'this machine').toBe(200);

      listed = '203.0.113.0/24\n';
      await call('POST', `/sources/${id}/refresh`);
      await expect.poll(async () => from(LISTED), SOON).toBe(200);
      await expect.poll(async () => from('203.0.113.9'), SOON).toBe(403);
      await call('DELETE', `/sources/${id}`);
      await expect.poll(async () => from('203.0.113.9'), SOON).toBe(200);
    });

    test('an indicator of our own blocks, is explained and becomes one alert, until it is removed', async () => {
      const body = { kind: 'address', value: '198.51.100.0/24', action: 'block', reason: 'seen in an attack' };
      const { id } = await call<IndicatorView>('POST', '/indicators', body);
      await expect.poll(async () => from(LISTED), SOON).toBe(403);
      const refused = await server.fetch(PAGE, { headers: { 'x-forwarded-for': LISTED } });
      expect(refused.body).not.toContain('198.51.100.0');
      const explained = await server.cli('explain', String(refused.headers['x-request-id']));
      expect(explained.stdout).toContain(`address ${id} block 80`);
      const found = await server.cli<LookupView>('intel', 'lookup', '198.51.100[.]7');
      expect(found.code).toBe(1);
      expect(found.data.matches).toMatchObject([{ id, value: '198.51.100.0/24', sourceName: 'own' }]);
      const alerts = async () => {
        const { body: answered } = await admin.call('GET', '/api/v1/alerts');
        return (answered as { items: readonly { detector: string; entity: { value: string } }[] }).items;
      };
      await expect
        .poll(
          async () =>
            (await alerts()).filter(({ detector, entity }) => detector === 'intel.address' && entity.value === LISTED).length,
          SOON,
        )
        .toBe(1);
      await call('DELETE', `/indicators/${id}`);
      await expect.poll(async () => from(LISTED), SOON).toBe(200);
    });

    test('a user agent and a page that led here are met too, and never those of somebody else', async () => {
      await call('POST', '/indicators', { kind: 'agent', value: 'Bad Bot/1.0', action: 'block', reason: 'scrapes' });
      await call('POST', '/indicators', { kind: 'host', value: '*.evil.example', action: 'block', reason: 'sends victims' });
      await expect.poll(async () => from(INNOCENT, { 'user-agent': 'bad bot/1.0' }), SOON).toBe(403);
      await expect.poll(async () => from(INNOCENT, { referer: 'https://www.evil.example/x' }), SOON).toBe(403);
      expect(await from(INNOCENT, { 'user-agent': 'Bad Bot/1.01' })).toBe(200);
      expect(await from(INNOCENT, { referer: 'https://notevil.example/x' })).toBe(200);
    });

    test('where a public address is, is told with it', async () => {
      const { data, code } = await server.cli<LookupView>('intel', 'lookup', '1.1.1.1');
      expect(code).toBe(0);
      expect(data).toMatchObject({ matches: [], place: { asn: 13_335 } });
      expect(data.known).not.toEqual([]);
    });

    test('what everybody needs is never listed', async () => {
      for (const value of ['127.0.0.1', RESOLVER, '10.0.0.0/8', '0.0.0.0/0']) {
        const body = { kind: 'address', value, action: 'block', reason: 'a mistake' };
        expect((await admin.call('POST', '/api/v1/intel/indicators', body)).status, value).toBe(400);
      }
      expect(
        (await admin.call('POST', '/api/v1/intel/sources', { name: 'x', format: 'list', url: 'http://169.254.169.254/' })).status,
      ).toBe(400);
    });
  },
);
