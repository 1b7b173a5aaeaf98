import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAdminClient, type AdminClient } from '../../support/admin-client.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { startTestApplication, type TestApplication } from '../../support/test-application.ts';

const DISK_MIB = 160;
const BALLAST_BYTES = 8_388_608;
const ATTACK = "/?q=1'%20UNION%20SELECT%20name,pass%20FROM%20users--%20";
const disk = mountSmallDisk(DISK_MIB);
if (disk === null) console.warn('SKIPPED LOUDLY: this host may not mount a small tmpfs, so a full disk is not tested');
const fill = (): void => disk?.fill();

describe.skipIf(disk === null)('a full disk', () => {
  const stack = new AsyncDisposableStack();
  let application: TestApplication;
  let server: HoldfastProcess;
  let admin: AdminClient;
  const refused: string[] = [];
  const dataDir = join(disk?.path ?? '', 'data');

  beforeAll(async () => {
    stack.defer(() => disk?.[Symbol.dispose]());
    application = stack.use(await startTestApplication());
    server = stack.use(
      await HoldfastProcess.start({
        args: ['--to', application.url, '--mode', 'enforce'],
        dataDir,
        env: { HOLDFAST_AUDIT__BALLAST_BYTES: String(BALLAST_BYTES) },
      }),
    );
    admin = stack.use(await createAdminClient(server, ['ban:read', 'ban:write']));
  });
  afterAll(() => stack.disposeAsync());

  const attack = async (): Promise<void> => {
    const answer = await server.fetch(ATTACK);
    expect(answer.status).toBe(403);
    refused.push(String(answer.headers['x-request-id']));
  };
  const ban = (prefix: string): ReturnType<AdminClient['call']> =>
    admin.call('POST', '/api/v1/bans', { prefix, reason: 'a test', forSeconds: null });

  test('first gives its ballast back, so that there is room to write what happened', async () => {
    await attack();
    expect((await ban('203.0.113.1')).status).toBeLessThan(300);
    expect(statSync(join(dataDir, 'ballast')).size).toBe(BALLAST_BYTES);
    fill();
    const isFreed = (): boolean =>
      !existsSync(join(dataDir, 'ballast')) || statSync(join(dataDir, 'ballast')).size < BALLAST_BYTES;
    await expect.poll(isFreed, { timeout: 30_000, interval: 250 }).toBe(true);
  });

  test('then refuses changes in words, while traffic is served, attacks are refused and everything can be read', async () => {
    fill();
    // What was open in the last block may still fit.
    await expect
      .poll(
        async () => {
          fill();
          return (await ban('203.0.113.2')).status;
        },
        { timeout: 30_000, interval: 100 },
      )
      .toBe(503);
    const { body } = await ban('203.0.113.3');
    expect(['audit-unavailable', 'database-unavailable']).toContain((body as { code: string }).code);
    for (let at = 0; at < 25; at += 1) await attack();
    expect((await server.fetch('/?q=union%20of%20students')).status).toBe(200);
    expect((await admin.call('GET', '/api/v1/bans')).status).toBe(200);
    expect(server.child.exitCode).toBeNull();
    expect(server.stderr).not.toMatch(/^\s+at /mu);
  });

  test('and goes on by itself when there is room again: what waited is recorded, nothing acknowledged is missing', async () => {
    disk?.free();
    await expect.poll(async () => (await ban('203.0.113.4')).status, { timeout: 30_000, interval: 250 }).toBeLessThan(300);
    const waiting = async (): Promise<string[]> => {
      const { data } = await server.cli<{ events: { requestId: string | null }[] }>(
        'audit',
        'tail',
        '-n',
        '500',
        '--outcome',
        'blocked',
      );
      const recorded = new Set(data.events.map(({ requestId }) => requestId));
      return refused.filter((id) => !recorded.has(id));
    };
    await expect.poll(waiting, { timeout: 30_000, interval: 500 }).toEqual([]);
    expect((await server.cli<{ outcome: string }>('explain', String(refused.at(-1)))).data.outcome).toBe('blocked');
    const bans = (await server.cli<{ bans: { prefix: string }[] }>('ban', 'list')).data.bans.map(({ prefix }) => prefix);
    expect(bans).toEqual(expect.arrayContaining(['203.0.113.1', '203.0.113.4']));
    expect((await server.cli('audit', 'verify')).code).toBe(0);
    await server.kill('SIGKILL');
    await using again = await HoldfastProcess.start({ args: ['--to', application.url], dataDir });
    expect((await again.cli('audit', 'verify')).code).toBe(0);
  });
});
