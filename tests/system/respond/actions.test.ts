import type { ActionView } from '@holdfast/contract';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AdminBrowser } from '../../support/admin-browser.ts';
import { connectAdmin } from '../../support/admin-client.ts';
import { askedFrom } from '../../support/asked-from.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { startTestApplication, type TestApplication } from '../../support/test-application.ts';

const SOON = { timeout: 30_000, interval: 100 };

describe('actions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hf-actions-'));
  const dataDir = join(folder, 'data');
  let application: TestApplication;
  let server: HoldfastProcess;
  let token = '';

  const start = async (env: Record<string, string> = {}): Promise<void> => {
    const args = ['--config', join(folder, 'holdfast.yaml'), '--listen', 'http://127.0.0.1:0'];
    server = await HoldfastProcess.start({ dataDir, args, env });
  };
  beforeAll(async () => {
    application = await startTestApplication();
    writeFileSync(
      join(folder, 'holdfast.yaml'),
      `trustedHops: 1
applications:
  - id: shop
    name: Shop
    upstream: ${application.url}
    mode: enforce
`,
    );
    await start();
    const permissions = ['incident:act', 'ban:write'];
    const created = await server.cli<{ token: string }>('token', 'create', '--name', 'robot', '--permission', ...permissions);
    ({ token } = created.data);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await application[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const statusFor = (from: string): Promise<number> => askedFrom(server, from);
  const act = (...words: string[]) => server.cli<ActionView>('action', ...words);
  const ban = (prefix: string, forSeconds: number, ...words: string[]) =>
    act('run', 'ban-source', '--set', `prefix=${prefix}`, `forSeconds=${forSeconds}`, '--reason', 'a scanner', ...words);

  test('are planned without a change, done at the gateway when the command ends, undone and done again', async () => {
    const from = '198.51.100.10';
    const plan = await server.cli('action', 'plan', 'ban-source', '--set', `prefix=${from}`);
    expect([plan.code, await statusFor(from)]).toEqual([0, 200]);
    const { code, data, stderr } = await ban(from, 600);
    expect(code, stderr).toBe(0);
    expect(data).toMatchObject({ state: 'effective', isUndoable: true });
    expect(await statusFor(from)).toBe(403);
    expect(await statusFor('198.51.100.11')).toBe(200);
    expect((await act('undo', data.id, '--reason', 'it was our office')).data.state).toBe('undone');
    expect(await statusFor(from)).toBe(200);
    expect((await act('redo', data.id, '--reason', 'it was not')).data.state).toBe('effective');
    expect(await statusFor(from)).toBe(403);
  });

  test('are refused by guards, whoever asks, and the command says so', async () => {
    expect((await ban('127.0.0.1', 600)).code).toBe(5);
    expect((await server.cli('action', 'plan', 'ban-source', '--set', 'prefix=127.0.0.1')).code).toBe(5);
    expect((await act('run', 'ban-source', '--set', 'prefix=nonsense', '--reason', 'a scanner')).code).not.toBe(0);
    expect(await statusFor('127.0.0.1')).toBe(200);
  });

  test('that last wait for a second administrator, who is not whoever asked', async () => {
    const from = '198.51.100.20';
    const ada = new AdminBrowser(server.admin, server.ca());
    const { data: setup } = await server.cli<{ link: string }>('admin', 'setup-link');
    await ada.enrol(setup.link, { name: 'ada', password: 'vier blaue Drachen im Regen' });
    await ada.confirm();
    const invited = await ada.api('POST', '/people', { body: { name: 'grace', role: 'administrator' } });
    const grace = new AdminBrowser(server.admin, server.ca());
    await grace.enrol(String(invited.data['link']), { password: 'drei rote Drachen im Herbst' });

    const parameters = { prefix: from, forSeconds: 7200 };
    const asked = await ada.api('POST', '/actions', { body: { action: 'ban-source', parameters, reason: 'a scanner' } });
    expect([asked.status, asked.data['state']]).toEqual([201, 'waiting']);
    expect(await statusFor(from)).toBe(200);
    const approve = `/actions/${String(asked.data['id'])}/approve`;
    const body = { reason: 'looked at it' };
    const own = await ada.api('POST', approve, { body });
    expect([own.status, own.data['code']]).toEqual([403, 'approval-refused']);
    // To agree is confirmed: a session that somebody else got hold of agrees to nothing.
    expect((await grace.api('POST', approve, { body })).data['code']).toBe('step-up-required');
    await grace.confirm();
    expect((await grace.api('POST', approve, { body })).data['state']).toBe('effective');
    expect(await statusFor(from)).toBe(403);

    const { data: me } = await ada.api('GET', '/me');
    const { people } = (await server.cli<{ people: { id: string; name: string }[] }>('user', 'list')).data;
    const owner = people.find(({ name }) => name === me['name'])?.id ?? '';
    expect((await act('run', 'lock-account', '--set', `person=${owner}`, '--reason', 'a test')).code).toBe(5);
    expect((await ada.api('GET', '/me')).status).toBe(200);
  });

  test.each(['action-asked', 'action-applied'])(
    'of a process that is killed at %s are done once after the next start',
    async (point) => {
      const from = point === 'action-asked' ? '198.51.100.30' : '198.51.100.31';
      const key = `killed at ${point}`;
      await server[Symbol.asyncDispose]();
      await start({ HOLDFAST_TEST_KILL_AT: point });
      const body = { action: 'ban-source', parameters: { prefix: from, forSeconds: 600 }, reason: 'a scanner', key };
      using client = connectAdmin(server, token);
      await expect(client.call('POST', '/api/v1/actions', body)).rejects.toThrow(/socket|ECONN/u);
      await server.kill('SIGKILL');
      await start();
      await expect.poll(() => statusFor(from), SOON).toBe(403);
      const again = await ban(from, 600, '--key', key);
      expect(again.data).toMatchObject({ state: 'effective' });
      expect(again.data.steps.map(({ what }) => what)).toEqual(['asked', 'began', 'effective']);
      const added = await server.cli<{ bans: { prefix: string }[] }>('ban', 'list');
      expect(added.data.bans.filter(({ prefix }) => prefix === from)).toHaveLength(1);
    },
  );
});
