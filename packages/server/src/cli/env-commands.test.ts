import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestTerminal, type TestTerminal } from './terminal/test-terminal.ts';

const opened: TestTerminal[] = [];
let terminal: TestTerminal;
let folder = '';
let env: Record<string, string> = {};
beforeEach(() => {
  terminal = openTestTerminal();
  opened.push(terminal);
  folder = path.dirname(terminal.dataDir);
  env = { HOME: folder, PATH: process.env['PATH'] ?? '' };
});
afterAll(() => opened.forEach((each) => each.close()));

const PLAIN = "# shop\nPASSWORD='correct horse'\nAPI_KEY=abc123\n";
const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
const put = (name: string, text: string, mode = 0o600): string => {
  writeFileSync(path.join(folder, name), text, { mode });
  return path.join(folder, name);
};
const run = (...argv: string[]) => terminal.run(['env', ...argv], { env });
const keygen = async (...argv: string[]): Promise<string> => (await run('keygen', ...argv)).stdout.trim();
const sealed = async (): Promise<string> => {
  put('.env', PLAIN);
  const recipient = await keygen();
  expect(await run('encrypt', '.env', '--to', recipient)).toMatchObject({ code: 0, stderr: '' });
  return recipient;
};
/** An editor that puts one text in the place of another, and says where and how wide open the file was. */
const editor = (from: string, to: string): void => {
  const seen = path.join(folder, 'seen.json');
  const script = `const fs = require('node:fs'); const f = process.argv.at(-1);
fs.writeFileSync(${JSON.stringify(seen)}, JSON.stringify({ f, mode: fs.statSync(f).mode & 0o777, folder: fs.statSync(require('node:path').dirname(f)).mode & 0o777 }));
fs.writeFileSync(f + '.swp', 'left behind');
fs.writeFileSync(f, fs.readFileSync(f, 'utf8').replace(${JSON.stringify(from)}, ${JSON.stringify(to)}));`;
  env['EDITOR'] = `${process.execPath} ${put('editor.cjs', script)}`;
};

describe('env keygen', () => {
  test('writes the secret half for its owner alone and gives the public half; never over one that is there', async () => {
    const ran = await run('keygen');
    const file = path.join(folder, '.config/holdfast/identity.txt');
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/^age1[a-z0-9]+\n$/u) });
    expect(`${ran.stdout}${ran.stderr}`).not.toContain('AGE-SECRET-KEY');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = readFileSync(file, 'utf8');
    expect(before).toContain('AGE-SECRET-KEY-1');
    expect(await run('keygen')).toMatchObject({ code: 2 });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});

describe('env encrypt and decrypt', () => {
  test('what was encrypted comes back, and lies there without a value', async () => {
    await sealed();
    expect(read('.env.enc')).toContain('# shop\nPASSWORD=enc:v1:');
    expect(read('.env.enc')).not.toMatch(/correct horse|abc123/u);
    expect(await run('decrypt', '.env.enc')).toMatchObject({ code: 0, stdout: PLAIN, stderr: '' });
  });

  test('a plain file with faults is refused with all lines and no value', async () => {
    put('.env', 'OK=1\nBAD =hidden\nWORSE=hid den\n');
    const ran = await run('encrypt', '.env', '--to', await keygen());
    expect(ran).toMatchObject({ code: 3, stdout: '' });
    expect(ran.stderr).toContain('.env (line 2)');
    expect(ran.stderr).toContain('.env (line 3)');
    expect(ran.stderr).not.toMatch(/hidden|hid den/u);
    expect(existsSync(path.join(folder, '.env.enc'))).toBe(false);
  });

  test('an encrypted file is replaced only on request', async () => {
    const recipient = await sealed();
    const before = read('.env.enc');
    expect(await run('encrypt', '.env', '--to', recipient, '--no-input')).toMatchObject({ code: 5 });
    expect(read('.env.enc')).toBe(before);
    expect(await run('encrypt', '.env', '--to', recipient, '--yes')).toMatchObject({ code: 0 });
    expect(read('.env.enc')).not.toBe(before);
  });

  test('a line that somebody removed is refused as unsafe, with its number', async () => {
    await sealed();
    put('.env.enc', read('.env.enc').replace(/API_KEY=.*\n/u, ''));
    const ran = await run('decrypt', '.env.enc');
    expect(ran).toMatchObject({ code: 5, stdout: '' });
    expect(ran.stderr).toContain('.env.enc (line 6): a line that stood here is gone');
  });

  test('without the right key nothing opens, and a key that others can read is refused', async () => {
    await sealed();
    await keygen('--out', 'other.key');
    expect(await run('decrypt', '.env.enc', '--identity-file', 'other.key')).toMatchObject({ code: 4, stdout: '' });
    chmodSync(path.join(folder, '.config/holdfast/identity.txt'), 0o644);
    expect(await run('decrypt', '.env.enc')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('chmod 600') });
  });

  test('a file that a merge left is told with its line', async () => {
    await sealed();
    put('.env.enc', read('.env.enc').replace('PASSWORD=', '<<<<<<< HEAD\nPASSWORD='));
    expect((await run('decrypt', '.env.enc')).stderr).toContain('(line 5): a merge conflict that is not resolved');
  });
});

