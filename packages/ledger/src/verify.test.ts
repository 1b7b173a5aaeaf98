import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signCheckpoint } from './checkpoint.ts';
import { describeFile } from './export.ts';
import { sha256 } from './hash.ts';
import { memoryLog, signExport, testOrigin, testSigner, trustOf } from './memory-log.ts';
import type { MemoryLog } from './memory-log.ts';
import { signNote, splitNote } from './note.ts';
import { verifyExport } from './verify.ts';
import type { ExportVerdict } from './verify.ts';

const size = 700;
const original = memoryLog(size);

function verify(files: ReadonlyMap<string, Uint8Array>, trust: MemoryLog['trust'] = original.trust): Promise<ExportVerdict> {
  return verifyExport({ read: async (path) => files.get(path) ?? null }, trust);
}

function withChange(path: string, change: (bytes: Buffer) => Uint8Array): Map<string, Uint8Array> {
  const files = new Map(original.files);
  files.set(path, change(Buffer.from(files.get(path) ?? '')));
  return files;
}

function flip(path: string, at: number, mask: number = 1): Map<string, Uint8Array> {
  return withChange(path, (bytes) => {
    bytes[at] = (bytes[at] ?? 0) ^ mask;
    return bytes;
  });
}

const digestOf = (path: string): string => describeFile(path, original.files.get(path) ?? new Uint8Array(0)).sha256;

/** What a faulty or dishonest exporter who holds the key could sign. */
function withManifest(change: (manifest: string) => string): Map<string, Uint8Array> {
  const files = new Map(original.files);
  const manifest = Buffer.from(change(Buffer.from(files.get('manifest.json') ?? '').toString()));
  files.set('manifest.json', manifest);
  const text = `holdfast-manifest v1\n${size} ${Buffer.from(sha256(manifest)).toString('hex')}\n`;
  files.set('manifest.sig', Buffer.from(signNote(text, [original.signer])));
  return files;
}

