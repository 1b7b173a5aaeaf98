import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from './shell/catalogue.ts';
import { isBranch, type CommandBody, type LeafBody } from './command.ts';
import { withoutDoubledUp } from './program.ts';
import { answerOnSocket, openTestTerminal, type TestTerminal } from './terminal/test-terminal.ts';

let terminal: TestTerminal;
beforeAll(() => {
  terminal = openTestTerminal();
  mkdirSync(terminal.dataDir, { recursive: true });
});
afterAll(() => terminal.close());

async function leaves(): Promise<{ path: string[]; leaf: LeafBody }[]> {
  const walk = (path: string[], body: CommandBody): { path: string[]; leaf: LeafBody }[] =>
    isBranch(body) ? body.verbs.flatMap((verb) => walk([...path, verb.name], verb)) : [{ path, leaf: body }];
  const all = await Promise.all(COMMANDS.map(async (entry) => walk([entry.name], await entry.load())));
  return all.flat();
}

describe('every command', () => {
  test('has help with its examples before its flags, and examples that parse', async () => {
    const all = await leaves();
    expect(all.length).toBeGreaterThan(45);
    for (const { path, leaf } of all) {
      const help = await terminal.run([...path, '--help']);
      expect(help, path.join(' ')).toMatchObject({ code: 0, stderr: '' });
      expect(leaf.examples.length, path.join(' ')).toBeGreaterThan(0);
      expect(help.stdout.indexOf('Examples'), path.join(' ')).toBeGreaterThan(-1);
      expect(help.stdout.indexOf('Examples'), path.join(' ')).toBeLessThan(help.stdout.indexOf('Flags'));
      expect(help.stdout, path.join(' ')).toContain('--json');
      for (const example of leaf.examples) expect(example, path.join(' ')).toContain(`holdfast ${path.join(' ')}`);
    }
  });

  test('refuses an unknown flag with exit code 2, a code and the next command, and touches nothing', async () => {
    for (const { path } of await leaves()) {
      const ran = await terminal.run([...path, '--no-such-flag']);
      expect(ran.code, path.join(' ')).toBe(2);
      expect(ran.stdout, path.join(' ')).toBe('');
      expect(ran.stderr, path.join(' ')).toMatch(
        /error: Wrong usage\n {2}why .*\n {2}next {2}holdfast .*--help\n {2}code {2}usage\n$/u,
      );
    }
  });
});

