import { parseAddress } from '../../../platform/address.ts';

const WORDS = 4;
const IPV6_BITS = 128;
const CLIENT_BITS = 64;

interface Masked {
  readonly words: Uint32Array;
  readonly bits: number;
  readonly length: number;
}

function readPrefix(prefix: string): Masked | null {
  const slash = prefix.indexOf('/');
  const words = new Uint32Array(WORDS);
  const bits = parseAddress(slash < 0 ? prefix : prefix.slice(0, slash), words);
  if (bits === 0) return null;
  // Written as IPv6 but inside ::ffff:0:0/96, it is an IPv4 prefix whose length counts from bit 96.
  const mapped = bits === 32 && slash >= 0 && prefix.includes(':') ? 96 : 0;
  const length = slash < 0 ? bits : Number(prefix.slice(slash + 1)) - mapped;
  return Number.isInteger(length) && length >= 0 && length <= bits ? { words, bits, length } : null;
}

/**
 * Who an address stands for. Whoever has one of IPv6 has the other 2^64 beside it (RFC 6177 §2): counted one by one, a single visitor
 * would be most of all who come, and fill the table for everybody else.
 */
export function clientOf(address: string): string {
  if (!address.includes(':') || parseAddress(address, client) !== IPV6_BITS) return address;
  // Written by `parseAddress`, which found an address.
  const groups = [client[0]! >>> 16, client[0]! & 0xffff, client[1]! >>> 16, client[1]! & 0xffff];
  return `${groups.map((group) => group.toString(16)).join(':')}::`;
}

const client = new Uint32Array(WORDS);

/** Whether a client is in one of these prefixes, or may be: of its addresses only the network is known. */
export const meantTest = (prefixes: readonly string[]): ((client: string) => boolean) =>
  testOf(prefixes, ({ bits, length, words }) => [
    { words, bits, length: bits === IPV6_BITS ? Math.min(length, CLIENT_BITS) : length },
  ]);

/** Whether all of a client is in one of these prefixes. */
export const sparedTest = (prefixes: readonly string[]): ((client: string) => boolean) =>
  testOf(prefixes, (prefix) => (prefix.bits === IPV6_BITS && prefix.length > CLIENT_BITS ? [] : [prefix]));

function testOf(prefixes: readonly string[], taken: (prefix: Masked) => readonly Masked[]): (client: string) => boolean {
  const read = prefixes.flatMap((prefix) => readPrefix(prefix) ?? []).flatMap(taken);
  const scratch = new Uint32Array(WORDS);
  return (address) => {
    if (read.length === 0) return false;
    const bits = parseAddress(address, scratch);
    return read.some((prefix) => prefix.bits === bits && sharesStart(prefix, scratch));
  };
}

function sharesStart({ words, length }: Masked, address: Uint32Array): boolean {
  for (let word = 0; word * 32 < length; word += 1) {
    const left = Math.min(32, length - word * 32);
    // In range: a length is at most the bits of its words. A shift by 32 would be one by none.
    const differing = (words[word]! ^ address[word]!) >>> (32 - left);
    if (differing !== 0) return false;
  }
  return true;
}
