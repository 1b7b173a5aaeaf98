import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  formatTrust,
  keyPairFromSeed,
  parseSigner,
  parseVerifier,
  signCheckpoint,
  TileLog,
  describeFile,
  writeManifest,
} from '@holdfast/ledger';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestTerminal, type TestTerminal } from './terminal/test-terminal.ts';

const opened: TestTerminal[] = [];
let terminal: TestTerminal;
let folder = '';
beforeEach(() => {
  terminal = openTestTerminal();
  opened.push(terminal);
  folder = path.dirname(terminal.dataDir);
});
afterAll(() => opened.forEach((each) => each.close()));

const put = (name: string, text: string): void => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
};

describe('init', () => {
  test('writes a file that is valid and changes nothing but what was asked for', async () => {
    expect(await terminal.run(['init'])).toMatchObject({ code: 0 });
    expect(await terminal.run(['config', 'check'])).toMatchObject({ code: 0, stdout: 'valid (./holdfast.yaml)\n' });
    const shown = await terminal.run(['config', 'show', '--json']);
    const defaults = await openedElsewhere(['config', 'show', '--json']);
    const values = (text: string): unknown =>
      (JSON.parse(text) as { data: { settings: { name: string; value: unknown }[] } }).data.settings.map(({ name, value }) => [
        name,
        value,
      ]);
    expect(values(shown.stdout)).toEqual(values(defaults));
  });

  test('with every comment taken off is still a valid file, so no comment misleads', async () => {
    await terminal.run(['init']);
    const text = readFileSync(path.join(folder, 'holdfast.yaml'), 'utf8');
    put('whole.yaml', text.replaceAll(/^( *)#(?! \S)/gmu, '$1'));
    expect(
      await terminal.run(['config', 'check', 'whole.yaml'], { env: { HOLDFAST_DATABASE_URL: 'postgres://x' } }),
    ).toMatchObject({ code: 0, stderr: '' });
  });

  test('replaces a file only on request and keeps the old one', async () => {
    put('holdfast.yaml', 'mode: enforce\n');
    expect(await terminal.run(['init'])).toMatchObject({ code: 5 });
    expect(readFileSync(path.join(folder, 'holdfast.yaml'), 'utf8')).toBe('mode: enforce\n');
    expect(await terminal.run(['init', '--yes', '--to', 'http://127.0.0.1:3000'])).toMatchObject({ code: 0 });
    expect(readFileSync(path.join(folder, 'holdfast.yaml.old'), 'utf8')).toBe('mode: enforce\n');
    expect(readFileSync(path.join(folder, 'holdfast.yaml'), 'utf8')).toContain('to: "http://127.0.0.1:3000"');
  });
});

async function openedElsewhere(argv: readonly string[]): Promise<string> {
  const other = openTestTerminal();
  opened.push(other);
  return (await other.run(argv)).stdout;
}

describe('config', () => {
  test('check exits 3 and names every fault with its line', async () => {
    put('holdfast.yaml', 'mod: enforce\nlisten:\n  https: nowhere\n');
    const ran = await terminal.run(['config', 'check']);
    expect(ran.code).toBe(3);
    expect(ran.stderr).toContain('/mod (line 1): unknown setting mod; did you mean mode?');
    expect(ran.stderr).toContain('/listen/https (line 3)');
    expect(ran.stderr).toContain('code  config-invalid');
  });

  test('a broken file does not hide where the data directory is', async () => {
    put('holdfast.yaml', 'dataDir: ./state\nmod: enforce\n');
    expect((await terminal.run(['status'])).stderr).toContain('data ./state');
  });

  test('show --origin says where a value comes from', async () => {
    put('holdfast.yaml', 'mode: enforce\n');
    const ran = await terminal.run(['config', 'show', '--origin'], { env: { HOLDFAST_NODE: 'n2' } });
    expect(ran.stdout).toMatch(/^mode +enforce +file \(line 1\)$/mu);
    expect(ran.stdout).toMatch(/^node +n2 +environment \(HOLDFAST_NODE\)$/mu);
    expect(ran.stdout).toMatch(/^login +off +default$/mu);
  });

  test('schema is JSON Schema that knows the settings', async () => {
    const schema = JSON.parse((await terminal.run(['config', 'schema'])).stdout) as { properties: Record<string, unknown> };
    expect(Object.keys(schema.properties)).toContain('trustedHops');
  });
});

describe('up', () => {
  test('refuses plain HTTP in public with 5, a bad setting with 3, and starts nothing on a dry run', async () => {
    expect(await terminal.run(['up', '--listen', 'http://0.0.0.0:80'])).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('listen-unsafe'),
    });
    expect(await terminal.run(['up', '--login', 'sometimes'])).toMatchObject({ code: 2 });
    expect(await terminal.run(['up', '--login', 'required', '--dry-run'])).toMatchObject({ code: 0 });
    expect(await terminal.run(['up', '--admin', '0.0.0.0:9443'])).toMatchObject({ code: 3 });
    expect(await terminal.run(['up', '--to', 'http://127.0.0.1:3000', '--dry-run'])).toMatchObject({ code: 0 });
    expect(existsSync(terminal.dataDir)).toBe(false);
  });
});

