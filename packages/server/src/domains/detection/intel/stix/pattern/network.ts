import { parseAddress } from '../../../../../platform/address.ts';

export interface Network {
  readonly words: Uint32Array;
  /** 32 or 128. */
  readonly bits: number;
  readonly prefix: number;
}

/** `198.51.100.7`, `198.51.100.0/24`, `2001:db8::/32`; bits behind the prefix do not count. Null = none of them. */
export function networkOf(text: string): Network | null {
  const slash = text.indexOf('/');
  const words = new Uint32Array(4);
  const bits = parseAddress(slash === -1 ? text : text.slice(0, slash), words);
  if (bits === 0) return null;
  const length = slash === -1 ? String(bits) : text.slice(slash + 1);
  const prefix = /^\d{1,3}$/u.test(length) ? Number(length) : bits + 1;
  return prefix > bits ? null : { words, bits, prefix };
}

/** Whether all of `inner` is in `outer`; they may be the same. */
export function isSubset(inner: Network, outer: Network): boolean {
  if (inner.bits !== outer.bits || inner.prefix < outer.prefix) return false;
  for (let bit = 0, word = 0; bit < outer.prefix; bit += 32, word += 1) {
    const rest = outer.prefix - bit;
    const mask = rest >= 32 ? 0xffff_ffff : ~(0xffff_ffff >>> rest);
    if ((((inner.words[word] ?? 0) ^ (outer.words[word] ?? 0)) & mask) !== 0) return false;
  }
  return true;
}
