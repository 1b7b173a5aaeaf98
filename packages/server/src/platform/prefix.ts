import { isIP } from 'node:net';

/** An address prefix as numbers, so that containment is arithmetic. IPv4-mapped IPv6 is read as IPv4 (RFC 4291 §2.5.5.2). */
export interface Prefix {
  readonly family: 4 | 6;
  /** Network bits, host bits cleared. */
  readonly network: bigint;
  readonly length: number;
}

const IPV4_MAPPED = 0xffffn << 32n;

function ipv4ToNumber(text: string): bigint {
  return text.split('.').reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);
}

function ipv6ToNumber(text: string): bigint {
  // A dotted tail (`::ffff:192.0.2.1`) stands for the last two groups.
  const dotted = text.includes('.') ? text.slice(text.lastIndexOf(':') + 1) : null;
  const tail = dotted === null ? null : ipv4ToNumber(dotted);
  const body = dotted === null || tail === null ? text : `${text.slice(0, -dotted.length)}0:0`;
  const [left = '', right] = body.split('::');
  const leftGroups = left === '' ? [] : left.split(':');
  const rightGroups = right === undefined || right === '' ? [] : right.split(':');
  const gap: string[] = Array.from({ length: 8 - leftGroups.length - rightGroups.length }, () => '0');
  const groups = right === undefined ? leftGroups : [...leftGroups, ...gap, ...rightGroups];
  const value = groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
  return tail === null ? value : value + tail;
}

function networkOf(value: bigint, bits: number, length: number): bigint {
  const hostBits = BigInt(bits - length);
  return (value >> hostBits) << hostBits;
}

/** Null when the text is not one address or prefix. Zone ids (`fe80::1%eth0`) name an interface, not a peer: refused. */
export function parsePrefix(text: string): Prefix | null {
  if (text.length > 49 || text.includes('%')) return null;
  const slash = text.indexOf('/');
  const address = slash === -1 ? text : text.slice(0, slash);
  const family = isIP(address);
  if (family === 0) return null;
  const bits = family === 4 ? 32 : 128;
  const lengthText = slash === -1 ? String(bits) : text.slice(slash + 1);
  // One spelling only: `/08` or `/+8` would let two texts name one prefix.
  if (!/^(?:0|[1-9]\d{0,2})$/u.test(lengthText)) return null;
  const length = Number(lengthText);
  if (length > bits) return null;
  if (family === 4) return { family: 4, network: networkOf(ipv4ToNumber(address), 32, length), length };
  const value = ipv6ToNumber(address);
  if (length >= 96 && value >> 32n === 0xffffn) {
    return { family: 4, network: networkOf(value - IPV4_MAPPED, 32, length - 96), length: length - 96 };
  }
  return { family: 6, network: networkOf(value, 128, length), length };
}

function ipv6ToText(network: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((network >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  // RFC 5952 §4.2: the longest run of two or more zero groups becomes `::`, the first one on a tie.
  let best = { start: -1, size: 1 };
  for (let start = 0; start < 8; start += 1) {
    let size = 0;
    while (start + size < 8 && groups[start + size] === '0') size += 1;
    if (size > best.size) best = { start, size };
  }
  if (best.start === -1) return groups.join(':');
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.size).join(':')}`;
}

/** The one spelling that is stored and compared: a single address has no `/32` or `/128`. */
export function formatPrefix(prefix: Prefix): string {
  const bits = prefix.family === 4 ? 32 : 128;
  const address =
    prefix.family === 4
      ? [24n, 16n, 8n, 0n].map((shift) => ((prefix.network >> shift) & 0xffn).toString()).join('.')
      : ipv6ToText(prefix.network);
  return prefix.length === bits ? address : `${address}/${prefix.length}`;
}

/** Whether every address of `inner` is in `outer`. */
export function covers(outer: Prefix, inner: Prefix): boolean {
  if (outer.family !== inner.family || outer.length > inner.length) return false;
  return networkOf(inner.network, inner.family === 4 ? 32 : 128, outer.length) === outer.network;
}

/** Prefixes nest or are apart; they never cross. */
export function overlaps(left: Prefix, right: Prefix): boolean {
  return covers(left, right) || covers(right, left);
}
