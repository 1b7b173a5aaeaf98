import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyRoot, leafHash, nodeHash } from './hash.ts';
import { memoryLog, testEntry, tilesIn } from './memory-log.ts';
import { checkConsistency, checkInclusion } from './proof-check.ts';
import { proveConsistency, proveInclusion } from './proof.ts';

const log = memoryLog(70_000, 4096);
const { size, root } = log.checkpoint;
/** Earlier heads of the same log, at sizes around every boundary that matters. */
const heads = new Map(
  [1, 2, 3, 255, 256, 257, 300, 511, 512, 513, 4096, 12_345, 65_535, 65_536, 65_537].map((n) => [n, memoryLog(n, 4096)]),
);

describe('inclusion proofs', () => {
  it('of every entry verify, at every size up to 40', async () => {
    for (let n = 1; n <= 40; n += 1) {
      const small = memoryLog(n);
      for (let index = 0; index < n; index += 1) {
        const proof = await proveInclusion({ index, size: n, readTile: small.readTile });
        const claim = { index, size: n, leaf: leafHash(testEntry(index)), root: small.checkpoint.root, proof };
        expect(checkInclusion(claim), `${index} of ${n}`).toBe(true);
      }
    }
  });

  it('need at most 17 hashes for 70,000 entries and hold for that entry, index, size and root only', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: size - 1 }), async (index) => {
        const proof = await proveInclusion({ index, size, readTile: log.readTile });
        const claim = { index, size, leaf: leafHash(testEntry(index)), root, proof };
        expect(proof.length).toBeLessThanOrEqual(17);
        expect(checkInclusion(claim)).toBe(true);
        expect(checkInclusion({ ...claim, leaf: leafHash(testEntry(index + 1)) })).toBe(false);
        expect(checkInclusion({ ...claim, index: (index + 1) % size })).toBe(false);
        expect(checkInclusion({ ...claim, root: emptyRoot() })).toBe(false);
        expect(checkInclusion({ ...claim, proof: proof.slice(0, -1) })).toBe(false);
        expect(checkInclusion({ ...claim, proof: [...proof, emptyRoot()] })).toBe(false);
        expect(checkInclusion({ ...claim, proof: proof.map((hash, i) => (i === 0 ? hash.subarray(0, 31) : hash)) })).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('of the only entry are empty', async () => {
    const one = memoryLog(1);
    expect(await proveInclusion({ index: 0, size: 1, readTile: one.readTile })).toEqual([]);
  });

  it.each([
    [5, 5],
    [-1, 5],
    [0.5, 5],
    [0, 0],
  ])('of entry %d of %d are refused', async (index, n) => {
    await expect(proveInclusion({ index, size: n, readTile: log.readTile })).rejects.toMatchObject({ code: 'range-invalid' });
    expect(checkInclusion({ index, size: n, leaf: root, root, proof: [] })).toBe(false);
  });

  it('name the missing tile', async () => {
    await expect(proveInclusion({ index: 0, size, readTile: tilesIn(new Map()) })).rejects.toMatchObject({
      code: 'tile-missing',
    });
  });

  it('work at sizes beyond 2^32, where bit operators would fail', () => {
    const [leaf, left] = [leafHash(testEntry(0)), leafHash(testEntry(1))];
    const claim = { index: 2 ** 40, size: 2 ** 40 + 1, leaf, root: nodeHash(left, leaf), proof: [left] };
    expect(checkInclusion(claim)).toBe(true);
    expect(checkInclusion({ ...claim, index: 2 ** 40 - 1 })).toBe(false);
    const growth = { from: 2 ** 40, fromRoot: left, to: 2 ** 40 + 1, toRoot: claim.root, proof: [leaf] };
    expect(checkConsistency(growth)).toBe(true);
    expect(checkConsistency({ ...growth, from: 2 ** 39 })).toBe(false);
  });
});

describe('consistency proofs', () => {
  it('of every pair of sizes up to 40 verify', async () => {
    const small = Array.from({ length: 41 }, (_, n) => memoryLog(n));
    for (const from of small) {
      for (const to of small.slice(from.checkpoint.size)) {
        const sizes = { from: from.checkpoint.size, to: to.checkpoint.size };
        const proof = await proveConsistency({ ...sizes, readTile: to.readTile });
        const claim = { ...sizes, fromRoot: from.checkpoint.root, toRoot: to.checkpoint.root, proof };
        expect(checkConsistency(claim), `${sizes.from} to ${sizes.to}`).toBe(true);
      }
    }
  });

  it('from each earlier head to 70,000 verify, and fail for another history', async () => {
    for (const [from, head] of heads) {
      const proof = await proveConsistency({ from, to: size, readTile: log.readTile });
      const claim = { from, fromRoot: head.checkpoint.root, to: size, toRoot: root, proof };
      expect(checkConsistency(claim), `from ${from}`).toBe(true);
      expect(checkConsistency({ ...claim, fromRoot: leafHash(testEntry(0)).map((byte) => byte ^ 1) }), `other root ${from}`).toBe(
        false,
      );
      expect(checkConsistency({ ...claim, toRoot: emptyRoot() }), `other head ${from}`).toBe(false);
      expect(checkConsistency({ ...claim, from: from + 1 }), `other size ${from}`).toBe(false);
      expect(checkConsistency({ ...claim, proof: proof.slice(1) }), `short ${from}`).toBe(false);
      expect(checkConsistency({ ...claim, proof: [...proof, emptyRoot()] }), `long ${from}`).toBe(false);
    }
  });

  it('between a log and itself, or from the empty log, are empty; anything more is refused', async () => {
    expect(await proveConsistency({ from: size, to: size, readTile: log.readTile })).toEqual([]);
    expect(await proveConsistency({ from: 0, to: size, readTile: log.readTile })).toEqual([]);
    const same = { from: size, fromRoot: root, to: size, toRoot: root, proof: [] };
    expect(checkConsistency(same)).toBe(true);
    expect(checkConsistency({ ...same, fromRoot: emptyRoot() })).toBe(false);
    expect(checkConsistency({ ...same, from: 0, fromRoot: emptyRoot() })).toBe(true);
    expect(checkConsistency({ ...same, from: 0 })).toBe(false);
    expect(checkConsistency({ ...same, from: 0, fromRoot: emptyRoot(), proof: [root] })).toBe(false);
  });

  it('never grow backwards', async () => {
    await expect(proveConsistency({ from: 2, to: 1, readTile: log.readTile })).rejects.toMatchObject({ code: 'range-invalid' });
    expect(checkConsistency({ from: 2, fromRoot: root, to: 1, toRoot: root, proof: [] })).toBe(false);
  });

  it('of random bytes never verify and never throw', () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const claims = fc.record({
      from: fc.nat(1000),
      to: fc.nat(1000),
      fromRoot: hash,
      toRoot: hash,
      proof: fc.array(hash, { maxLength: 70 }),
    });
    fc.assert(fc.property(claims, (claim) => !checkConsistency(claim) || Buffer.compare(claim.fromRoot, claim.toRoot) === 0));
  });
});