describe('doctor', () => {
  test('helps where nothing was started yet', async () => {
    const ran = await terminal.run(['doctor', '--json'], {
      env: { HOLDFAST_LISTEN__HTTPS: '127.0.0.1:0', HOLDFAST_LISTEN__HTTP: 'off', HOLDFAST_ADMIN__LISTEN: '127.0.0.1:0' },
    });
    const { data } = JSON.parse(ran.stdout) as { data: { ok: boolean; checks: { name: string; state: string }[] } };
    expect(ran.code).toBe(0);
    expect(data.checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'runtime',
        'config',
        'data',
        'disk',
        'files',
        'clock',
        'certificate',
        'listen.https',
        'admin.listen',
        'server',
      ]),
    );
    expect(data.checks.find(({ name }) => name === 'runtime')).toMatchObject({ state: 'ok' });
    expect(existsSync(terminal.dataDir)).toBe(false);
  });

  test('exits 1 and says what to do when the configuration cannot be used', async () => {
    put('holdfast.yaml', 'nonsense: true\n');
    const ran = await terminal.run(['doctor']);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/FAIL {2}config +.*one fault/u);
    expect(ran.stdout).toContain('next: holdfast config check');
  });
});

describe('logs', () => {
  const line = (minute: number, body: string): string =>
    `${JSON.stringify({ timestamp: new Date(1_790_000_000_000 - minute * 60_000).toISOString(), severity_text: 'INFO', severity_number: 9, body })}\n`;

  test('shows the latest, filters by time, is empty without a log, and wants a data directory that is there', async () => {
    expect(await terminal.run(['logs'])).toMatchObject({ code: 4, stdout: '' });
    mkdirSync(terminal.dataDir);
    expect(await terminal.run(['logs'])).toMatchObject({ code: 0, stdout: '' });
    put('.holdfast/logs/holdfast.log', line(90, 'old') + line(5, 'new') + 'not json\n');
    const all = await terminal.run(['logs']);
    expect(all.stdout).toContain('INFO  old');
    expect(all.stdout).toContain('not json');
    const recent = await terminal.run(['logs', '--since', '1h', '--json']);
    expect((JSON.parse(recent.stdout) as { data: { lines: { body: string }[] } }).data.lines.map(({ body }) => body)).toEqual([
      'new',
    ]);
    expect(await terminal.run(['logs', '--since', 'soon'])).toMatchObject({ code: 2 });
  });

  test('a failed command writes its cause to the log only with HOLDFAST_DEBUG=1, and never to the terminal', async () => {
    put('.holdfast/logs/holdfast.log', '');
    await terminal.run(['status'], { env: { HOLDFAST_DEBUG: '1' } });
    const log = readFileSync(path.join(terminal.dataDir, 'logs/holdfast.log'), 'utf8');
    expect(log).toContain('a command failed');
    const silent = await terminal.run(['status']);
    expect(silent.stderr).not.toMatch(/ at .*\.ts/u);
    expect(readFileSync(path.join(terminal.dataDir, 'logs/holdfast.log'), 'utf8')).toBe(log);
  });
});

