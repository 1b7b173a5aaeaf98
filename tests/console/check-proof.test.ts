import type { InclusionView } from '@holdfast/contract';
import { leafHash, proveInclusion, signCheckpoint } from '@holdfast/ledger';
import { describe, expect, test } from 'vitest';
import { checkProof } from '../../packages/console/src/pages/audit/check-proof.ts';
import { memoryLog, testEntry, testSigner } from '../../packages/ledger/src/memory-log.ts';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

async function proofOf(index: number, size: number): Promise<{ proof: InclusionView; key: string }> {
  const { checkpoint, signer, readTile } = memoryLog(size);
  const leaf = testEntry(index);
  const hashes = (await proveInclusion({ index, size, readTile })).map(base64);
  const note = Buffer.from(signCheckpoint(checkpoint, [signer])).toString();
  const proof = { index, size, leafHash: base64(leafHash(leaf)), leaf: Buffer.from(leaf).toString(), hashes, checkpoint: note };
  return { proof, key: signer.vkey };
}

const ALL_RIGHT = { isLeafRight: true, isIncluded: true, isSigned: true };

describe('a proof done again in the page', () => {
  test.each([
    [0, 1],
    [0, 2],
    [2, 3],
    [5, 6],
    [6, 7],
    [255, 256],
    [256, 257],
    [12, 600],
    [599, 600],
  ])('of record %i in a log of %i comes out as the ledger says', async (index, size) => {
    const { proof, key } = await proofOf(index, size);
    expect(await checkProof(proof, key)).toEqual(ALL_RIGHT);
  });

  test('of a text that was changed does not', async () => {
    const { proof, key } = await proofOf(12, 600);
    const changed = { ...proof, leaf: proof.leaf?.replace('12', '13') ?? null };
    expect(await checkProof(changed, key)).toEqual({ ...ALL_RIGHT, isLeafRight: false, isIncluded: false });
    expect(await checkProof({ ...proof, leaf: null }, key)).toMatchObject({ isLeafRight: false, isIncluded: false });
  });

  test('with a hash too few, too many or another place does not', async () => {
    const { proof, key } = await proofOf(12, 600);
    const [first = ''] = proof.hashes;
    for (const wrong of [
      { ...proof, hashes: proof.hashes.slice(1) },
      { ...proof, hashes: [...proof.hashes, first] },
      { ...proof, index: 13 },
      { ...proof, size: 601 },
    ])
      expect(await checkProof(wrong, key)).toEqual({ ...ALL_RIGHT, isIncluded: false });
  });

  test('under another key, or a root that was changed after it was signed, does not', async () => {
    const { proof, key } = await proofOf(12, 600);
    expect(await checkProof(proof, testSigner('log.example/audit', 8).vkey)).toEqual({ ...ALL_RIGHT, isSigned: false });
    const forged = { ...proof, checkpoint: proof.checkpoint.replace('\n600\n', '\n0600\n') };
    expect(await checkProof(forged, key)).toEqual({ ...ALL_RIGHT, isSigned: false });
  });
});
