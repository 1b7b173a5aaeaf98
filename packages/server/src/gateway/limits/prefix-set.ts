/** A longest-prefix set of addresses. Implemented by the radix trie of `prefix-trie.ts`. */
export interface PrefixSet {
  /** The value of the longest prefix that covers the address, or undefined. Unparsable addresses are in no set. */
  lookup(address: string): number | undefined;
  readonly size: number;
}
