import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holdfast, HoldfastProcess, type Finished } from '../../support/holdfast-process.ts';
import { fingerprintOfKeys } from '../../support/sealed.ts';

const folder = mkdtempSync(join(tmpdir(), 'hf-seal-faults-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const used = join(folder, 'used');
const passphraseFile = join(folder, 'passphrase');
const env = {
  HOLDFAST_KEYRING__PASSPHRASE_FILE: passphraseFile,
  HOLDFAST_LISTEN__HTTP: '127.0.0.1:0',
};
const up = (dataDir: string): Promise<Finished> =>
  holdfast(['up', '--data-dir', dataDir, '--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0', '--to', 'http://127.0.0.1:9'], {
    env,
  });

interface Sealed {
  wrapped: string;
  root: string;
}
interface Ring {
  root: string;
  keys: { id: string; wrapped: string }[];
}
type Change<Document> = (document: Document) => void;

beforeAll(async () => {
  writeFileSync(passphraseFile, 'fünf rote Boote am Steg\n', { mode: 0o600 });
  const made = await holdfast(['init', '--seal', 'passphrase', '--passphrase-file', passphraseFile, '--data-dir', used]);
  expect(made.code, made.stderr).toBe(0);
  await using server = await HoldfastProcess.start({ dataDir: used, args: ['--to', 'http://127.0.0.1:9'], env });
  expect((await server.cli('ban', 'add', '192.0.2.9', '--forever')).code).toBe(0);
}, 300_000);

const json =
  <Document>(name: string, change: Change<Document>) =>
  (dataDir: string): void => {
    const file = join(dataDir, 'keys', name);
    const document = JSON.parse(readFileSync(file, 'utf8')) as Document;
    change(document);
    writeFileSync(file, JSON.stringify(document));
  };
const cut =
  (name: string) =>
  (dataDir: string): void => {
    const file = join(dataDir, 'keys', name);
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -40));
  };
const otherLetter = (text: string): string => text.replace(/.$/u, (letter) => (letter === 'A' ? 'B' : 'A'));

describe('a start on damaged keys', { timeout: 300_000 }, () => {
  test.each([
    ['the description of the seal is cut', cut('seal.json')],
    [
      'the wrapped root key has a shorter tag',
      json<Sealed>('seal.json', (seal) => void (seal.wrapped = seal.wrapped.slice(0, -6))),
    ],
    ['the wrapped root key was changed', json<Sealed>('seal.json', (seal) => void (seal.wrapped = otherLetter(seal.wrapped)))],
    ['the description names another root key', json<Sealed>('seal.json', (seal) => void (seal.root = 'root_000000000000'))],
    ['the keyring is cut', cut('keyring.json')],
    ['the keyring names another root key', json<Ring>('keyring.json', (ring) => void (ring.root = 'root_000000000000'))],
    [
      'two keys of the ring changed places',
      json<Ring>('keyring.json', ({ keys: [first, second] }) => {
        if (first !== undefined && second !== undefined) [first.wrapped, second.wrapped] = [second.wrapped, first.wrapped];
      }),
    ],
    ['the passphrase is another one', (): void => writeFileSync(passphraseFile, 'drei grüne Boote am Steg\n')],
  ])('%s: one message, exit 3, nothing changed', async (name, spoil) => {
    const dataDir = join(folder, name.replaceAll(' ', '-').slice(0, 24));
    cpSync(used, dataDir, { recursive: true });
    const right = readFileSync(passphraseFile);
    try {
      spoil(dataDir);
      const before = fingerprintOfKeys(dataDir);
      const ran = await up(dataDir);
      expect(ran.code, ran.stderr).toBe(3);
      expect(ran.stderr.match(/^error:/gmu)?.length).toBe(1);
      expect(ran.stderr).toMatch(/^ {2}code {2}key-wrong$/mu);
      expect(ran.stderr).not.toMatch(/Boote|at file:|\.ts:/u);
      expect(fingerprintOfKeys(dataDir)).toEqual(before);
    } finally {
      writeFileSync(passphraseFile, right);
      rmSync(dataDir, { recursive: true, force: true });
    }
  });

  test('the same directory without the damage starts', async () => {
    await using server = await HoldfastProcess.start({ dataDir: used, args: ['--to', 'http://127.0.0.1:9'], env });
    expect((await server.cli<{ bans: { prefix: string }[] }>('ban', 'list')).data.bans.map(({ prefix }) => prefix)).toEqual([
      '192.0.2.9',
    ]);
  });
});

describe('the memory of the process', { timeout: 300_000 }, () => {
  test('goes into no core dump and to no debugger, also with workers', async ({ skip }) => {
    if (process.platform !== 'linux') skip('SKIPPED LOUDLY: only Linux shows the limits of a process under /proc');
    const args = ['--to', 'http://127.0.0.1:9', '--workers', '1'];
    await using server = await HoldfastProcess.start({ dataDir: used, args, env });
    const { pid } = server.child;
    if (pid === undefined) throw new Error('assertion: a process that runs has an id');
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
    expect(children.length).toBeGreaterThan(0);
    for (const each of [pid, ...children]) {
      const [, soft, hard] = /^Max core file size +(\S+) +(\S+)/mu.exec(readFileSync(`/proc/${each}/limits`, 'utf8')) ?? [];
      expect(Number(soft), `${each}`).toBeLessThanOrEqual(1);
      expect(Number(hard)).toBeLessThanOrEqual(1);
      process.kill(each, 'SIGUSR1');
    }
    // The debugger says where it listens as soon as it does; an answer after the signal comes after that.
    for (let round = 0; round < 10; round += 1) expect((await server.cli('health')).code).toBe(0);
    expect(server.stderr).not.toContain('Debugger listening');
  });

  test('a debugger that was asked for at the start is closed, and it is said', async () => {
    const options = { ...env, NODE_OPTIONS: '--inspect=127.0.0.1:0' };
    await using server = await HoldfastProcess.start({ dataDir: used, args: ['--to', 'http://127.0.0.1:9'], env: options });
    expect(server.stderr).toMatch(/debugger was asked for and is closed/u);
    const port = /Debugger listening on ws:\/\/127\.0\.0\.1:(\d+)/u.exec(server.stderr)?.[1];
    expect(port).toBeDefined();
    await expect(fetch(`http://127.0.0.1:${port}/json/version`)).rejects.toThrow();
  });
});
