import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Explanation, PolicyAnswer, PolicyCheck, PolicyList, PolicyStatus, WhoCan } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAdminClient } from '../../support/admin-client.ts';
import { startEchoUpstream, type EchoUpstream } from '../../support/echo-upstream.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';

/** Enough requests on connections of their own that each of two workers answers some. */
const ASKED = 12;
const SOON = { timeout: 30_000, interval: 50 };
const PUBLIC = `// What everybody may see.
@id("public")
permit(principal, action in Action::"read", resource in Route::"/public/*");
`;

let folder: string;
let upstream: EchoUpstream;
let running: HoldfastProcess;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hf-policies-'));
  upstream = await startEchoUpstream();
  running = await HoldfastProcess.start({ args: ['--workers', '2', '--to', upstream.url] });
}, 90_000);
afterAll(async () => {
  await running[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Which answers so many connections get: one, once every worker is of the same mind. */
async function statuses(path: string): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: ASKED }, async () => running.fetch(path)));
  return [...new Set(answers.map(({ status }) => status))].toSorted((left, right) => left - right);
}

function file(text: string): string {
  const path = join(folder, `${randomBytes(4).toString('hex')}.cedar`);
  writeFileSync(path, text);
  return path;
}

const accept = async (set: string, text: string) =>
  running.cli<{ code: string }>('policy', 'accept', set, '--file', file(text), '--yes');
const application = async (): Promise<string> => {
  const { data } = await running.cli<PolicyList>('policy', 'list');
  // Two sets are Holdfast's own: its API and the secrets.
  return data.items.find(({ set }) => !set.startsWith('holdfast'))?.set ?? '';
};

describe('access policies of a running Holdfast with two workers', () => {
  it('deny by default in every worker as soon as they are accepted, and let in what they permit', async () => {
    const set = await application();
    expect(await statuses('/private')).toEqual([200]);
    expect((await accept(set, PUBLIC)).code).toBe(0);
    await expect.poll(() => statuses('/private'), SOON).toEqual([403]);
    expect(await statuses('/public/a')).toEqual([200]);
    upstream.reset();
    const refused = await running.fetch('/private');
    expect(upstream.seen).toEqual([]);
    const id = String(refused.headers['x-request-id']);
    const explained = await running.cli<Explanation>('explain', id);
    expect(explained.data).toMatchObject({
      outcome: 'refused',
      access: { allowed: false, principal: { kind: 'visitor', id: null } },
    });
  });

  it('are refused with line and column when they have a fault, and what was in force stays', async () => {
    const set = await application();
    const refused = await accept(set, `${PUBLIC}permit(principal in Role::"boss", action, resource);`);
    expect(refused).toMatchObject({ code: 3, data: { code: 'policy-invalid' } });
    expect(refused.stdout).toContain('line 4, column 21');
    const checked = await running.cli<PolicyCheck>('policy', 'check', set, '--file', file('permit(principal, action);'));
    expect(checked).toMatchObject({ code: 1, data: { faults: [{ line: 1 }] } });
    expect(await statuses('/private')).toEqual([403]);
    expect(await statuses('/public/a')).toEqual([200]);
  });

  it('deny everything that a broken forbid could be about', async () => {
    const set = await application();
    const broken = '@id("broken") forbid(principal, action, resource) when { context.authAge + 9223372036854775807 < 0 };';
    expect((await accept(set, `${PUBLIC}${broken}`)).code).toBe(0);
    await expect.poll(() => statuses('/public/a'), SOON).toEqual([403]);
    const asked = await running.cli<PolicyAnswer>('policy', 'check', set, '--visitor', '--path', '/public/a');
    expect(asked).toMatchObject({ code: 1, data: { allowed: false, why: 'failed', errors: ['broken'] } });
    expect((await running.cli('policy', 'rollback', set, '--yes')).code).toBe(0);
    await expect.poll(() => statuses('/public/a'), SOON).toEqual([200]);
  });

  it('can be tried: recorded and passed on, until they are enforced', async () => {
    const set = await application();
    expect((await running.cli<PolicyStatus>('policy', 'mode', set, 'monitor', '--yes')).data.accessMode).toBe('monitor');
    await expect.poll(() => statuses('/private'), SOON).toEqual([200]);
    expect((await running.cli('policy', 'mode', set, 'enforce')).code).toBe(0);
    await expect.poll(() => statuses('/private'), SOON).toEqual([403]);
  });

  it('tell who can', async () => {
    const set = await application();
    const { data } = await running.cli<WhoCan>('policy', 'who-can', set, '--path', '/public/a');
    expect(data.visitor).toMatchObject({ allowed: true, policies: ['public'] });
    const other = await running.cli<WhoCan>('policy', 'who-can', set, '--path', '/public/a', '--method', 'POST');
    expect(other.data.visitor).toMatchObject({ allowed: false, why: 'unpermitted' });
  });

  it('of the API can take a right away, and one command on the host gives it back', async () => {
    using admin = await createAdminClient(running, ['ban:read']);
    const bans = async (): Promise<{ status: number; code?: unknown }> => {
      const { status, body } = await admin.call('GET', '/api/v1/bans');
      return status === 200 ? { status } : { status, code: (body as { code?: unknown }).code };
    };
    expect((await bans()).status).toBe(200);
    expect((await accept('holdfast', '@id("nobody") forbid(principal, action, resource);')).code).toBe(0);
    await expect.poll(bans, SOON).toEqual({ status: 403, code: 'access-denied' });
    expect((await running.cli('policy', 'rollback', 'holdfast', '--yes')).code).toBe(0);
    await expect.poll(async () => (await bans()).status, SOON).toBe(200);
  });
});
