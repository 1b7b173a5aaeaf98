import type { AdviceView, EventView, PolicyVersionView, TokenView } from '@holdfast/contract';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectAdmin } from '../../support/admin-client.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { startTestApplication, type TestApplication } from '../../support/test-application.ts';

/** Gateways tell of requests in batches. */
const COUNTED = { timeout: 30_000, interval: 100 };
const POLICIES = `// Programs of ours.
@id("programs") permit(principal is ServiceAccount, action in [Action::"GET", Action::"POST", Action::"DELETE"], resource);
@id("old-reports") permit(principal, action, resource in Route::"/reports/*") when { context.path like "/reports/*" };
`;

interface Created {
  readonly token: string;
  readonly view: TokenView;
}

describe.each([
  ['in one process', []],
  ['with two workers', ['--workers', '2']],
])('holdfast advise, %s', (_name, args) => {
  let application: TestApplication;
  let server: HoldfastProcess;
  let folder: string;
  let crawler: Created;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hf-advise-'));
    application = await startTestApplication();
    server = await HoldfastProcess.start({ args: ['--to', application.url, '--login', 'required', ...args] });
    const file = join(folder, 'app.cedar');
    writeFileSync(file, POLICIES);
    await ok('service', 'create', 'crawler', '--app', 'app');
    crawler = await ok<Created>(
      'token',
      'create',
      '--account',
      'crawler',
      '--name',
      'first',
      '--permission',
      'ban:read',
      'ban:write',
    );
    await ok('policy', 'accept', 'app', '--file', file, '--yes');
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await application[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const ok = async <Data>(...words: string[]): Promise<Data> => {
    const ran = await server.cli<Data>(...words);
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    return ran.data;
  };
  const look = async (): Promise<AdviceView> => (await server.cli<AdviceView>('advise')).data;
  const visit = async (method: string): Promise<number> => {
    const headers = { authorization: `Bearer ${crawler.token}`, accept: 'application/json' };
    return (await server.fetch('/orders/7', { method, headers })).status;
  };
  const callApi = async (method: string, path: string): Promise<number> => {
    using admin = connectAdmin(server, crawler.token);
    return (await admin.call(method, path, method === 'GET' ? undefined : { prefix: '203.0.113.7', reason: 'a test' })).status;
  };
  const policyText = async () => (await ok<PolicyVersionView>('policy', 'show', 'app')).text;

  test('counts what programs do, at the gateway and at the API, and finds what they never did', async () => {
    expect(await callApi('GET', '/api/v1/bans')).toBe(200);
    // A refused try needs no right.
    expect(await callApi('GET', '/api/v1/people')).toBe(403);
    const id = `token.${crawler.view.id}`;
    // Each worker has the policies a moment after they were accepted; what it let in before was not decided by one.
    const unusedAfter = async (...methods: string[]) => {
      for (const method of methods) expect(await visit(method)).toBe(200);
      return (await look()).policies.find(({ policy }) => policy === 'programs')?.unused;
    };
    await expect.poll(() => unusedAfter('GET', 'POST'), COUNTED).toEqual(['DELETE']);
    const { data: advice, code } = await server.cli<AdviceView>('advise');
    expect(code).toBe(1);
    expect(advice).toMatchObject({ days: 30, incomplete: false, applied: null, replay: { changed: 0 } });
    expect(advice.replay.allowed).toBeGreaterThanOrEqual(3);
    expect(advice.grants).toEqual([
      { kind: 'token', id: crawler.view.id, name: 'crawler / first', granted: 2, unused: ['ban:write'], young: true },
    ]);
    expect(advice.proposals.map((each) => each.id)).toEqual([id, 'policy.app.programs', 'policy.app.old-reports']);
    const unused = await server.cli<Pick<AdviceView, 'policies'>>('policy', 'unused', 'app');
    expect([unused.code, unused.data.policies.map(({ policy, finding }) => [policy, finding])]).toEqual([
      1,
      [
        ['programs', 'actions-unused'],
        ['old-reports', 'never-decided'],
      ],
    ]);
  });

  test('applies nothing young by itself, and by its id exactly that', async () => {
    expect((await server.cli('advise', '--apply')).code).toBe(1);
    expect((await server.cli('advise', '--apply', '--rollback')).code).toBe(2);
    expect((await server.cli('advise', 'token.x')).code).toBe(2);
    expect((await server.cli('advise', '--apply', 'policy.app.nothing')).code).toBe(1);
    const before = await policyText();
    const ids = (await look()).proposals.map((each) => each.id);
    const dry = await ok<{ dryRun: boolean }>('advise', '--apply', ...ids, '--dry-run');
    expect([dry.dryRun, await policyText()]).toEqual([true, before]);

    await ok('advise', '--apply', ...ids);
    expect(await policyText()).not.toMatch(/permit\([^;]*reports|DELETE/u);
    // What was used goes on, at every gateway; what was not is refused.
    await expect.poll(() => visit('DELETE'), COUNTED).toBe(403);
    expect([await visit('GET'), await visit('POST'), await callApi('GET', '/api/v1/bans')]).toEqual([200, 200, 200]);
    expect(await callApi('POST', '/api/v1/bans')).toBe(403);
    expect((await look()).proposals).toEqual([]);

    await ok('advise', '--rollback');
    expect(await policyText()).toBe(before);
    await expect.poll(() => visit('DELETE'), COUNTED).toBe(200);
    expect(await callApi('POST', '/api/v1/bans')).toBe(201);
    expect((await server.cli('advise', '--rollback')).code).toBe(1);
  });

  test('is in the ledger, without a path', async () => {
    const events = async (type: string) =>
      (await ok<{ events: EventView[] }>('audit', 'tail', '--type', type)).events.map(({ payload }) => payload);
    expect(await events('access.advice.applied')).toMatchObject([{ changed: 0, days: 30 }]);
    expect(await events('access.advice.undone')).toMatchObject([{ skipped: [] }]);
    expect(JSON.stringify(await look())).not.toContain('/orders/7');
  });
});
