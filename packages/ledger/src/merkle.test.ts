import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyRoot, leafHash, nodeHash } from './hash.ts';
import { appendBatch, TreeBuilder } from './merkle.ts';
import { testEntry } from './memory-log.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** RFC 6962 §2.1 written down as it stands: the slow definition the builder must agree with. */
function definedRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return emptyRoot();
  if (leaves.length === 1) return leaves[0]!; // one leaf exists
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(definedRoot(leaves.slice(0, k)), definedRoot(leaves.slice(k)));
}

describe('TreeBuilder', () => {
  it('gives the roots known from the certificate transparency test tree', () => {
    const entries = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
    const roots = new Map([
      [0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
      [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
      [2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
      [3, 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
      [7, 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
      [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
    ]);
    const tree = new TreeBuilder();
    const found = new Map([[0, hex(tree.root())]]);
    for (const entry of entries) {
      tree.append(leafHash(Buffer.from(entry, 'hex')));
      found.set(tree.size, hex(tree.root()));
    }
    for (const [size, root] of roots) expect(found.get(size), `size ${size}`).toBe(root);
  });

  it('agrees with the definition at every size', () => {
    const tree = new TreeBuilder();
    const leaves: Uint8Array[] = [];
    for (let size = 1; size <= 300; size += 1) {
      leaves.push(leafHash(testEntry(size)));
      tree.append(leaves[size - 1]!); // pushed one line above
      expect(hex(tree.root())).toBe(hex(definedRoot(leaves)));
    }
  });

  it('does not depend on how entries were batched', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 10 }), (batches) => {
        const tree = new TreeBuilder();
        let last = tree.root();
        for (const length of batches)
          last = appendBatch(
            tree,
            Array.from({ length }, (_, i) => testEntry(tree.size + i)),
          ).root;
        const leaves = Array.from({ length: tree.size }, (_, i) => leafHash(testEntry(i)));
        expect(hex(last)).toBe(hex(definedRoot(leaves)));
      }),
    );
  });
});

describe('hashing', () => {
  it('keeps leaves and nodes apart: two hashes joined as an entry do not hash to their node', () => {
    const [a, b] = [leafHash(testEntry(1)), leafHash(testEntry(2))];
    expect(hex(leafHash(Buffer.concat([a, b])))).not.toBe(hex(nodeHash(a, b)));
  });

  it('refuses an entry no bundle can carry and accepts the largest', () => {
    expect(() => leafHash(new Uint8Array(65_536))).toThrow(/65536/);
    expect(leafHash(new Uint8Array(65_535))).toHaveLength(32);
  });
});
