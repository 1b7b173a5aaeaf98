import { emptyRoot, leafHash, nodeHash } from './hash.ts';

/** Called for each completed perfect subtree: `height` 0 is a leaf, 8 a full tile of leaves, and so on. */
export type NodeListener = (height: number, hash: Uint8Array) => void;

/**
 * Grows a Merkle tree (RFC 6962 §2.1) leaf by leaf. It keeps only the roots of the perfect subtrees on the right edge, one per
 * set bit of the size, so memory and `root()` are O(log n) and an append costs one node hash on average.
 *
 * @example
 * const tree = new TreeBuilder();
 * tree.append(leafHash(entry));
 * tree.root();
 */
export class TreeBuilder {
  /** `frontier[h]` is the root of the perfect subtree of height h on the right edge, when bit h of the size is set. */
  readonly #frontier: (Uint8Array | undefined)[];
  #size: number;

  constructor(size: number = 0, frontier: readonly (Uint8Array | undefined)[] = []) {
    this.#size = size;
    this.#frontier = [...frontier];
  }

  get size(): number {
    return this.#size;
  }

  append(leaf: Uint8Array, onNode?: NodeListener): void {
    let hash = leaf;
    let height = 0;
    onNode?.(height, hash);
    // Binary addition: every occupied place carries into the next.
    for (let left = this.#frontier[height]; left !== undefined; left = this.#frontier[height]) {
      hash = nodeHash(left, hash);
      this.#frontier[height] = undefined;
      height += 1;
      onNode?.(height, hash);
    }
    this.#frontier[height] = hash;
    this.#size += 1;
  }

  root(): Uint8Array {
    let root: Uint8Array | undefined;
    for (const subtree of this.#frontier) {
      if (subtree !== undefined) root = root === undefined ? subtree : nodeHash(subtree, root);
    }
    return root ?? emptyRoot();
  }
}

/** What `appendBatch` returns: one leaf hash per entry, in order, and the root after the last. */
export interface AppendedBatch {
  readonly leafHashes: Uint8Array[];
  readonly root: Uint8Array;
}

/**
 * Appends a batch of entries and computes the root once, after the last.
 *
 * @example
 * const { root } = appendBatch(tree, entries);
 */
export function appendBatch(tree: TreeBuilder, leaves: readonly Uint8Array[]): AppendedBatch {
  const leafHashes = leaves.map(leafHash);
  for (const leaf of leafHashes) tree.append(leaf);
  return { leafHashes, root: tree.root() };
}

/**
 * Root of a perfect subtree from its 2^k consecutive hashes; the length decides k.
 * Depth is bounded: the input is at most one tile (256 hashes, 8 levels).
 */
export function foldPerfect(hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes;
  while (row.length > 1) {
    const above: Uint8Array[] = [];
    // Both exist: a perfect row longer than one has an even length.
    for (let i = 0; i + 1 < row.length; i += 2) above.push(nodeHash(row[i]!, row[i + 1]!));
    row = above;
  }
  return row[0] ?? emptyRoot();
}
