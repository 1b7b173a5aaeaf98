import type { PrefixSet } from './prefix-set.ts';
import { parseAddress } from '../../platform/address.ts';

/** A prefix and what it means; for bans the expiry in epoch milliseconds, for allows Infinity. */
export interface PrefixEntry {
  readonly prefix: string;
  readonly value: number;
}

const WORDS = 4;

interface ParsedPrefix {
  readonly words: Uint32Array;
  /** Where its address begins in `words`. */
  readonly at: number;
  readonly bits: number;
  readonly length: number;
  readonly value: number;
}

/** A node is eight numbers in a row, so that a step down touches one cache line: four of key, length and flag, two children. */
const NODE = 8;
const LENGTH = 4;
const CHILDREN = 5;
/** Set beside the length when the node stands for an entry and not only for a branching. */
const HAS_VALUE = 0x100;
/** Node 0 is never used, so that fresh arrays hold no links. */
const NONE = 0;

/**
 * A path-compressed binary trie (PATRICIA) in flat arrays: at most two nodes an entry whatever the prefix lengths, so a
 * million IPv6 bans cost tens of megabytes and a lookup touches only the branching points.
 */
class PrefixTrie implements PrefixSet {
  size = 0;
  #used = 1;
  readonly #nodes: Int32Array;
  readonly #values: Float64Array;
  readonly #roots: Int32Array = new Int32Array([NONE, NONE]);
  readonly #address = new Uint32Array(WORDS);

  constructor(entriesMax: number) {
    const nodesMax = entriesMax * 2 + 2;
    this.#nodes = new Int32Array(nodesMax * NODE);
    this.#values = new Float64Array(nodesMax);
  }

  lookup(address: string): number | undefined {
    const bits = parseAddress(address, this.#address);
    return bits === 0 ? undefined : this.#find(this.#roots[bits === 32 ? 0 : 1]!, bits);
  }

  #find(root: number, bits: number): number | undefined {
    const nodes = this.#nodes;
    let node = root;
    let best = NONE;
    while (node !== NONE) {
      const flags = nodes[node * NODE + LENGTH]!;
      const length = flags & 0xff;
      if (length > bits || this.#sharedBits(node, length) < length) break;
      if ((flags & HAS_VALUE) !== 0) best = node;
      if (length === bits) break;
      node = nodes[node * NODE + CHILDREN + this.#bitAt(length)]!;
    }
    return best === NONE ? undefined : this.#values[best];
  }

  /**
   * Adds a prefix whose host bits are zero. Call with shorter prefixes first: a value never falls below that of a prefix that
   * covers it, so that the wider ban still holds when a short one inside it runs out.
   */
  add({ words, at, bits, length, value }: ParsedPrefix): void {
    const address = this.#address;
    for (let word = 0; word < WORDS; word += 1) address[word] = words[at + word]!;
    const rootIndex = bits === 32 ? 0 : 1;
    let slot = NONE;
    let node = this.#roots[rootIndex]!;
    let covering = Number.NEGATIVE_INFINITY;
    while (node !== NONE) {
      const flags = this.#nodes[node * NODE + LENGTH]!;
      const nodeLength = flags & 0xff;
      const shared = this.#sharedBits(node, Math.min(nodeLength, length));
      if (shared < nodeLength) {
        this.#link(rootIndex, slot, this.#split({ node, shared, length, value: Math.max(value, covering) }));
        return;
      }
      if ((flags & HAS_VALUE) !== 0) covering = this.#values[node]!;
      if (nodeLength === length) {
        this.#setValue(node, Math.max(value, covering));
        return;
      }
      slot = node * NODE + CHILDREN + this.#bitAt(nodeLength);
      node = this.#nodes[slot]!;
    }
    this.#link(rootIndex, slot, this.#newNode(length, Math.max(value, covering)));
  }

  /** Puts a node above `node` at the first differing bit; the new prefix is that node itself or its other child. */
  #split(at: { node: number; shared: number; length: number; value: number }): number {
    const { node, shared, length, value } = at;
    const branch = this.#newNode(shared, shared === length ? value : null);
    const oldSide = bitOf(this.#nodes, node * NODE, shared);
    this.#nodes[branch * NODE + CHILDREN + oldSide] = node;
    if (shared < length) this.#nodes[branch * NODE + CHILDREN + 1 - oldSide] = this.#newNode(length, value);
    return branch;
  }

  #link(rootIndex: number, slot: number, node: number): void {
    if (slot === NONE) this.#roots[rootIndex] = node;
    else this.#nodes[slot] = node;
  }

  #newNode(length: number, value: number | null): number {
    const node = this.#used;
    this.#used += 1;
    for (let word = 0; word < WORDS; word += 1) this.#nodes[node * NODE + word] = this.#address[word]!;
    this.#nodes[node * NODE + LENGTH] = length;
    if (value !== null) this.#setValue(node, value);
    return node;
  }

