import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holdfast, HoldfastProcess } from '../../support/holdfast-process.ts';
import { ask, filesHolding, unsealing } from '../../support/sealed.ts';

const folder = mkdtempSync(join(tmpdir(), 'hf-seal-shares-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const dataDir = at('data');
const PASS = ['--passphrase-file', at('passphrase')];
const CANARY = 'canary-7f3e91-the-value-of-a-secret';

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly data: Record<string, unknown>;
}

async function run(args: readonly string[], options: { dataDir?: string; input?: string } = {}): Promise<Ran> {
  const given = options.input === undefined ? {} : { input: options.input };
  const { code, stdout } = await holdfast([...args, '--json', '--quiet', '--data-dir', options.dataDir ?? dataDir], given);
  // The first line: shares are shown before they count.
  const document = JSON.parse(stdout.split('\n')[0] || '{}') as { data?: Ran['data']; error?: Ran['data'] };
  return { code, stdout, data: document.data ?? document.error ?? {} };
}

const SECRET = 'secret/production/API_KEY';
let rootKey: Buffer;
let shares: readonly string[];
let earlier: readonly string[];

/** With the server down: the shares of a new set. */
async function newShares(): Promise<readonly string[]> {
  const made = await run(['key', 'shares', '--of', '5', '--need', '3', '--yes', ...from(shares)]);
  expect(made.code, made.stdout).toBe(0);
  return made.data['shares'] as string[];
}
const from = (given: readonly string[] | undefined): string[] => {
  if (given === undefined) return [];
  writeFileSync(at('given'), `${given.slice(0, 3).join('\n')}\n`, { mode: 0o600 });
  return ['--unseal-from', at('given')];
};

beforeAll(async () => {
  writeFileSync(at('passphrase'), 'correct horse battery staple\n');
  {
    await using server = await HoldfastProcess.start({ dataDir });
    expect((await server.cli('ban', 'add', '192.0.2.9', '--forever', '--reason', 'kept')).code).toBe(0);
    const set = await holdfast(['secret', 'set', SECRET, '--stdin', '--data-dir', dataDir], { input: CANARY });
    expect(set.code, set.stderr).toBe(0);
  }
  rootKey = Buffer.from(readFileSync(join(dataDir, 'keys/root.key'), 'latin1').trim(), 'base64');
  earlier = await newShares();
  shares = earlier;
  shares = await newShares();
}, 300_000);

// Each step is a process of its own, and each of those opens everything.
describe('a root key in 3 of 5 shares', { timeout: 300_000 }, () => {
  test('is on the disk only as a wrapped one, and so is nothing that it seals', () => {
    expect(existsSync(join(dataDir, 'keys/root.key'))).toBe(false);
    expect(filesHolding(dataDir, rootKey)).toEqual([]);
    expect(filesHolding(dataDir, Buffer.from(CANARY))).toEqual([]);
    expect(new Set([...shares, ...earlier]).size).toBe(10);
  });

  test('sealed means 503 on every port, a certificate that vouches for nothing, and one thing to do', async () => {
    await using server = await HoldfastProcess.startSealed({ dataDir });
    await expect.poll(() => server.stderr).toMatch(/SEALED: .*3 of 5 shares.*holdfast key unseal/u);
    const page = await ask(server.https, '/', { headers: { accept: 'text/html' } });
    expect([page.status, page.headers['content-type'], page.subject]).toEqual([
      503,
      'text/html; charset=utf-8',
      'Holdfast sealed',
    ]);
    expect(page.validMs).toBeLessThan(2 * 86_400_000);
    expect(page.body).toContain('Sealed');
    for (const [base, path] of [
      [server.https, '/api/anything?x=1'],
      [server.http, '/'],
      [server.admin, '/api/v1/bans'],
      [server.admin, '/'],
    ] as const) {
      const answer = await ask(base, path);
      expect([answer.status, (JSON.parse(answer.body) as { code: string }).code], base + path).toEqual([503, 'keyring-sealed']);
      expect(answer.body).not.toContain(CANARY);
    }
    // Clients of the Vault API read it in their own words.
    const vault = await ask(server.admin, '/v1/secret/data/production/API_KEY');
    expect([vault.status, Object.keys(JSON.parse(vault.body) as object)]).toEqual([503, ['errors']]);
    expect(vault.body).not.toContain(CANARY);
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    };
    expect((await ask(server.https, '/socket', { headers: upgrade })).status).toBe(503);
    expect((await ask(server.https, '/', { method: 'POST', body: { a: 1 } })).status).toBe(503);
    expect((await ask(server.admin, '/-/live')).status).toBe(200);
    expect(JSON.parse((await ask(server.admin, '/-/ready')).body)).toEqual({ ready: false, reasons: ['sealed'] });
    expect((await ask(server.admin, '/api/v1/seal', { headers: { origin: 'https://evil.example' } })).status).toBe(403);
    for (const [command, code] of [
      [['ban', 'list'], 4],
      [['secret', 'get', SECRET, '--purpose', 'test'], 4],
      [['health'], 1],
      [['key', 'status'], 0],
    ] as const)
      expect((await run(command)).code, command.join(' ')).toBe(code);
    expect(await server.kill('SIGTERM')).toBe(0);
  });

  test('opens with any three, wherever they come from, names the bad ones, and serves on the same ports', async () => {
    await using server = await HoldfastProcess.startSealed({ dataDir });
    const { https, admin } = server;
    const first = await unsealing(server, { share: shares[4] });
    expect(JSON.parse(first.body)).toMatchObject({ isSealed: true, shares: { given: 1, need: 3, of: 5 } });
    const foreign = await unsealing(server, { share: earlier[1] });
    expect([foreign.status, foreign.body]).toEqual([403, expect.stringMatching(/Share 2 belongs to set [0-9a-f]{8}/u)]);
    // Who guesses over the port is slowed down; the operator of the host is not.
    const soon = await unsealing(server, { share: shares[3] });
    expect([200, 429]).toContain(soon.status);
    const damaged = (shares[2] ?? '').replace(/.$/u, (letter) => (letter === '0' ? '1' : '0'));
    const refused = await run(['key', 'unseal', '--from', '-'], { input: damaged });
    expect([refused.code, JSON.stringify(refused.data)]).toEqual([4, expect.stringContaining('damaged')]);
    const opened = await run(['key', 'unseal', '--from', '-'], { input: `# mine\n${shares[0]}\n\n${shares[2]}\n` });
    expect(opened).toMatchObject({ code: 0, data: { isSealed: false } });
    await server.served();
    expect([server.https, server.admin]).toEqual([https, admin]);
    expect((await server.fetch('/')).status).toBe(200);
    expect((await run(['ban', 'list'])).stdout).toContain('192.0.2.9');
    expect((await run(['secret', 'get', SECRET, '--purpose', 'test'])).stdout).toContain(CANARY);
    const events = await server.cli<{ events: { type: string; payload: Record<string, unknown> }[] }>(
      'audit',
      'tail',
      '--lines',
      '100',
    );
    const ours = events.data.events.filter(({ type }) => type.startsWith('keyring.'));
    const causes = ours.filter(({ type }) => type === 'keyring.unseal.refused').map(({ payload }) => String(payload['cause']));
    expect(new Set(causes)).toEqual(new Set(['damaged', 'foreign']));
    expect(causes.length).toBe(2);
    expect(ours.filter(({ type }) => type === 'keyring.unsealed').length).toBe(1);
    expect(ours.filter(({ type }) => type === 'keyring.seal.changed').length).toBe(2);
    expect(events.stdout).not.toContain('hfs1-');
  });

  test('opens for a Vault client that brings three, and for none that guesses', async () => {
    await using server = await HoldfastProcess.startSealed({ dataDir });
    const status = async (): Promise<unknown> => JSON.parse((await ask(server.admin, '/v1/sys/seal-status')).body);
    const bring = (key: string): ReturnType<typeof ask> => ask(server.admin, '/v1/sys/unseal', { method: 'PUT', body: { key } });
    expect(await status()).toMatchObject({ sealed: true, t: 3, n: 5, progress: 0 });
    expect(JSON.parse((await bring(shares[1] ?? '')).body)).toMatchObject({ sealed: true, progress: 1 });
    await ask(server.admin, '/v1/sys/unseal', { method: 'PUT', body: { reset: true } });
    expect(await status()).toMatchObject({ sealed: true, progress: 0 });
    const guessed = await bring('0'.repeat(60));
    expect([guessed.status, JSON.parse(guessed.body)]).toEqual([400, { errors: ['invalid key'] }]);
    for (const share of [shares[4], shares[0], shares[3]])
      // Whoever guessed waits a little.
      await expect.poll(async () => (await bring(share ?? '')).status, { timeout: 60_000, interval: 500 }).toBe(200);
    await server.served();
    expect(await status()).toMatchObject({ sealed: false });
    expect((await run(['secret', 'get', SECRET, '--purpose', 'test'])).stdout).toContain(CANARY);
  });

  test('restores from a backup with the shares alone', async () => {
    {
      await using server = await HoldfastProcess.startSealed({ dataDir });
      expect((await run(['key', 'unseal', '--from', '-'], { input: shares.join('\n') })).code).toBe(0);
      await server.served();
      const made = await run(['backup', 'create', at('backup.age'), '--yes', ...PASS]);
      expect(made.code, made.stdout).toBe(0);
    }
    const target = at('restored');
    const few = await run(['backup', 'restore', at('backup.age'), ...PASS, ...from(shares.slice(0, 2))], { dataDir: target });
    expect(few).toMatchObject({ code: 4, data: { code: 'unseal-refused' } });
    expect(existsSync(target)).toBe(false);
    const restored = await run(['backup', 'restore', at('backup.age'), ...PASS, ...from(shares.slice(2))], { dataDir: target });
    expect(restored.code, restored.stdout).toBe(0);
    expect(existsSync(join(target, 'keys/root.key'))).toBe(false);
    await using server = await HoldfastProcess.startSealed({ dataDir: target });
    expect((await run(['key', 'unseal', '--from', '-'], { dataDir: target, input: shares.join('\n') })).code).toBe(0);
    await server.served();
    expect((await run(['ban', 'list'], { dataDir: target })).stdout).toContain('192.0.2.9');
    const read = await run(['secret', 'get', SECRET, '--purpose', 'test'], { dataDir: target });
    expect(read.stdout).toContain(CANARY);
  });
});