describe('audit verify of an export', () => {
  const origin = 'holdfast.local/cli-test';
  const keys = keyPairFromSeed(origin, Buffer.alloc(32, 7));

  function writeExport(): void {
    const log = TileLog.empty();
    const entries = Array.from({ length: 300 }, (_, index) => Buffer.from(`{"i":${index}}`));
    const files = new Map<string, Uint8Array>();
    for (const write of log.append(entries).writes) files.set(write.path, write.bytes);
    const head = log.head();
    for (const write of head.writes) files.set(write.path, write.bytes);
    const signers = [parseSigner(keys.skey)];
    const checkpoint = { origin, size: head.size, root: head.root };
    files.set('checkpoint', Buffer.from(signCheckpoint(checkpoint, signers)));
    files.set(
      'trust',
      Buffer.from(formatTrust({ origin, keys: [{ verifier: parseVerifier(keys.vkey), firstSize: 0, lastSize: null }] })),
    );
    const { manifest, signature } = writeManifest({
      checkpoint,
      files: [...files].map(([name, bytes]) => describeFile(name, bytes)),
      signers,
    });
    files.set('manifest.json', manifest);
    files.set('manifest.sig', Buffer.from(signature));
    for (const [name, bytes] of files) {
      mkdirSync(path.dirname(path.join(folder, 'export', name)), { recursive: true });
      writeFileSync(path.join(folder, 'export', name), bytes);
    }
  }

  test('passes when whole, offline, and says whose keys it used', async () => {
    writeExport();
    const ran = await terminal.run(['audit', 'verify', 'export']);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('verified 300 records') });
    expect(ran.stderr).toContain('keys taken from the export itself');
    const trusted = await terminal.run(['audit', 'verify', 'export', '--trust', 'export/trust']);
    expect(trusted).toMatchObject({ code: 0, stderr: '' });
  });

  test('exits 1 and names the entry whose byte was changed', async () => {
    writeExport();
    const bundle = path.join(folder, 'export/tile/entries/000');
    const bytes = readFileSync(bundle);
    bytes[bytes.indexOf('{"i":42}') + 5] = 0x39;
    writeFileSync(bundle, bytes);
    const ran = await terminal.run(['audit', 'verify', 'export']);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('entry 42');
  });

  test('a folder that is no export is wrong usage', async () => {
    mkdirSync(path.join(folder, 'empty'));
    expect(await terminal.run(['audit', 'verify', 'empty'])).toMatchObject({ code: 2 });
  });
});

describe('uninstall', () => {
  test('lists without a flag, removes only on every confirmation, and never a folder of somebody else', async () => {
    put('.holdfast/keys/root.key', 'key');
    const listed = await terminal.run(['uninstall']);
    expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining(terminal.dataDir) });
    for (const argv of [['--purge'], ['--purge', '--yes'], ['--purge', '--confirm', '.holdfast']]) {
      expect(await terminal.run(['uninstall', ...argv]), argv.join(' ')).toMatchObject({ code: 5 });
    }
    expect(await terminal.run(['uninstall', '--purge', '--yes', '--confirm', 'wrong'])).toMatchObject({ code: 2 });
    expect(existsSync(terminal.dataDir)).toBe(true);
    put('photos/cat.jpg', 'cat');
    expect(await terminal.run(['uninstall', '--purge', '--yes', '--confirm', 'photos', '--data-dir', 'photos'])).toMatchObject({
      code: 5,
    });
    expect(await terminal.run(['uninstall', '--purge', '--yes', '--confirm', '.holdfast'])).toMatchObject({ code: 0 });
    expect(readdirSync(folder)).toEqual(['photos']);
  });
});

describe('secrets of backups', () => {
  test('are never taken from a flag, and no passphrase is no backup', async () => {
    mkdirSync(terminal.dataDir);
    expect(await terminal.run(['backup', 'create', 'b.age'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--passphrase-file'),
    });
    expect(await terminal.run(['backup', 'create', 'b.age', '--passphrase', 'x'])).toMatchObject({ code: 2 });
    put('noise.age', 'not a backup');
    put('pass', 'correct horse battery\n');
    expect(await terminal.run(['backup', 'verify', 'noise.age', '--passphrase-file', 'pass'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('backup-unreadable'),
    });
  });
});