describe('env edit', () => {
  test('changes the edited line and the code over the file, in a private folder that is gone afterwards', async () => {
    await sealed();
    const before = read('.env.enc').split('\n');
    editor('abc123', 'def456');
    expect(await run('edit', '.env.enc')).toMatchObject({ code: 0, stdout: 'wrote .env.enc\n' });
    const changed = read('.env.enc')
      .split('\n')
      .filter((line) => !before.includes(line));
    expect(changed.map((line) => line.slice(0, 7))).toEqual(['API_KEY', '#@ mac ']);
    expect((await run('decrypt', '.env.enc')).stdout).toBe(PLAIN.replace('abc123', 'def456'));
    const seen = JSON.parse(read('seen.json')) as { f: string; mode: number; folder: number };
    expect(seen).toMatchObject({ mode: 0o600, folder: 0o700, f: expect.stringMatching(/^\/(?:dev\/shm|run\/user)\//u) });
    expect(existsSync(path.dirname(seen.f))).toBe(false);
  });

  test('a runtime folder on a disk is passed over', async () => {
    await sealed();
    env['XDG_RUNTIME_DIR'] = folder;
    editor('abc123', 'def456');
    expect(await run('edit', '.env.enc')).toMatchObject({ code: 0 });
    expect(read('seen.json')).toContain('/dev/shm/');
    // A place in memory for one that is none: what is edited has a file of its own to go back to.
    expect(await run('edit', '-')).toMatchObject({ code: 2 });
  });

  test('nothing edited, nothing written', async () => {
    await sealed();
    const before = read('.env.enc');
    editor('not there', 'x');
    expect(await run('edit', '.env.enc')).toMatchObject({ code: 0, stdout: '.env.enc is as it was\n' });
    expect(read('.env.enc')).toBe(before);
  });

  test('an editor that fails, and a text that cannot be read, change nothing', async () => {
    await sealed();
    const before = read('.env.enc');
    const runtime = mkdtempSync('/dev/shm/hf-test-');
    env['XDG_RUNTIME_DIR'] = runtime;
    env['EDITOR'] = 'false';
    expect(await run('edit', '.env.enc')).toMatchObject({ code: 1 });
    editor('API_KEY=abc123', 'API_KEY=two words');
    const ran = await run('edit', '.env.enc');
    expect(ran).toMatchObject({ code: 3, stderr: expect.stringContaining('line 3') });
    expect(ran.stderr).not.toContain('two words');
    expect(read('.env.enc')).toBe(before);
    expect(readdirSync(runtime)).toEqual([]);
    rmSync(runtime, { recursive: true });
  });

  test('after a merge of two sides each value still has to fit, and the whole is signed anew', async () => {
    await sealed();
    const base = read('.env.enc');
    editor('abc123', 'def456');
    await run('edit', '.env.enc');
    const ours = read('.env.enc').split('\n');
    put('.env.enc', base);
    editor('correct horse', 'battery staple');
    await run('edit', '.env.enc');
    const merged = read('.env.enc')
      .split('\n')
      .map((line) => (line.startsWith('API_KEY=') ? ours.find((own) => own.startsWith('API_KEY=')) : line));
    put('.env.enc', merged.join('\n'));
    editor('not there', 'x');
    expect(await run('edit', '.env.enc')).toMatchObject({ code: 5 });
    expect(await run('edit', '.env.enc', '--after-merge')).toMatchObject({ code: 0 });
    expect((await run('decrypt', '.env.enc')).stdout).toBe("# shop\nPASSWORD='battery staple'\nAPI_KEY=def456\n");
  });
});

describe('env rotate-recipients', () => {
  test('who comes can open it; who goes cannot, and is not forgotten to have known the old values', async () => {
    const own = await sealed();
    const other = await keygen('--out', 'other.key');
    expect(await run('rotate-recipients', '.env.enc', '--add', other)).toMatchObject({ code: 0 });
    expect(await run('decrypt', '.env.enc', '--identity-file', 'other.key')).toMatchObject({ code: 0, stdout: PLAIN });
    const gone = await run('rotate-recipients', '.env.enc', '--remove', other);
    expect(gone).toMatchObject({ code: 0, stdout: expect.stringContaining('older commits') });
    expect(await run('decrypt', '.env.enc', '--identity-file', 'other.key')).toMatchObject({ code: 4 });
    expect(await run('decrypt', '.env.enc')).toMatchObject({ code: 0, stdout: PLAIN });
    expect(await run('rotate-recipients', '.env.enc', '--remove', own)).toMatchObject({ code: 2 });
  });
});
