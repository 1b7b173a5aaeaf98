import type { PrefixSet } from './compiled-snapshot.ts';
import { parseAddress } from './address.ts';

/** A prefix and what it means; for bans the expiry in epoch milliseconds, for allows Infinity. */
export interface PrefixEntry {
  readonly prefix: string;
  readonly value: number;
}

const WORDS = 4;
const NONE = -1;

/**
 * A path-compressed binary trie (PATRICIA) in flat arrays: at most two nodes an entry whatever the prefix lengths, so a
 * million IPv6 bans cost tens of megabytes and a lookup touches only the branching points.
 */
class PrefixTrie implements PrefixSet {
  size = 0;
  #used = 0;
  #keys: Uint32Array;
  #lengths: Uint8Array;
  #children: Int32Array;
  #values: Float64Array;
  readonly #roots: Int32Array = new Int32Array([NONE, NONE]);
  readonly #address = new Uint32Array(WORDS);

  constructor(entriesMax: number) {
    const nodesMax = entriesMax * 2 + 2;
    this.#keys = new Uint32Array(nodesMax * WORDS);
    this.#lengths = new Uint8Array(nodesMax);
    this.#children = new Int32Array(nodesMax * 2).fill(NONE);
    this.#values = new Float64Array(nodesMax).fill(Number.NaN);
  }

  lookup(address: string): number | undefined {
    const bits = parseAddress(address, this.#address);
    return bits === 0 ? undefined : this.#find(this.#roots[bits === 32 ? 0 : 1]!, bits);
  }

  #find(root: number, bits: number): number | undefined {
    let node = root;
    let best: number | undefined;
    while (node !== NONE) {
      const length = this.#lengths[node]!;
      if (length > bits || this.#sharedBits(node, length) < length) return best;
      const value = this.#values[node]!;
      if (!Number.isNaN(value)) best = value;
      if (length === bits) return best;
      node = this.#children[node * 2 + this.#bitAt(length)]!;
    }
    return best;
  }

  /** Adds a prefix; false when the text is none. Call with shorter prefixes first, so that `value` can cover theirs. */
  add(prefix: string, value: number): boolean {
    const slash = prefix.indexOf('/');
    const bits = parseAddress(slash < 0 ? prefix : prefix.slice(0, slash), this.#address);
    if (bits === 0) return false;
    // Written as IPv6 but inside ::ffff:0:0/96, it is an IPv4 prefix whose length counts from bit 96.
    const mapped = bits === 32 && prefix.includes(':') ? 96 : 0;
    const length = slash < 0 ? bits : prefixLength(prefix, slash) - mapped;
    if (!Number.isInteger(length) || length < 0 || length > bits) return false;
    this.#clearHostBits(length);
    this.#insert(bits === 32 ? 0 : 1, length, value);
    return true;
  }

  #insert(rootIndex: number, length: number, value: number): void {
    let parent = NONE;
    let side = 0;
    let node = this.#roots[rootIndex]!;
    while (node !== NONE) {
      const nodeLength = this.#lengths[node]!;
      const shared = this.#sharedBits(node, Math.min(nodeLength, length));
      if (shared < nodeLength) {
        this.#link(rootIndex, parent * 2 + side, this.#split({ node, shared, length, value }));
        return;
      }
      if (nodeLength === length) {
        this.#setValue(node, value);
        return;
      }
      parent = node;
      side = this.#bitAt(nodeLength);
      node = this.#children[parent * 2 + side]!;
    }
    this.#link(rootIndex, parent * 2 + side, this.#newNode(length, value));
  }

  /** Puts a node above `node` at the first differing bit; the new prefix is that node itself or its other child. */
  #split(at: { node: number; shared: number; length: number; value: number }): number {
    const { node, shared, length, value } = at;
    const branch = this.#newNode(shared, shared === length ? value : Number.NaN);
    const oldSide = bitOf(this.#keys, node * WORDS, shared);
    this.#children[branch * 2 + oldSide] = node;
    if (shared < length) this.#children[branch * 2 + (1 - oldSide)] = this.#newNode(length, value);
    return branch;
  }

  #link(rootIndex: number, slot: number, node: number): void {
    if (slot < 0) this.#roots[rootIndex] = node;
    else this.#children[slot] = node;
  }

  #newNode(length: number, value: number): number {
    const node = this.#used;
    this.#used += 1;
    this.#keys.set(this.#address, node * WORDS);
    this.#lengths[node] = length;
    if (!Number.isNaN(value)) this.#setValue(node, value);
    return node;
  }

  #setValue(node: number, value: number): void {
    const before = this.#values[node]!;
    if (Number.isNaN(before)) this.size += 1;
    this.#values[node] = Number.isNaN(before) ? value : Math.max(before, value);
  }

  #bitAt(index: number): number {
    return bitOf(this.#address, 0, index);
  }

  #sharedBits(node: number, limit: number): number {
    for (let word = 0; word * 32 < limit; word += 1) {
      const differing = this.#keys[node * WORDS + word]! ^ this.#address[word]!;
      if (differing !== 0) return Math.min(limit, word * 32 + Math.clz32(differing));
    }
    return limit;
  }

  #clearHostBits(length: number): void {
    for (let word = 0; word < WORDS; word += 1) {
      const kept = Math.max(0, Math.min(32, length - word * 32));
      this.#address[word] = kept === 0 ? 0 : (this.#address[word]! & (0xffffffff << (32 - kept))) >>> 0;
    }
  }
}

const bitOf = (words: Uint32Array, base: number, index: number): number =>
  (words[base + (index >> 5)]! >>> (31 - (index & 31))) & 1;

function prefixLength(prefix: string, slash: number): number {
  const digits = prefix.slice(slash + 1);
  return /^\d{1,3}$/u.test(digits) ? Number(digits) : Number.NaN;
}

const scratch = new Uint32Array(WORDS);

/** Length as the trie counts it: from bit 96 for IPv4 written as IPv6. */
function lengthOf(prefix: string): number {
  const slash = prefix.indexOf('/');
  const bits = parseAddress(slash < 0 ? prefix : prefix.slice(0, slash), scratch);
  const length = slash < 0 ? bits : prefixLength(prefix, slash);
  return bits === 32 && slash >= 0 && prefix.includes(':') ? length - 96 : length;
}

/**
 * Builds a set from a list. A value never falls below that of a prefix that covers it: when a short ban inside a long-lived
 * wider one runs out, the wider one still holds. Entries that are no prefix are returned by `refused`.
 */
export function buildPrefixSet(entries: readonly PrefixEntry[]): {
  readonly set: PrefixSet;
  readonly refused: readonly string[];
} {
  const trie = new PrefixTrie(entries.length);
  const refused: string[] = [];
  for (const { prefix, value } of entries.toSorted((a, b) => lengthOf(a.prefix) - lengthOf(b.prefix))) {
    const slash = prefix.indexOf('/');
    const covering = trie.lookup(slash < 0 ? prefix : prefix.slice(0, slash));
    if (!trie.add(prefix, covering === undefined ? value : Math.max(value, covering))) refused.push(prefix);
  }
  return { set: trie, refused };
}
