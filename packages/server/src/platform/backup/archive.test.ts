import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createBackup } from './create.ts';
import { extractBackup } from './extract.ts';
import { backupParts, SUBJECT_KEYS_PATH } from './parts.ts';
import { readArchive } from './read-archive.ts';
import type { Sealing } from './seal.ts';
import { isSafePath } from './tar.ts';
import { writeArchive, type Part } from './write-archive.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'hf-backup-'));
const dataDir = path.join(folder, 'data');
const file = path.join(folder, 'backup.age');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const passphrase = 'correct horse battery';
/** The lowest work factor: these tests are about the format, not about guessing. */
const sealing: Sealing = { passphrase, workFactor: 2 };
const facts = {
  createdAt: 1_790_000_000_000,
  holdfast: '0.1.0',
  node: 'node-1',
  checkpoint: 'note\n',
  ledgerSize: 3,
  subjectKeys: true,
};

async function put(name: string, text: string): Promise<void> {
  const target = path.join(dataDir, name);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, text);
}

const partsOf = (subjectKeys = true): AsyncIterable<Part> =>
  backupParts({ dataDir, tables: Buffer.from('{"table":"t","columns":[]}\n'), subjectKeys });

async function* once(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

beforeEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await put('ledger/checkpoint', 'note\n');
  await put('ledger/segments/000000000000.seg', 'x'.repeat(1000));
  await put('ledger/tile/entries/000.p/3', 'entries');
  await put('keys/keyring.json', '{}');
  await put('keys/root.key', 'THE ROOT KEY');
  await put('keys/subjects.log', 'sub_a key\n');
  await put('tls/ca.crt', 'cert');
  await put('pgdata/base/1', 'database');
});

describe('a backup', () => {
  test('comes back file by file; the root key and the raw database are never in it', async () => {
    const { bytes } = await createBackup({ ...facts, parts: partsOf() }, { file, sealing });
    expect(readFileSync(file).length).toBe(bytes);
    expect(readFileSync(file).includes('THE ROOT KEY')).toBe(false);
    const target = path.join(folder, 'restored');
    const manifest = await extractBackup(file, target, { passphrase });
    expect(manifest.files.map((entry) => entry.path)).toEqual([
      'sql/tables.jsonl',
      'ledger/checkpoint',
      'ledger/segments/000000000000.seg',
      'ledger/tile/entries/000.p/3',
      'tls/ca.crt',
      'keys/keyring.json',
      SUBJECT_KEYS_PATH,
    ]);
    expect(await readFile(path.join(target, 'ledger/segments/000000000000.seg'), 'utf8')).toBe('x'.repeat(1000));
  });

  test('without the keys of data subjects holds none', async () => {
    await createBackup({ ...facts, subjectKeys: false, parts: partsOf(false) }, { file, sealing });
    const manifest = await extractBackup(file, path.join(folder, 'restored'), { passphrase });
    expect(manifest.files.some((entry) => entry.path === SUBJECT_KEYS_PATH)).toBe(false);
    expect(manifest.subjectKeys).toBe(false);
  });

  test('opens for an age key as well as for a passphrase, and for nobody else', async () => {
    const identity = await generateIdentity();
    await createBackup({ ...facts, parts: partsOf() }, { file, sealing: { recipients: [await identityToRecipient(identity)] } });
    await extractBackup(file, path.join(folder, 'one'), { identity });
    await expect(extractBackup(file, path.join(folder, 'two'), { identity: await generateIdentity() })).rejects.toMatchObject({
      code: 'backup-unreadable',
    });
    await expect(extractBackup(file, path.join(folder, 'three'), { passphrase })).rejects.toMatchObject({
      code: 'backup-unreadable',
    });
  });

  test('refuses a weak passphrase and something that is no recipient, and leaves no half file', async () => {
    await expect(createBackup({ ...facts, parts: partsOf() }, { file, sealing: { passphrase: 'short' } })).rejects.toMatchObject({
      code: 'input-invalid',
    });
    await expect(
      createBackup({ ...facts, parts: partsOf() }, { file, sealing: { recipients: ['nobody'] } }),
    ).rejects.toMatchObject({ code: 'input-invalid' });
    expect(() => readFileSync(`${file}.partial`)).toThrow();
  });

  test('with any byte changed or cut off is unreadable', async () => {
    await createBackup({ ...facts, parts: partsOf() }, { file, sealing });
    const good = readFileSync(file);
    let tries = 0;
    for (const at of [0, 30, good.length >> 1, good.length - 1]) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ 1;
      writeFileSync(file, bad);
      await expect(extractBackup(file, path.join(folder, `bad-${at}`), { passphrase })).rejects.toMatchObject({
        code: 'backup-unreadable',
      });
      writeFileSync(file, good.subarray(0, at));
      await expect(extractBackup(file, path.join(folder, `cut-${at}`), { passphrase })).rejects.toMatchObject({
        code: 'backup-unreadable',
      });
      tries += 1;
    }
    expect(tries).toBe(4);
  });

  test('in clear is a plain tar archive that tar itself lists', async () => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of writeArchive({ ...facts, parts: partsOf() })) chunks.push(chunk);
    const names = execFileSync('tar', ['-tf', '-'], { input: Buffer.concat(chunks), encoding: 'utf8' })
      .trim()
      .split('\n');
    expect(names).toContain('ledger/tile/entries/000.p/3');
    expect(names.at(-1)).toBe('manifest.json');
  });

  test('whose content differs from its list names the file', async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of writeArchive({ ...facts, parts: partsOf() })) chunks.push(Buffer.from(chunk));
    const archive = Buffer.concat(chunks);
    archive[archive.indexOf('entries', archive.indexOf('000.p/3') + 512)] = 0x45;
    await expect(readArchive(once(archive), { file: drain })).rejects.toMatchObject({
      message: 'ledger/tile/entries/000.p/3 is not what was backed up.',
    });
  });
});

async function drain(_path: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of body) expect(chunk.length).toBeGreaterThan(0);
}

describe('paths of an archive', () => {
  test.each(['../x', 'a/../b', '/etc/passwd', 'a//b', '.', 'a/..', 'a\\b', 'a\0b', ''])('%j is refused', (name) => {
    expect(isSafePath(name)).toBe(false);
  });

  test('what passes stays below its folder', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (name) => {
        fc.pre(isSafePath(name));
        expect(path.resolve('/base', name).startsWith('/base/')).toBe(true);
      }),
    );
    expect(isSafePath('ledger/tile/entries/x001/234.p/7')).toBe(true);
  });

  test('reading never hangs on noise', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 2000 }), async (noise) => {
        await expect(readArchive(once(noise), { file: drain })).rejects.toMatchObject({ code: 'backup-unreadable' });
      }),
      { numRuns: 100 },
    );
  });
});