describe('the command line', () => {
  test('suggests the nearest name', async () => {
    expect((await terminal.run(['statsu'])).stderr).toContain('Did you mean status?');
    expect((await terminal.run(['ban', 'lst'])).stderr).toContain('Did you mean list?');
    expect((await terminal.run(['up', '--too', 'x'])).stderr).toContain('Did you mean --to?');
  });

  test('without a verb shows the help of the noun and exits 2; bare, the whole help and 0', async () => {
    expect(await terminal.run(['ban'])).toMatchObject({ code: 2, stdout: '' });
    const bare = await terminal.run([]);
    expect(bare.code).toBe(0);
    for (const { name } of COMMANDS) expect(bare.stdout).toContain(`  ${name}`);
  });

  test('takes global flags before and after the command', async () => {
    const expected = { code: 4, stderr: expect.stringContaining('data ./elsewhere  (server down)') };
    expect(await terminal.run(['--data-dir', 'elsewhere', 'status'])).toMatchObject(expected);
    expect(await terminal.run(['status', '--data-dir', 'elsewhere'])).toMatchObject(expected);
    expect(await terminal.run(['status'], { env: { HOLDFAST_DATA_DIR: 'elsewhere' } })).toMatchObject(expected);
  });

  test('answers in one JSON document on stdout, for errors too', async () => {
    const ran = await terminal.run(['status', '--json', '--quiet']);
    expect(ran).toMatchObject({ code: 4, stderr: '' });
    expect(JSON.parse(ran.stdout)).toMatchObject({
      schemaVersion: 1,
      command: 'status',
      ok: false,
      error: { code: 'server-unreachable', next: 'holdfast up' },
    });
    const usage = await terminal.run(['status', '--json', '--wrong']);
    expect(JSON.parse(usage.stdout)).toMatchObject({ ok: false, error: { code: 'usage' } });
  });

  test('a doubled up, as npm start makes it, is one up', () => {
    expect(withoutDoubledUp(['up', 'up', '--to', 'http://x'])).toEqual(['up', '--to', 'http://x']);
    expect(withoutDoubledUp(['up', '--host', 'up'])).toEqual(['up', '--host', 'up']);
  });

  test('prints the version', async () => {
    expect((await terminal.run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/u);
  });
});

describe('over the socket of a running server', () => {
  const ban = { prefix: '192.0.2.7/32', reason: 'guessing', createdAt: 1, createdBy: 'host:0', expiresAt: null };

  test('data goes to stdout, the data directory to stderr, escape sequences nowhere', async () => {
    const hostile = { ...ban, reason: '\u001b[2J\u001b]0;owned\u0007 \u202E gnissap' };
    const server = await answerOnSocket(terminal.dataDir, { 'GET /api/v1/bans': { body: { items: [hostile], next: null } } });
    const ran = await terminal.run(['ban', 'list']);
    await server.close();
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('192.0.2.7/32');
    expect(ran.stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(ran.stderr).toBe('data ./.holdfast  (server running)\n');
  });

  test('a list is followed through its pages', async () => {
    const second = { ...ban, prefix: '198.51.100.7/32' };
    const pages = [{ body: { items: [ban], next: 'c2' } }, { body: { items: [second], next: null } }];
    const server = await answerOnSocket(terminal.dataDir, { 'GET /api/v1/bans': pages });
    const ran = await terminal.run(['ban', 'list', '--json']);
    await server.close();
    expect(JSON.parse(ran.stdout)).toMatchObject({ ok: true, data: { bans: [ban, second] } });
    expect(server.seen.map(({ url }) => url)).toEqual(['/api/v1/bans?limit=200', '/api/v1/bans?limit=200&cursor=c2']);
  });

  test('a change sends what was said, and a dry run sends nothing', async () => {
    const server = await answerOnSocket(terminal.dataDir, { 'POST /api/v1/bans': { status: 201, body: ban } });
    const dry = await terminal.run(['ban', 'add', '192.0.2.7', '--for', '2h', '--reason', 'guessing', '--dry-run']);
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('would send POST /api/v1/bans') });
    expect(server.seen).toEqual([]);
    const real = await terminal.run(['ban', 'add', '192.0.2.7', '--for', '2h', '--reason', 'guessing']);
    await server.close();
    expect(real).toMatchObject({ code: 0, stdout: expect.stringContaining('undo: holdfast ban remove') });
    expect(server.seen).toEqual([
      { method: 'POST', url: '/api/v1/bans', body: { prefix: '192.0.2.7', reason: 'guessing', forSeconds: 7200 } },
    ]);
  });

  test('a refusal is told with its code and exit code, and a prefix stays one path segment', async () => {
    const refusal = {
      status: 403,
      body: { code: 'ban-unsafe', detail: 'Loopback and allow-listed addresses can never be banned.' },
    };
    const server = await answerOnSocket(terminal.dataDir, {
      'POST /api/v1/bans': refusal,
      'DELETE /api/v1/bans/2001%3Adb8%3A%3A%2F32': { status: 204 },
    });
    const refused = await terminal.run(['ban', 'add', '127.0.0.1']);
    const removed = await terminal.run(['ban', 'remove', '2001:db8::/32']);
    await server.close();
    expect(refused).toMatchObject({ code: 5, stdout: '' });
    expect(refused.stderr).toContain('code  ban-unsafe');
    expect(removed).toMatchObject({ code: 0, stdout: 'lifted 2001:db8::/32\n' });
  });

  test('ban remove --mine lifts the bans that hold the address of the SSH session, and no other', async () => {
    const bans = ['203.0.113.0/24', '198.51.100.7/32', '2001:db8::/32'].map((prefix) => ({ ...ban, prefix }));
    const server = await answerOnSocket(terminal.dataDir, {
      'GET /api/v1/bans': { body: { items: bans, next: null } },
      'DELETE /api/v1/bans/203.0.113.0%2F24': { status: 204 },
    });
    const ran = await terminal.run(['ban', 'remove', '--mine', '--json'], {
      env: { SSH_CONNECTION: '203.0.113.9 50000 10.0.0.1 22' },
    });
    await server.close();
    expect(JSON.parse(ran.stdout)).toMatchObject({ ok: true, data: { removed: ['203.0.113.0/24'] } });
  });

  test('an answer without a known problem becomes internal, and shows nothing of what came', async () => {
    const server = await answerOnSocket(terminal.dataDir, {
      'GET /api/v1/bypass': { status: 500, body: 'Error: at /srv/secret.ts:1' },
    });
    const ran = await terminal.run(['bypass', 'status']);
    await server.close();
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('code  internal');
    expect(ran.stderr).not.toContain('secret');
  });

  test('a name that nothing has leads to the list of names, a field that is wrong to the help', async () => {
    const wrong = {
      status: 400,
      body: { code: 'input-invalid', detail: 'x', errors: [{ pointer: '/prefix', detail: 'a prefix' }] },
    };
    const server = await answerOnSocket(terminal.dataDir, { 'POST /api/v1/bans': wrong });
    const next = async (...argv: string[]): Promise<unknown> => {
      const { stdout } = await terminal.run([...argv, '--json', '--quiet']);
      return (JSON.parse(stdout) as { error: { next: string } }).error.next;
    };
    expect(await next('app', 'show', 'nowhere')).toBe('holdfast app list');
    expect(await next('ban', 'allow', 'remove', '192.0.2.7')).toBe('holdfast ban allow list');
    expect(await next('csp', 'reports', 'nowhere')).toBe('holdfast csp reports --help');
    expect(await next('ban', 'add', 'zzz')).toBe('holdfast ban add --help');
    await server.close();
  });

  test('health is 0 when ready and 1 when not or when nobody answers', async () => {
    const health = (ready: boolean) => ({
      'GET /api/v1/system/health': { body: { live: true, started: true, ready, reasons: ready ? [] : ['no snapshot'] } },
    });
    for (const [ready, code] of [
      [true, 0],
      [false, 1],
    ] as const) {
      const server = await answerOnSocket(terminal.dataDir, health(ready));
      expect((await terminal.run(['health'])).code).toBe(code);
      await server.close();
    }
    expect((await terminal.run(['health'])).code).toBe(1);
  });

  test('test attack fails when one probe did not do what the mode says', async () => {
    const probe = { name: 'shop sqli attack', expected: 'blocked', actual: 'allowed', passed: false, requestId: '7Q2KXW3M9ABC' };
    const server = await answerOnSocket(terminal.dataDir, {
      'POST /api/v1/system/self-test': { body: { passed: false, mode: 'enforce', probes: [probe] } },
    });
    const ran = await terminal.run(['test', 'attack']);
    await server.close();
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('FAILED: 0 of 1 probes');
  });

  test('a token is on stdout alone', async () => {
    const view = {
      id: '01J8Z3K4M5N6P7Q8R9S0T1V2W3',
      name: 'ci',
      permissions: ['audit:read'],
      createdAt: 1,
      createdBy: 'host:0',
      expiresAt: 2,
      revokedAt: null,
      lastUsedAt: null,
    };
    const server = await answerOnSocket(terminal.dataDir, {
      'POST /api/v1/tokens': { status: 201, body: { token: 'hf_example', view } },
    });
    const ran = await terminal.run(['token', 'create', '--name', 'ci', '--permission', 'audit:read', 'event:read']);
    await server.close();
    expect(ran).toMatchObject({ code: 0, stdout: 'hf_example\n' });
    expect(ran.stderr).not.toContain('hf_example');
    expect(server.seen[0]?.body).toEqual({ name: 'ci', permissions: ['audit:read', 'event:read'] });
  });
});

describe('what cannot be taken back', () => {
  test('is refused with exit code 5 where nobody can be asked, and done with --yes', async () => {
    const server = await answerOnSocket(terminal.dataDir, { 'DELETE /api/v1/applications/shop': { status: 204 } });
    expect(await terminal.run(['app', 'remove', 'shop'])).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('code  not-confirmed'),
    });
    expect(server.seen).toEqual([]);
    expect(await terminal.run(['app', 'remove', 'shop', '--yes'])).toMatchObject({ code: 0 });
    await server.close();
    expect(server.seen.length).toBe(1);
  });

  test('is asked on a terminal, and only yes means yes', async () => {
    const server = await answerOnSocket(terminal.dataDir, { 'DELETE /api/v1/applications/shop': { status: 204 } });
    const ran = await terminal.run(['app', 'remove', 'shop'], { isTerminal: true, input: 'no\n' });
    expect(ran.code).toBe(5);
    expect(ran.stderr).toContain('Stop protecting shop?');
    expect((await terminal.run(['app', 'remove', 'shop', '--no-input'], { isTerminal: true })).code).toBe(5);
    expect((await terminal.run(['app', 'remove', 'shop'], { isTerminal: true, input: 'y\n' })).code).toBe(0);
    await server.close();
  });
});
