import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holdfast, HoldfastProcess } from '../../support/holdfast-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'hf-backup-system-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const original = at('original');
const file = at('backup.age');
const PASS = ['--passphrase-file', at('passphrase')];

const TRIES_MAX = 15;

interface Ran {
  readonly code: number | null;
  readonly data: Readonly<Record<string, unknown>>;
}

async function run(args: readonly string[], dataDir = original): Promise<Ran> {
  const { code, stdout, stderr } = await holdfast([...args, '--json', '--quiet', '--data-dir', dataDir]);
  const document = JSON.parse(stdout === '' ? '{}' : stdout) as { data?: Ran['data']; error?: Ran['data'] };
  return { code, data: document.data ?? document.error ?? { stderr } };
}

describe('a backup of a running server', () => {
  beforeAll(async () => {
    writeFileSync(at('passphrase'), 'correct horse battery staple\n');
    await using server = await HoldfastProcess.start({ dataDir: original });
    expect((await run(['ban', 'add', '192.0.2.9', '--for', '2h', '--reason', 'kept in the backup'])).code).toBe(0);
    expect((await run(['ban', 'allow', 'add', '203.0.113.0/24', '--reason', 'office'])).code).toBe(0);
    expect((await server.fetch("/search?q=1'%20OR%20'1'='1'--%20")).status).toBe(403);
    // A checkpoint covers what was recorded within a second or so.
    let ledgerSize: unknown = 0;
    for (let attempt = 0; attempt < TRIES_MAX && !(Number(ledgerSize) > 3); attempt += 1) {
      ledgerSize = (await run(['backup', 'create', file, '--yes', ...PASS])).data['ledgerSize'];
      await sleep(1000);
    }
    expect(ledgerSize).toBeGreaterThan(3);
    copyFileSync(join(original, 'keys/root.key'), at('root.key'));
  });

  test('verifies, holds the ledger, and holds neither the root key nor anything in clear', async () => {
    const { code, data } = await run(['backup', 'verify', file, ...PASS]);
    expect([code, data['ok']]).toEqual([0, true]);
    const bytes = readFileSync(file);
    expect(bytes.includes(readFileSync(at('root.key')))).toBe(false);
    expect(bytes.includes('kept in the backup')).toBe(false);
    expect(bytes.subarray(0, 21).toString()).toBe('age-encryption.org/v1');
  });

  test('does not verify with one changed byte, or with another passphrase', async () => {
    const bytes = readFileSync(file);
    bytes[bytes.length - 2000] = (bytes[bytes.length - 2000] ?? 0) ^ 1;
    writeFileSync(at('changed.age'), bytes);
    expect(await run(['backup', 'verify', at('changed.age'), ...PASS])).toMatchObject({
      code: 1,
      data: { code: 'backup-unreadable' },
    });
    writeFileSync(at('other'), 'some other passphrase\n');
    expect(await run(['backup', 'verify', file, '--passphrase-file', at('other')])).toMatchObject({
      code: 1,
      data: { code: 'backup-unreadable' },
    });
  });

  test('is refused without the root key and with a wrong one, which changes nothing', async () => {
    const target = at('refused');
    expect(await run(['backup', 'restore', file, ...PASS], target)).toMatchObject({ code: 3, data: { code: 'key-wrong' } });
    writeFileSync(at('wrong.key'), `${Buffer.alloc(32, 1).toString('base64')}\n`, { mode: 0o600 });
    expect(await run(['backup', 'restore', file, '--root-key', at('wrong.key'), ...PASS], target)).toMatchObject({
      code: 3,
      data: { code: 'key-wrong' },
    });
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.includes('restoring'))).toEqual([]);
  });

  test('restores into an empty place: state, ledger and its proofs; the restore is recorded', async () => {
    const target = at('restored');
    const restored = await run(['backup', 'restore', file, '--root-key', at('root.key'), ...PASS], target);
    expect(restored.code, JSON.stringify(restored.data)).toBe(0);
    const bans = await run(['ban', 'list'], target);
    expect(bans.data['bans']).toEqual([expect.objectContaining({ prefix: '192.0.2.9', reason: 'kept in the backup' })]);
    expect(JSON.stringify((await run(['ban', 'allow', 'list'], target)).data)).toContain('203.0.113.0/24');
    expect((await run(['audit', 'verify'], target)).data).toMatchObject({ ok: true });
    await using server = await HoldfastProcess.start({ dataDir: target });
    const events = async (type: string): Promise<unknown> =>
      (await server.cli<{ events: unknown[] }>('audit', 'tail', '--type', type)).data.events.length;
    await expect.poll(() => events('backup.restored'), { timeout: 30_000 }).toBe(1);
    await expect.poll(() => events('request.completed'), { timeout: 30_000 }).toBeGreaterThan(0);
    expect((await server.fetch('/')).status).toBe(200);
  });

  test('over a longer log is refused, and changes nothing', async () => {
    const target = at('restored');
    const refused = await run(['backup', 'restore', file, '--yes', '--root-key', at('root.key'), ...PASS], target);
    expect(refused).toMatchObject({ code: 5, data: { code: 'backup-outdated' } });
    expect(readdirSync(folder).filter((name) => name.includes('restor'))).toEqual(['restored']);
  });

  test('over a full data directory needs --yes, and then the old one is moved aside and its log goes on', async () => {
    const target = at('restored');
    const args = ['backup', 'restore', file, '--keep-log', ...PASS];
    expect((await run(args, target)).code).toBe(5);
    const done = await run([...args, '--yes'], target);
    expect(done.code, JSON.stringify(done.data)).toBe(0);
    const movedTo = String(done.data['movedTo']);
    expect(dirname(movedTo)).toBe(folder);
    expect(existsSync(join(movedTo, 'keys/root.key'))).toBe(true);
    expect((await run(['audit', 'verify'], target)).data).toMatchObject({ ok: true });
  });

  test('is refused while a server runs there', async () => {
    const target = at('restored');
    await using _server = await HoldfastProcess.start({ dataDir: target });
    expect(await run(['backup', 'restore', file, '--yes', ...PASS], target)).toMatchObject({
      code: 5,
      data: { code: 'data-dir-locked' },
    });
  });
});
