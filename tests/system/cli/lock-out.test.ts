import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { holdfast, HoldfastProcess } from '../../support/holdfast-process.ts';

const dataDir = join(mkdtempSync(join(tmpdir(), 'hf-lock-out-')), 'data');
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const SSH = { SSH_CONNECTION: '198.51.100.20 50000 10.0.0.1 22' };

interface Told<Data> {
  readonly code: number | null;
  readonly data: Data;
}

async function json<Data>(args: readonly string[], env: Record<string, string> = {}): Promise<Told<Data>> {
  const { code, stdout } = await holdfast([...args, '--json', '--data-dir', dataDir], { env });
  const document = JSON.parse(stdout) as { data?: Data; error?: Data };
  // Commands document their data in docs/reference/cli.md; a test names the part it reads.
  return { code, data: (document.data ?? document.error) as Data };
}

interface Bans {
  readonly bans: readonly { readonly prefix: string }[];
}

describe('an operator who has locked themselves out', () => {
  test('lifts their own ban and starts break-glass with the server up', async () => {
    await using server = await HoldfastProcess.start({ dataDir });
    expect((await json(['ban', 'add', '198.51.100.0/24', '--forever'])).code).toBe(0);
    expect((await json(['ban', 'add', '203.0.113.5'])).code).toBe(0);
    expect((await json<{ removed: string[] }>(['ban', 'remove', '--mine'], SSH)).data.removed).toEqual(['198.51.100.0/24']);
    expect((await json<Bans>(['ban', 'list'])).data.bans.map(({ prefix }) => prefix)).toEqual(['203.0.113.5']);

    const attack = '/search?q=%3Cscript%3Ealert(1)%3C/script%3E';
    expect((await server.fetch(attack)).status).toBe(403);
    expect((await json(['bypass', 'on', '--for', '5m', '--reason', 'sale is on, rule under review'])).code).toBe(0);
    await expect.poll(async () => (await server.fetch(attack)).status, { timeout: 15_000 }).not.toBe(403);
    expect((await json(['bypass', 'off'])).code).toBe(0);
    await expect.poll(async () => (await server.fetch(attack)).status, { timeout: 15_000 }).toBe(403);
  });

  test('does the same with the server down, and it holds when it is up again', async () => {
    expect((await json(['ban', 'add', '2001:db8::/32', '--for', '2h'])).code).toBe(0);
    expect((await json(['ban', 'remove', '203.0.113.5'])).code).toBe(0);
    expect((await json(['bypass', 'on', '--for', '10m', '--reason', 'nobody can sign in'])).code).toBe(0);
    await using server = await HoldfastProcess.start({ dataDir });
    expect((await json<Bans>(['ban', 'list'])).data.bans.map(({ prefix }) => prefix)).toEqual(['2001:db8::/32']);
    expect((await json<{ active: { reason: string } }>(['bypass', 'status'])).data.active.reason).toBe('nobody can sign in');
    expect((await server.fetch('/search?q=%3Cscript%3Ealert(1)%3C/script%3E')).status).not.toBe(403);
  });

  test('finds each of these actions in the ledger, with who did it', async () => {
    const { data } = await json<{ events: { type: string; actor: { kind: string } }[] }>(['audit', 'tail', '-n', '200']);
    const done = data.events.filter(({ actor }) => actor.kind === 'operator').map(({ type }) => type);
    expect(done.filter((type) => type === 'ban.added').length).toBe(3);
    expect(done.filter((type) => type === 'ban.removed').length).toBe(2);
    expect(done.filter((type) => type === 'bypass.started').length).toBe(2);
    expect((await json<{ ok: boolean }>(['audit', 'verify'])).data.ok).toBe(true);
  });

  test('cannot be banned from their own machine', async () => {
    for (const prefix of ['127.0.0.1', '::1', '0.0.0.0/0', '::/0']) {
      expect((await json<{ code: string }>(['ban', 'add', prefix])).data.code, prefix).toBe('ban-unsafe');
    }
  });

  test('is told of a mistyped data directory instead of being given an empty one', async () => {
    const { code, stderr } = await holdfast(['ban', 'list', '--data-dir', join(dataDir, 'typo')]);
    expect(code).toBe(4);
    expect(stderr).toContain('does not exist');
  });
});
