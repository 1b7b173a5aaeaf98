import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askedFrom } from '../../support/asked-from.ts';
import { startEchoUpstream, type EchoUpstream } from '../../support/echo-upstream.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { hostCall } from '../../support/host-client.ts';

/** Connections are dealt out to the workers in turn, so that each of them answers some of these. */
const ASKED = 12;
const NEIGHBOUR = '198.51.100.200';
const BANS = '/api/v1/bans';
const ALLOWS = '/api/v1/allows';

describe.each(['0', '2'])('what is banned by hand with %s gateway workers', (workers) => {
  const folder = mkdtempSync(join(tmpdir(), 'hf-ban-by-hand-'));
  let echo: EchoUpstream;
  let server: HoldfastProcess;

  beforeAll(async () => {
    echo = await startEchoUpstream();
    const file = join(folder, 'holdfast.yaml');
    writeFileSync(file, `trustedHops: 1\napplications:\n  - { id: shop, name: Shop, upstream: '${echo.url}', mode: monitor }\n`);
    const args = ['--config', file, '--listen', 'http://127.0.0.1:0', '--workers', workers];
    server = await HoldfastProcess.start({ dataDir: join(folder, 'data'), args });
  }, 180_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await echo[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What the processes answer, each answer once. */
  async function saidTo(from: string): Promise<readonly number[]> {
    const said = new Set<number>();
    for (let count = 0; count < ASKED; count += 1) said.add(await askedFrom(server, from));
    return [...said];
  }

  test('is refused by each process when the answer is there, and let through when it is lifted', async () => {
    for (let round = 1; round <= 5; round += 1) {
      const prefix = `198.51.100.${round}`;
      const body = { prefix, reason: 'a scanner', forSeconds: 600 };
      expect((await hostCall(server, 'POST', BANS, body)).status).toBe(201);
      expect(await saidTo(prefix)).toEqual([403]);
      expect(await saidTo(NEIGHBOUR)).toEqual([200]);
      expect((await hostCall(server, 'DELETE', `${BANS}/${prefix}`)).status).toBe(204);
      expect(await saidTo(prefix)).toEqual([200]);
    }
  });

  test('is let through when the allow-list or break-glass says so, and not any longer', async () => {
    const inside = '203.0.113.7';
    await hostCall(server, 'POST', BANS, { prefix: '203.0.113.0/24', reason: 'a network', forSeconds: 600 });
    await hostCall(server, 'POST', ALLOWS, { prefix: inside, reason: 'our office' });
    expect([await saidTo(inside), await saidTo('203.0.113.8')]).toEqual([[200], [403]]);
    await hostCall(server, 'DELETE', `${ALLOWS}/${inside}`);
    expect(await saidTo(inside)).toEqual([403]);
    expect((await hostCall(server, 'POST', '/api/v1/bypass', { forSeconds: 600, reason: 'we are locked out' })).status).toBe(201);
    expect(await saidTo(inside)).toEqual([200]);
    expect((await hostCall(server, 'DELETE', '/api/v1/bypass')).status).toBe(204);
    expect(await saidTo(inside)).toEqual([403]);
  });

  test('many together do not wait for each other in turn', async () => {
    const began = performance.now();
    const prefixes = Array.from({ length: 40 }, (_, index) => `192.0.2.${index + 1}`);
    const made = await Promise.all(
      prefixes.map(async (prefix) => hostCall(server, 'POST', BANS, { prefix, reason: 'many', forSeconds: 600 })),
    );
    const tookMs = Math.round(performance.now() - began);
    expect(new Set(made.map(({ status }) => status))).toEqual(new Set([201]));
    const said = await Promise.all(prefixes.map(async (prefix) => askedFrom(server, prefix)));
    expect(new Set(said)).toEqual(new Set([403]));
    process.stdout.write(`${prefixes.length} bans at once with ${workers} workers: ${tookMs} ms\n`);
  });
});
