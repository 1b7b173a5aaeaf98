import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  exportPaths,
  describeFile,
  formatTrust,
  keyPairFromSeed,
  parseSigner,
  parseVerifier,
  proveConsistency,
  proveInclusion,
  signCheckpoint,
  tilePath,
  TileLog,
  verifyExport,
  writeCanonical,
  writeManifest,
} from '@holdfast/ledger';
import type { Signer, TileReader, Trust } from '@holdfast/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildOracle } from './build.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-oracle-'));
const oracle = buildOracle(folder);
const isCi = process.env['CI'] === 'true';
if (oracle === null) console.warn('SKIPPED: the Go verifier cannot be built here (needs golang-1.19-go and golang-1.19-src)');

const origin = 'log.example/audit';
const size = 5000;
const earlier = [1, 255, 256, 257, 1234, 4096, 4999, 5000];
const auditorTrust = join(folder, 'auditor-trust');

const signerOf = (byte: number): Signer => parseSigner(keyPairFromSeed(origin, new Uint8Array(32).fill(byte)).skey);
const trustIn = (signer: Signer, lastSize: number | null = null): Trust => ({
  origin,
  keys: [{ verifier: parseVerifier(signer.vkey), firstSize: 0, lastSize }],
});
const signer = signerOf(1);

/** Grows a log on disk, publishing at each earlier size, and returns the roots it published. */
function writeExport(directory: string): Map<number, Uint8Array> {
  const put = (path: string, bytes: Uint8Array | string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), bytes);
  };
  const log = TileLog.empty();
  const roots = new Map<number, Uint8Array>();
  for (const next of earlier) {
    const count = next - log.size;
    const entries = Array.from({ length: count }, (_, i) =>
      writeCanonical({ action: 'session.opened', seq: log.size + i, text: 'é\n"' }),
    );
    for (const { path, bytes } of log.append(entries).writes) put(path, bytes);
    const head = log.head();
    for (const { path, bytes } of head.writes) put(path, bytes);
    roots.set(head.size, head.root);
  }
  const checkpoint = { origin, size, root: log.head().root };
  put(
    'checkpoint',
    signCheckpoint(checkpoint, [signer, parseSigner(keyPairFromSeed('witness.example', new Uint8Array(32)).skey)]),
  );
  put('trust', formatTrust(trustIn(signer)));
  const files = exportPaths(size).map((path) => describeFile(path, readFileSync(join(directory, path))));
  const { manifest, signature } = writeManifest({ checkpoint, files, signers: [signer] });
  put('manifest.json', manifest);
  put('manifest.sig', signature);
  return roots;
}

function runOracle(directory: string, proofs?: string): { code: number; output: string } {
  // Only called in tests that are skipped when there is no program.
  const args = [directory, auditorTrust, ...(proofs === undefined ? [] : [proofs])];
  try {
    return { code: 0, output: execFileSync(oracle ?? '', args, { encoding: 'utf8', timeout: 60_000 }) };
  } catch (error) {
    // execFileSync reports a failed program with these two fields.
    const { status, stdout } = error as { status: number; stdout: string };
    return { code: status, output: stdout };
  }
}

const readIn =
  (directory: string) =>
  async (path: string): Promise<Uint8Array | null> => {
    try {
      return readFileSync(join(directory, path));
    } catch {
      return null;
    }
  };

/** Copies nothing: changes one file, asks both verifiers, and puts the file back. */
async function judge(
  path: string,
  change: (bytes: Buffer) => Uint8Array,
): Promise<{ go: { code: number; output: string }; own: object }> {
  const file = join(exportFolder, path);
  const before = readFileSync(file);
  writeFileSync(file, change(Buffer.from(before)));
  try {
    return { go: runOracle(exportFolder), own: await verifyExport({ read: readIn(exportFolder) }, trustIn(signer)) };
  } finally {
    writeFileSync(file, before);
  }
}

const flip =
  (at: number) =>
  (bytes: Buffer): Buffer => {
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };

const exportFolder = join(folder, 'export');
let roots = new Map<number, Uint8Array>();

