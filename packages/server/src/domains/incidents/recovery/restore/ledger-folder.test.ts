import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { formatTrust, keyPairFromSeed, parseSigner, parseVerifier, signCheckpoint, TileLog } from '@holdfast/ledger';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { erasedSubjects, inspectLedgerFolder } from './ledger-folder.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'hf-ledger-folder-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const origin = 'holdfast.local/folder-test';
const keys = keyPairFromSeed(origin, Buffer.alloc(32, 9));
const ERASED = `sub_${'a'.repeat(20)}`;
const SIZE = 300;

const leafOf = (index: number): Buffer =>
  Buffer.from(
    JSON.stringify(
      index === 280
        ? { type: 'subject.erased', detail: { subject: ERASED } }
        : { type: 'request.completed', detail: { subject: `sub_${'b'.repeat(20)}` } },
    ),
  );

function put(name: string, bytes: string | Uint8Array): void {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), bytes);
}

/** A folder as the server leaves it: checkpoint, trust, tiles, the last ones partial. */
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  const log = TileLog.empty();
  const { writes } = log.append(Array.from({ length: SIZE }, (_, index) => leafOf(index)));
  const head = log.head();
  for (const write of [...writes, ...head.writes]) put(write.path, write.bytes);
  put('checkpoint', signCheckpoint({ origin, size: head.size, root: head.root }, [parseSigner(keys.skey)]));
  put('trust', formatTrust({ origin, keys: [{ verifier: parseVerifier(keys.vkey), firstSize: 0, lastSize: null }] }));
});

describe('a ledger folder', () => {
  test('verifies when whole, with and without a trust file; an empty one has nothing to verify', async () => {
    expect(await inspectLedgerFolder(folder)).toMatchObject({ ok: true, size: SIZE, faults: [] });
    rmSync(path.join(folder, 'trust'));
    expect(await inspectLedgerFolder(folder)).toMatchObject({ ok: true });
    expect(await inspectLedgerFolder(path.join(folder, 'nothing'))).toMatchObject({ ok: true, size: 0, faults: [], head: null });
  });

  test('copied while the log grew is judged by its signed size', async () => {
    const log = TileLog.empty();
    const { writes } = log.append(Array.from({ length: SIZE + 10 }, (_, index) => leafOf(index)));
    for (const write of [...writes, ...log.head().writes]) put(write.path, write.bytes);
    rmSync(path.join(folder, 'tile/entries/001.p/44'));
    expect(await inspectLedgerFolder(folder)).toMatchObject({ ok: true, size: SIZE });
  });

  test.each(['tile/entries/000', 'tile/entries/001.p/44', 'checkpoint'])(
    'with one byte of %s changed does not verify',
    async (name) => {
      const bytes = readFileSync(path.join(folder, name));
      bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
      put(name, bytes);
      expect((await inspectLedgerFolder(folder)).ok).toBe(false);
    },
  );

  test('with a bundle missing names it', async () => {
    renameSync(path.join(folder, 'tile/entries/000'), path.join(folder, 'gone'));
    expect((await inspectLedgerFolder(folder)).faults.join()).toContain('tile/entries/000');
  });

  test('tells whose erasure it holds, and of nobody else', async () => {
    expect([...(await erasedSubjects(folder))]).toEqual([ERASED]);
    expect((await erasedSubjects(path.join(folder, 'nothing'))).size).toBe(0);
  });
});