describe('verifyExport', () => {
  it('accepts untouched exports of every shape', async () => {
    for (const n of [0, 1, 255, 256, 257, 700, 66_000]) {
      const log = memoryLog(n, 4096);
      expect(await verify(log.files, log.trust), `size ${n}`).toEqual({
        kind: 'verified',
        origin: testOrigin,
        size: n,
        root: log.checkpoint.root,
      });
    }
  });

  it('finds any one changed byte in any file and names the file', async () => {
    const places = fc.constantFrom(...original.files.keys()).chain((path) =>
      fc.record({
        path: fc.constant(path),
        at: fc.nat((original.files.get(path)?.length ?? 1) - 1),
        mask: fc.integer({ min: 1, max: 255 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(places, async ({ path, at, mask }) => {
        expect(await verify(flip(path, at, mask))).toMatchObject({ kind: 'failed', path });
      }),
      { numRuns: 400 },
    );
  });

  it('finds every missing, shortened and lengthened file', async () => {
    for (const path of original.files.keys()) {
      const files = new Map(original.files);
      files.delete(path);
      expect(await verify(files), path).toMatchObject({ kind: 'failed', code: 'file-missing', path });
      expect(await verify(withChange(path, (bytes) => bytes.subarray(0, -1))), path).toMatchObject({ kind: 'failed', path });
      expect(await verify(withChange(path, (bytes) => Buffer.concat([bytes, Buffer.from([0])]))), path).toMatchObject({
        kind: 'failed',
        path,
      });
    }
  });

  it('names the first entry whose bytes or length were changed', async () => {
    const bundle = 'tile/entries/001';
    const bytes = Buffer.from(original.files.get(bundle) ?? '');
    const starts: number[] = [];
    for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at)) starts.push(at);
    for (const nth of [0, 1, 100, 255]) {
      const start = starts[nth] ?? 0;
      for (const at of [start, start + 1, start + 2, start + 20]) {
        expect(await verify(flip(bundle, at)), `entry ${nth}, byte ${at}`).toMatchObject({
          kind: 'failed',
          path: bundle,
          index: 256 + nth,
        });
      }
    }
  });

  it('does not need the digests: a wrong entry or tile is found even when the signer lists it', async () => {
    const reSigned = (files: Map<string, Uint8Array>): Map<string, Uint8Array> => {
      signExport(files, original.checkpoint, original.signer);
      return files;
    };
    expect(await verify(reSigned(flip('tile/entries/000', 30)))).toMatchObject({ code: 'entry-mismatch', index: 0 });
    expect(await verify(reSigned(flip('tile/0/001', 32 * 7)))).toMatchObject({ code: 'entry-mismatch', index: 256 + 7 });
    expect(await verify(reSigned(flip('tile/1/000.p/2', 3)))).toMatchObject({ code: 'tile-mismatch', path: 'tile/1/000.p/2' });
  });

  it('refuses a root the entries do not add up to, though signed and listed', async () => {
    const files = new Map(original.files);
    const checkpoint = { ...original.checkpoint, root: new Uint8Array(32) };
    files.set('checkpoint', Buffer.from(signCheckpoint(checkpoint, [original.signer])));
    signExport(files, checkpoint, original.signer);
    expect(await verify(files)).toMatchObject({ kind: 'failed', code: 'root-mismatch', path: 'checkpoint' });
  });

  it('refuses a genuine checkpoint of another size beside a manifest of this one', async () => {
    const files = new Map(original.files);
    const earlier = { ...memoryLog(size - 1).checkpoint };
    files.set('checkpoint', Buffer.from(signCheckpoint(earlier, [original.signer])));
    signExport(files, original.checkpoint, original.signer);
    expect(await verify(files)).toMatchObject({ kind: 'failed', code: 'manifest-mismatch', path: 'manifest.json' });
  });

  it('judges by the keys the caller holds, not by those in the export', async () => {
    const thief = testSigner(testOrigin, 66);
    const files = new Map(original.files);
    files.set('checkpoint', Buffer.from(signCheckpoint(original.checkpoint, [thief])));
    signExport(files, original.checkpoint, thief);
    expect(await verify(files)).toMatchObject({ kind: 'failed', code: 'signature-unknown', path: 'manifest.sig' });
    expect(await verify(files, trustOf(thief))).toMatchObject({ kind: 'verified' });
  });

  it('refuses an export the retired key signed', async () => {
    expect(await verify(original.files, trustOf(original.signer, 0, size - 1))).toMatchObject({
      code: 'key-out-of-range',
      path: 'manifest.sig',
    });
    expect(await verify(original.files, trustOf(original.signer, 0, size))).toMatchObject({ kind: 'verified' });
  });

  it('compares every file with its digest, also where the tree already explains the file', async () => {
    for (const path of ['tile/entries/000', 'tile/0/000', 'tile/1/000.p/2', 'trust', 'checkpoint']) {
      const files = withManifest((manifest) => manifest.replace(digestOf(path), '0'.repeat(64)));
      expect(await verify(files), path).toMatchObject({ kind: 'failed', code: 'file-changed', path });
    }
  });

  it('refuses a signed manifest that lists too little, another size, or is no manifest', async () => {
    expect(await verify(withManifest((manifest) => manifest))).toMatchObject({ kind: 'verified' });
    const changes: [string, (manifest: string) => string, string][] = [
      ['a file left out', (manifest) => manifest.replace(/,\{[^{}]*\}\]/, ']'), 'manifest-mismatch'],
      ['a file twice', (manifest) => manifest.replace(/(\{"bytes[^{}]*\})\]/, '$1,$1]'), 'manifest-mismatch'],
      ['another size', (manifest) => manifest.replace('"size":700', '"size":699'), 'manifest-mismatch'],
      ['another version', (manifest) => manifest.replace('"v":1', '"v":2'), 'manifest-malformed'],
      ['a field too many', (manifest) => manifest.replace('"v":1', '"v":1,"w":1'), 'manifest-malformed'],
      ['a space', (manifest) => manifest.replace('"v":1', '"v": 1'), 'json-not-canonical'],
    ];
    for (const [name, change, code] of changes) {
      expect(await verify(withManifest(change)), name).toMatchObject({ kind: 'failed', code, path: 'manifest.json' });
    }
  });

  it('refuses a signature of an unknown key on the manifest, where a change could not be found', async () => {
    const files = new Map(original.files);
    const text = splitNote(files.get('manifest.sig') ?? new Uint8Array(0)).text;
    files.set('manifest.sig', Buffer.from(signNote(text, [original.signer, testSigner('other.example', 5)])));
    expect(await verify(files)).toMatchObject({ kind: 'failed', code: 'signature-unknown', path: 'manifest.sig' });
  });

  it('finds a changed witness signature that no key here can check', async () => {
    const files = new Map(original.files);
    const witness = testSigner('witness.example', 5);
    files.set('checkpoint', Buffer.from(signCheckpoint(original.checkpoint, [original.signer, witness])));
    signExport(files, original.checkpoint, original.signer);
    expect(await verify(files)).toMatchObject({ kind: 'verified' });
    const other = testSigner('witness.example', 6);
    files.set('checkpoint', Buffer.from(signCheckpoint(original.checkpoint, [original.signer, other])));
    expect(await verify(files)).toMatchObject({ kind: 'failed', code: 'file-changed', path: 'checkpoint' });
  });
});
