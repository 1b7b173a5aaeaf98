import { parseAddress } from '../address.ts';

const WORDS = 4;
const V4_BITS = 32;
const V6_BITS = 128;
/** `::ffff:0:0/96`: what is written as IPv6 and is an IPv4 prefix (RFC 4291 §2.5.5.2). */
const MAPPED_BITS = 96;

/** A prefix as numbers, its host bits cleared. One object is written over and over: a million entries cost none each. */
export interface ReadPrefix {
  /** 0 = the text was none. */
  bits: 0 | 32 | 128;
  length: number;
  /** IPv4 in word 0. */
  readonly words: Uint32Array;
}

export const newPrefix = (): ReadPrefix => ({ bits: 0, length: 0, words: new Uint32Array(WORDS) });

function lengthOf(text: string, slash: number): number {
  const size = text.length - slash - 1;
  if (size < 1 || size > 3) return -1;
  let length = 0;
  for (let at = slash + 1; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return -1;
    length = length * 10 + digit;
  }
  return length;
}

/** Reads an address or a prefix; false when the text is neither. Zone ids name an interface, not a peer. */
export function readPrefix(text: string, into: ReadPrefix): boolean {
  into.bits = 0;
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const bits = address.includes('%') ? 0 : parseAddress(address, into.words);
  if (bits === 0) return false;
  const mapped = bits === V4_BITS && slash >= 0 && text.includes(':') ? MAPPED_BITS : 0;
  const length = slash < 0 ? bits : lengthOf(text, slash) - mapped;
  if (length < 0 || length > bits) return false;
  into.bits = bits;
  into.length = length;
  for (let word = 0; word < WORDS; word += 1) {
    const kept = bits === V4_BITS && word > 0 ? 0 : Math.max(0, Math.min(32, length - word * 32));
    into.words[word] = kept === 0 ? 0 : (into.words[word]! & (0xffffffff << (32 - kept))) >>> 0;
  }
  return true;
}

const quad = (word: number): string => `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;

/** RFC 5952 §4.2: the longest run of two or more zero groups becomes `::`, the first one on a tie. */
function groupsText(words: Uint32Array): string {
  const groups = Array.from({ length: 8 }, (_, index) => {
    const word = words[index >> 1]!;
    return index % 2 === 0 ? word >>> 16 : word & 0xffff;
  });
  let best = { start: 0, size: 1 };
  for (let start = 0; start < groups.length; start += 1) {
    let size = 0;
    while (groups[start + size] === 0) size += 1;
    if (size > best.size) best = { start, size };
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.size < 2) return hex.join(':');
  return `${hex.slice(0, best.start).join(':')}::${hex.slice(best.start + best.size).join(':')}`;
}

/** The one spelling: `192.0.2.7`, `198.51.100.0/24`, `2001:db8::/32`; a whole address has no length. */
export function prefixText({ bits, length, words }: ReadPrefix): string {
  const address = bits === V4_BITS ? quad(words[0]!) : groupsText(words);
  return length === bits ? address : `${address}/${length}`;
}

/** The prefix of this length that an address lies in, in its one spelling; null when the text is no address. */
export function prefixAround(address: string, length: number): string | null {
  const prefix = newPrefix();
  if (!readPrefix(address, prefix)) return null;
  const bits = prefix.bits === V4_BITS ? V4_BITS : V6_BITS;
  for (let word = 0; word * 32 < bits; word += 1) {
    const kept = Math.max(0, Math.min(32, length - word * 32));
    prefix.words[word] = kept === 0 ? 0 : (prefix.words[word]! & (0xffffffff << (32 - kept))) >>> 0;
  }
  prefix.length = Math.min(length, bits);
  return prefixText(prefix);
}
