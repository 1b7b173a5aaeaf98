import type { AttackSources, IntelSelfTest, IntelStatus, WatchHealth } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAdminClient, type AdminClient } from '../../support/admin-client.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';

const SOON = { timeout: 30_000, interval: 200 };
const ATTACK = "/?q=1'%20UNION%20SELECT%20name,pass%20FROM%20users--%20";

describe.each([['in one process', []] as const, ['with two workers', ['--workers', '2']] as const])(
  'what is planted, %s',
  (_name, args) => {
    let server: HoldfastProcess;
    let admin: AdminClient;

    beforeAll(async () => {
      server = await HoldfastProcess.start({ args: [...args], env: { HOLDFAST_TRUSTED_HOPS: '1' } });
      admin = await createAdminClient(server, ['intel:read', 'intel:write', 'detection:read', 'alert:read']);
    }, 120_000);
    afterAll(async () => {
      admin[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    });

    const read = async <Body>(path: string): Promise<Body> => {
      const { status, body } = await admin.call('GET', `/api/v1${path}`);
      expect(status, JSON.stringify(body)).toBe(200);
      return body as Body;
    };
    const planted = async () => (await read<WatchHealth>('/detection/health')).canaries.find(({ name }) => name === 'indicator');

    test('a self-test is refused by a gateway, and leaves nothing in force', async () => {
      expect(await planted()).toMatchObject({ outcome: 'idle' });
      const asked = await server.cli<IntelSelfTest>('intel', 'selftest');
      expect(asked.code, asked.stderr).toBe(0);
      expect(asked.data).toMatchObject({ outcome: 'blocked' });
      process.stdout.write(`planted indicator to refusal: ${asked.data.tookMs} ms\n`);
      expect((await read<IntelStatus>('/intel/status')).digest).toBeNull();
      const { stdout } = await server.cli('audit', 'tail', '--type', 'intel.self-tested');
      expect(stdout).toContain('intel.self-tested');
    });

    test('is seen once something is listed, and an indicator that somebody plants blocks real requests', async () => {
      const from = async (address: string): Promise<number> =>
        (await server.fetch('/', { headers: { 'x-forwarded-for': address } })).status;
      expect(await from('198.51.100.7')).toBe(200);
      const body = { kind: 'address', value: '198.51.100.0/24', action: 'block', reason: 'seen in an attack' };
      expect((await admin.call('POST', '/api/v1/intel/indicators', body)).status).toBe(201);
      await expect.poll(async () => from('198.51.100.7'), SOON).toBe(403);
      expect(await from('192.0.2.7')).toBe(200);
      await expect.poll(async () => (await planted())?.outcome, SOON).toBe('seen');
      const health = await server.cli<WatchHealth>('detect', 'health');
      expect(health.data.canaries.map(({ name }) => name)).toContain('indicator');
    });

    test('where attacks come from is shown without an address', async () => {
      for (let round = 0; round < 3; round += 1) await server.fetch(ATTACK, { headers: { 'x-forwarded-for': '193.0.6.139' } });
      const sources = async () => (await server.cli<AttackSources>('alert', 'sources', '--span', '1h')).data;
      await expect
        .poll(async () => (await sources()).items.find(({ country }) => country === 'NL')?.requests ?? 0, SOON)
        .toBeGreaterThanOrEqual(3);
      const seen = await sources();
      expect(seen.items.find(({ country }) => country === 'NL')).toMatchObject({ asn: 3333 });
      expect(JSON.stringify(seen)).not.toContain('193.0.6');
      const { countries } = await read<{ countries: readonly { country: string }[] }>('/alerts/sources/world');
      expect(countries.length).toBeGreaterThan(200);
      expect((await admin.call('GET', '/api/v1/alerts/sources?span=7d')).status).toBe(400);
    });
  },
);