beforeAll(() => {
  roots = writeExport(exportFolder);
  writeFileSync(auditorTrust, formatTrust(trustIn(signer)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.runIf(isCi)('the Go verifier is there in continuous integration', () => {
  expect(oracle).not.toBeNull();
});

describe.skipIf(oracle === null)('an export of 5,000 entries, judged by Go and by Holdfast', () => {
  it('is accepted by both, with the same size and root', async () => {
    const root = Buffer.from(roots.get(size) ?? '').toString('base64');
    expect(runOracle(exportFolder)).toEqual({ code: 0, output: `verified size=5000 root=${root}\n` });
    expect(await verifyExport({ read: readIn(exportFolder) }, trustIn(signer))).toMatchObject({
      kind: 'verified',
      size,
      root: roots.get(size),
    });
  });

  it('is refused by both after a flipped entry byte, naming the entry', async () => {
    // Entry 256 * 3 is the first of its bundle: byte 10 lies in it.
    const { go, own } = await judge('tile/entries/003', flip(10));
    expect(go).toMatchObject({ code: 1, output: expect.stringContaining('failed entry 768:') });
    expect(own).toMatchObject({ kind: 'failed', index: 768 });
  });

  it.each(['tile/0/003', 'tile/0/019.p/136', 'tile/1/000.p/19', 'checkpoint', 'trust', 'manifest.json', 'manifest.sig'])(
    'is refused by both after a flipped byte in %s, naming the file',
    async (path) => {
      for (const at of [0, 40, 100]) {
        const { go, own } = await judge(path, flip(at));
        expect(go, `byte ${at}`).toMatchObject({ code: 1, output: expect.stringContaining(`failed ${path}:`) });
        expect(own, `byte ${at}`).toMatchObject({ kind: 'failed', path });
      }
    },
  );

  it('is refused by both after an edited size', async () => {
    const { go, own } = await judge('checkpoint', (bytes) => Buffer.from(bytes.toString().replace('\n5000\n', '\n4999\n')));
    expect(go).toMatchObject({ code: 1, output: expect.stringContaining('failed checkpoint: invalid signature') });
    expect(own).toMatchObject({ kind: 'failed', code: 'signature-invalid', path: 'checkpoint' });
  });

  it('is refused by both when the signing key was retired before this size', async () => {
    const retired = trustIn(signer, size - 1);
    writeFileSync(auditorTrust, formatTrust(retired));
    const { code, output } = runOracle(exportFolder);
    writeFileSync(auditorTrust, formatTrust(trustIn(signer)));
    expect({ code, output }).toMatchObject({
      code: 1,
      output: expect.stringContaining('no signing key is trusted for size 5000'),
    });
    expect(await verifyExport({ read: readIn(exportFolder) }, retired)).toMatchObject({
      kind: 'failed',
      code: 'key-out-of-range',
    });
  });

  it('is refused by both when another key signed it', async () => {
    const other = trustIn(signerOf(2));
    writeFileSync(auditorTrust, formatTrust(other));
    const { code } = runOracle(exportFolder);
    writeFileSync(auditorTrust, formatTrust(trustIn(signer)));
    expect(code).toBe(1);
    expect(await verifyExport({ read: readIn(exportFolder) }, other)).toMatchObject({
      kind: 'failed',
      code: 'signature-unknown',
    });
  });

  it('gives inclusion and consistency proofs equal to those of Go, accepted by its checker', async () => {
    const read = readIn(exportFolder);
    const readTile: TileReader = (level, index, width) => read(tilePath({ level, index, width }));
    const text = (hashes: readonly Uint8Array[]): string[] => hashes.map((hash) => Buffer.from(hash).toString('base64'));
    const indexes = [0, 1, 255, 256, 257, 2047, 2048, 4095, 4096, 4863, 4864, 4998, 4999];
    const proofs = {
      Inclusion: await Promise.all(
        indexes.map(async (Index) => ({ Index, Proof: text(await proveInclusion({ index: Index, size, readTile })) })),
      ),
      Consistency: await Promise.all(
        [...roots].map(async ([From, root]) => ({
          From,
          Root: Buffer.from(root).toString('base64'),
          Proof: text(await proveConsistency({ from: From, to: size, readTile })),
        })),
      ),
    };
    const file = join(folder, 'proofs.json');
    writeFileSync(file, JSON.stringify(proofs));
    expect(runOracle(exportFolder, file)).toMatchObject({ code: 0 });
    // The check must be able to fail: one proof under another entry's index.
    proofs.Inclusion[3]!.Index = 7; // thirteen proofs were made above
    writeFileSync(file, JSON.stringify(proofs));
    expect(runOracle(exportFolder, file)).toMatchObject({
      code: 1,
      output: expect.stringContaining('failed inclusion proof 7:'),
    });
  });
});
