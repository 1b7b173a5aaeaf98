import { emptyRoot, equalBytes, hashBytes, nodeHash } from './hash.ts';

/** A claim that `leaf` is entry `index` of the tree with this size and root. */
export interface InclusionClaim {
  readonly index: number;
  readonly size: number;
  readonly leaf: Uint8Array;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** A claim that the tree (`to`, `toRoot`) begins with the tree (`from`, `fromRoot`). */
export interface ConsistencyClaim {
  readonly from: number;
  readonly fromRoot: Uint8Array;
  readonly to: number;
  readonly toRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** A path has one hash per tree level at most, and sizes stop at 2^53; a consistency proof may hold one more. */
export const proofHashesMax = 63;

/**
 * Checks an inclusion proof (RFC 9162 §2.1.3.2). True only when the proof is exact: no hash missing, none left over.
 *
 * @example
 * checkInclusion({ index: 7, size: 1000, leaf: leafHash(entry), root, proof });
 */
export function checkInclusion(claim: InclusionClaim): boolean {
  const { index, size, proof } = claim;
  if (!isCount(index) || !isCount(size) || index >= size || !areHashes(proof)) return false;
  const at: Position = { first: index, last: size - 1 };
  let root = claim.leaf;
  for (const sibling of proof) {
    if (at.last === 0) return false;
    if (isLeftSibling(at)) {
      root = nodeHash(sibling, root);
      skipEvenLevels(at);
    } else {
      root = nodeHash(root, sibling);
    }
    rise(at);
  }
  return at.last === 0 && equalBytes(root, claim.root);
}

/**
 * Checks a consistency proof (RFC 9162 §2.1.4.2). Size 0 is consistent with everything, given an empty proof and the empty root.
 *
 * @example
 * checkConsistency({ from: 10, fromRoot, to: 20, toRoot, proof });
 */
export function checkConsistency(claim: ConsistencyClaim): boolean {
  const { from, to, fromRoot, toRoot, proof } = claim;
  if (!isCount(from) || !isCount(to) || from > to || !areHashes(proof)) return false;
  if (from === 0) return proof.length === 0 && equalBytes(fromRoot, emptyRoot()) && (to > 0 || equalBytes(toRoot, fromRoot));
  if (from === to) return proof.length === 0 && equalBytes(fromRoot, toRoot);
  return climb(claim);
}

function climb({ from, to, fromRoot, toRoot, proof }: ConsistencyClaim): boolean {
  // A perfect old tree is a node of the new one: its hash starts the path instead of the first proof hash.
  const [start, ...rest] = isPowerOfTwo(from) ? [fromRoot, ...proof] : proof;
  if (start === undefined) return false;
  const at: Position = { first: from - 1, last: to - 1 };
  while (at.first % 2 === 1) rise(at);
  let [oldRoot, newRoot] = [start, start];
  for (const hash of rest) {
    if (at.last === 0) return false;
    if (isLeftSibling(at)) {
      oldRoot = nodeHash(hash, oldRoot);
      newRoot = nodeHash(hash, newRoot);
      skipEvenLevels(at);
    } else {
      newRoot = nodeHash(newRoot, hash);
    }
    rise(at);
  }
  return at.last === 0 && equalBytes(oldRoot, fromRoot) && equalBytes(newRoot, toRoot);
}

/** `first` and `last` are RFC 9162's fn and sn. Arithmetic instead of bit operators: those stop at 2^31. */
interface Position {
  first: number;
  last: number;
}

function isLeftSibling(at: Position): boolean {
  return at.first % 2 === 1 || at.first === at.last;
}

function skipEvenLevels(at: Position): void {
  while (at.first % 2 === 0 && at.first !== 0) rise(at);
}

function rise(at: Position): void {
  at.first = Math.floor(at.first / 2);
  at.last = Math.floor(at.last / 2);
}

function isPowerOfTwo(n: number): boolean {
  return 2 ** Math.round(Math.log2(n)) === n;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function areHashes(proof: readonly Uint8Array[]): boolean {
  return proof.length <= proofHashesMax && proof.every((hash) => hash.length === hashBytes);
}
