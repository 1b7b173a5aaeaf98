import { describe, expect, it } from 'vitest';
import { signCheckpoint } from './checkpoint.ts';
import { assertExtends } from './guard.ts';
import { emptyRoot } from './hash.ts';
import { keyPairFromSeed, parseCosigner, parseSigner, parseVerifier } from './key.ts';
import { memoryLog, testOrigin, testSigner, trustOf } from './memory-log.ts';
import { openNote, signNote, splitNote } from './note.ts';
import { proveConsistency } from './proof.ts';
import { formatTrust } from './trust.ts';
import { formatAddCheckpoint, judgeAddCheckpoint } from './witness.ts';
import type { AddCheckpoint, WitnessedLog, WitnessVerdict } from './witness.ts';

const [before, after] = [memoryLog(300), memoryLog(700)];
const note = Buffer.from(after.files.get('checkpoint') ?? '').toString();
const proof = await proveConsistency({ from: 300, to: 700, readTile: after.readTile });
const request: AddCheckpoint = { oldSize: 300, proof, checkpoint: note };
const known: WitnessedLog = { trust: after.trust, latest: before.checkpoint };

function judge(change: Partial<AddCheckpoint>, log: WitnessedLog = known): WitnessVerdict {
  const body = Buffer.from(formatAddCheckpoint({ ...request, ...change }));
  return judgeAddCheckpoint(body, (origin) => (origin === testOrigin ? log : undefined));
}

describe('a witness', () => {
  it('accepts a head that extends the one it knows, the first head of a log, and the same head again', () => {
    expect(judge({})).toMatchObject({ status: 200, checkpoint: { size: 700 } });
    expect(judge({ oldSize: 0, proof: [] }, { ...known, latest: { size: 0, root: emptyRoot() } })).toMatchObject({ status: 200 });
    expect(judge({ oldSize: 700, proof: [] }, { ...known, latest: after.checkpoint })).toMatchObject({ status: 200 });
  });

  it('answers 404 for a log it does not know', () => {
    const other = signCheckpoint({ ...after.checkpoint, origin: 'other.example' }, [after.signer]);
    expect(judge({ checkpoint: other })).toMatchObject({ status: 404 });
  });

  it('answers 403 for a signature by no trusted key, a bad one, and one by a retired key', () => {
    expect(judge({ checkpoint: signCheckpoint(after.checkpoint, [testSigner(testOrigin, 9)]) })).toMatchObject({ status: 403 });
    expect(judge({ checkpoint: note.replace('\n700\n', '\n701\n') })).toMatchObject({ status: 403 });
    expect(judge({}, { ...known, trust: trustOf(after.signer, 0, 699) })).toMatchObject({ status: 403 });
  });

  it('answers 409 with its own size when the old size is stale, and when one size has two roots', () => {
    expect(judge({ oldSize: 299 })).toMatchObject({ status: 409, latestSize: 300 });
    const fork = signCheckpoint({ ...after.checkpoint, root: emptyRoot() }, [after.signer]);
    expect(judge({ oldSize: 700, proof: [], checkpoint: fork }, { ...known, latest: after.checkpoint })).toMatchObject({
      status: 409,
    });
  });

  it('answers 422 for a proof that does not verify: a rewritten history', () => {
    expect(judge({ proof: proof.slice(1) })).toMatchObject({ status: 422 });
    const rewritten = signCheckpoint({ ...after.checkpoint, root: emptyRoot() }, [after.signer]);
    expect(judge({ checkpoint: rewritten })).toMatchObject({ status: 422 });
    expect(judge({ oldSize: 0 }, { ...known, latest: { size: 0, root: emptyRoot() } })).toMatchObject({ status: 422 });
  });

  it('answers 400 for a log that shrinks and for what is no request', () => {
    expect(judge({ oldSize: 701 })).toMatchObject({ status: 400 });
    const bodies = [
      '',
      'old 1',
      `old 01\n\n${note}`,
      `old 300\nAAAA\n\n${note}`,
      `new 1\n\n${note}`,
      `old 1\n${`${'A'.repeat(43)}=\n`.repeat(64)}\n${note}`,
    ];
    for (const body of bodies)
      expect(
        judgeAddCheckpoint(Buffer.from(body), () => known),
        body,
      ).toMatchObject({ status: 400 });
  });
});

describe('cosignatures', () => {
  const name = 'witness.example/w1';
  const keys = keyPairFromSeed(name, new Uint8Array(32).fill(4), 'cosignature');
  const verifier = parseVerifier(keys.vkey);
  const text = splitNote(Buffer.from(note)).text;
  const signed = signNote(text, [after.signer, parseCosigner(keys.skey, 1_679_315_147)]);

  it('verify beside the signature of the log and carry their time', () => {
    expect(openNote(Buffer.from(signed), [verifier, parseVerifier(after.signer.vkey)]).signers).toHaveLength(2);
    const line = splitNote(Buffer.from(signed)).signatures[1];
    expect(Buffer.from(line?.signature ?? '').readBigUInt64BE()).toBe(1_679_315_147n);
  });

  it('have a key id of their own, so one key used both ways cannot be confused', () => {
    expect(verifier).toMatchObject({ use: 'cosignature', name });
    expect(verifier.keyId).not.toBe(parseVerifier(keyPairFromSeed(name, new Uint8Array(32).fill(4)).vkey).keyId);
  });

  it('fail with another time or another text', () => {
    const { signatures } = splitNote(Buffer.from(signed));
    const signature = Buffer.from(signatures[1]?.signature ?? '');
    expect(verifier.verify(Buffer.from(text), signature)).toBe(true);
    expect(verifier.verify(Buffer.from(`${text}x`), signature)).toBe(false);
    signature.writeBigUInt64BE(1_679_315_148n);
    expect(verifier.verify(Buffer.from(text), signature)).toBe(false);
    signature.writeBigUInt64BE(2n ** 63n);
    expect(verifier.verify(Buffer.from(text), signature)).toBe(false);
  });

  it('never stand in for the signature of the log', () => {
    expect(() => parseSigner(keys.skey)).toThrow(expect.objectContaining({ code: 'key-malformed' }));
    expect(() => parseCosigner(keyPairFromSeed(name, new Uint8Array(32)).skey, 1)).toThrow(
      expect.objectContaining({ code: 'key-malformed' }),
    );
    const trust = { origin: testOrigin, keys: [{ verifier, firstSize: 0, lastSize: null }] };
    expect(() => formatTrust(trust)).toThrow(expect.objectContaining({ code: 'trust-malformed' }));
  });
});

describe('assertExtends', () => {
  const readTile = after.readTile;

  it('lets a log go on from any head it signed before', async () => {
    for (const size of [0, 1, 256, 300, 699, 700]) {
      await expect(
        assertExtends({ signed: memoryLog(size).checkpoint, next: after.checkpoint, readTile }),
        `${size}`,
      ).resolves.toBeUndefined();
    }
  });

  it('refuses a restored old backup, another root for the same size, and another history', async () => {
    const refused = { code: 'head-inconsistent' };
    await expect(
      assertExtends({ signed: after.checkpoint, next: before.checkpoint, readTile: before.readTile }),
    ).rejects.toMatchObject(refused);
    await expect(
      assertExtends({ signed: { size: 700, root: emptyRoot() }, next: after.checkpoint, readTile }),
    ).rejects.toMatchObject(refused);
    await expect(
      assertExtends({ signed: { size: 300, root: emptyRoot() }, next: after.checkpoint, readTile }),
    ).rejects.toMatchObject(refused);
  });
});