  #setValue(node: number, value: number): void {
    const place = node * NODE + LENGTH;
    if ((this.#nodes[place]! & HAS_VALUE) === 0) this.size += 1;
    this.#nodes[place]! |= HAS_VALUE;
    this.#values[node] = value;
  }

  #bitAt(index: number): number {
    return (this.#address[index >> 5]! >>> (31 - (index & 31))) & 1;
  }

  #sharedBits(node: number, limit: number): number {
    for (let word = 0; word * 32 < limit; word += 1) {
      const differing = this.#nodes[node * NODE + word]! ^ this.#address[word]!;
      if (differing !== 0) return Math.min(limit, word * 32 + Math.clz32(differing));
    }
    return limit;
  }
}

const bitOf = (words: Int32Array, base: number, index: number): number =>
  (words[base + (index >> 5)]! >>> (31 - (index & 31))) & 1;

function prefixLength(prefix: string, slash: number): number {
  const digits = prefix.slice(slash + 1);
  return /^\d{1,3}$/u.test(digits) ? Number(digits) : Number.NaN;
}

const LENGTHS = 129;
const NO_PREFIX = 255;

/** A list read once: addresses without host bits, side by side, so that a hundred thousand cost no object each. */
class ParsedPrefixes {
  readonly words: Uint32Array;
  readonly lengths: Uint8Array;
  readonly bits: Uint8Array;
  readonly #scratch = new Uint32Array(WORDS);

  constructor(entries: readonly PrefixEntry[]) {
    this.words = new Uint32Array(entries.length * WORDS);
    this.lengths = new Uint8Array(entries.length);
    this.bits = new Uint8Array(entries.length);
    for (const [index, { prefix }] of entries.entries()) this.lengths[index] = this.#parse(prefix, index);
  }

  /** The length as the trie counts it, or `NO_PREFIX`. */
  #parse(prefix: string, index: number): number {
    const slash = prefix.indexOf('/');
    const bits = parseAddress(slash < 0 ? prefix : prefix.slice(0, slash), this.#scratch);
    if (bits === 0) return NO_PREFIX;
    // Written as IPv6 but inside ::ffff:0:0/96, it is an IPv4 prefix whose length counts from bit 96.
    const mapped = bits === 32 && slash >= 0 && prefix.includes(':') ? 96 : 0;
    const length = slash < 0 ? bits : prefixLength(prefix, slash) - mapped;
    if (!Number.isInteger(length) || length < 0 || length > bits) return NO_PREFIX;
    this.bits[index] = bits;
    for (let word = 0; word * 32 < bits; word += 1) {
      const kept = Math.max(0, Math.min(32, length - word * 32));
      this.words[index * WORDS + word] = kept === 0 ? 0 : this.#scratch[word]! & (0xffffffff << (32 - kept));
    }
    return length;
  }

  /** Indexes of the readable entries, shorter prefixes first (a counting sort: there are only 129 lengths). */
  byLength(): Uint32Array {
    const places = new Uint32Array(LENGTHS + 1);
    for (const length of this.lengths) if (length !== NO_PREFIX) places[length + 1]! += 1;
    for (let length = 1; length <= LENGTHS; length += 1) places[length]! += places[length - 1]!;
    const order = new Uint32Array(places[LENGTHS]!);
    for (const [index, length] of this.lengths.entries()) {
      if (length === NO_PREFIX) continue;
      order[places[length]!] = index;
      places[length]! += 1;
    }
    return order;
  }
}

/** Builds a set from a list. Entries that are no prefix are returned by `refused`. */
export function buildPrefixSet(entries: readonly PrefixEntry[]): {
  readonly set: PrefixSet;
  readonly refused: readonly string[];
} {
  const trie = new PrefixTrie(entries.length);
  const parsed = new ParsedPrefixes(entries);
  const { words, bits, lengths } = parsed;
  // Every index is one of the list: `byLength` leaves out only what cannot be read.
  for (const index of parsed.byLength()) {
    trie.add({ words, at: index * WORDS, bits: bits[index]!, length: lengths[index]!, value: entries[index]!.value });
  }
  const refused = entries.filter((_, index) => lengths[index] === NO_PREFIX).map(({ prefix }) => prefix);
  return { set: trie, refused };
}
