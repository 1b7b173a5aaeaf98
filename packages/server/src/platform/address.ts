/**
 * Client addresses as numbers: parsed once by hand, without regular expressions or allocation per lookup. IPv4-mapped IPv6
 * (`::ffff:192.0.2.1`, RFC 4291 §2.5.5.2) is the IPv4 address it carries: a dual-stack listener writes the same client both ways.
 */
export const ADDRESS_TEXT_MAX = 64;
const V4_BITS = 32;
const V6_BITS = 128;
const GROUPS = 8;

/** 32 for IPv4 (in word 0), 128 for IPv6, 0 when it is no address. */
export type AddressBits = 0 | 32 | 128;

const digitOf = (code: number): number => (code >= 48 && code <= 57 ? code - 48 : -1);
function hexOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 0x20;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** The dotted quad in `text` from `start`, or -1. Leading zeros are refused: some readers take them as octal. */
function parseV4(text: string, start: number): number {
  let value = 0;
  let part = -1;
  let parts = 0;
  for (let at = start; at <= text.length; at += 1) {
    const code = at === text.length ? 46 : text.charCodeAt(at);
    if (code === 46) {
      if (part < 0 || parts === 4) return -1;
      value = value * 256 + part;
      part = -1;
      parts += 1;
      continue;
    }
    const digit = digitOf(code);
    if (digit < 0 || part === 0) return -1;
    part = part < 0 ? digit : part * 10 + digit;
    if (part > 255) return -1;
  }
  return parts === 4 ? value : -1;
}

interface GroupScan {
  readonly groups: Uint16Array;
  count: number;
  gap: number;
}
const scan: GroupScan = { groups: new Uint16Array(GROUPS), count: 0, gap: -1 };

/** Reads one group or an embedded dotted quad at `at`; the position after it, or -1. */
function readGroup(text: string, at: number, end: number): number {
  let value = 0;
  let next = at;
  for (; next < end && next - at < 5; next += 1) {
    const digit = hexOf(text.charCodeAt(next));
    if (digit < 0) break;
    value = value * 16 + digit;
  }
  if (text.charCodeAt(next) === 46 && scan.count <= GROUPS - 2) {
    const quad = parseV4(text.slice(at, end), 0);
    if (quad < 0) return -1;
    scan.groups[scan.count] = quad >>> 16;
    scan.groups[scan.count + 1] = quad & 0xffff;
    scan.count += 2;
    return end;
  }
  if (next === at || value > 0xffff || scan.count >= GROUPS) return -1;
  scan.groups[scan.count] = value;
  scan.count += 1;
  return next;
}

function scanV6(text: string, end: number): boolean {
  scan.count = 0;
  scan.gap = -1;
  let at = 0;
  if (text.startsWith('::')) {
    scan.gap = 0;
    at = 2;
  }
  while (at < end) {
    at = readGroup(text, at, end);
    if (at < 0) return false;
    if (at === end) break;
    if (text.charCodeAt(at) !== 58) return false;
    at += 1;
    if (text.charCodeAt(at) === 58 && at < end) {
      if (scan.gap >= 0) return false;
      scan.gap = scan.count;
      at += 1;
    } else if (at === end) return false;
  }
  return scan.gap >= 0 ? scan.count < GROUPS : scan.count === GROUPS;
}

function parseV6(text: string, words: Uint32Array): AddressBits {
  const zone = text.indexOf('%');
  if (!scanV6(text, zone < 0 ? text.length : zone)) return 0;
  const { groups, count, gap } = scan;
  const shift = GROUPS - count;
  for (let word = 0; word < 4; word += 1) words[word] = 0;
  for (let index = 0; index < count; index += 1) {
    const place = gap >= 0 && index >= gap ? index + shift : index;
    const word = place >> 1;
    // In range by construction: count <= 8 groups and place <= 7.
    const group = groups[index]!;
    words[word] = (words[word]! | (place % 2 === 0 ? group << 16 : group)) >>> 0;
  }
  if (words[0] === 0 && words[1] === 0 && words[2] === 0xffff) {
    words[0] = words[3]!;
    return V4_BITS;
  }
  return V6_BITS;
}

/** Writes the address into `words` and tells its width; 0 when the text is no address. */
export function parseAddress(text: string, words: Uint32Array): AddressBits {
  if (text.length === 0 || text.length > ADDRESS_TEXT_MAX) return 0;
  if (text.includes(':')) return parseV6(text, words);
  const quad = parseV4(text, 0);
  if (quad < 0) return 0;
  words[0] = quad;
  return V4_BITS;
}

const scratch = new Uint32Array(4);

/** The one spelling that records use: a v4-mapped address becomes plain IPv4, anything else stays as the socket tells it. */
export function plainAddress(text: string): string {
  return text.startsWith('::ffff:') && text.includes('.') ? text.slice(7) : text;
}

export function isLoopback(text: string): boolean {
  const bits = parseAddress(text, scratch);
  if (bits === V4_BITS) return scratch[0]! >>> 24 === 127;
  return bits === V6_BITS && scratch[0] === 0 && scratch[1] === 0 && scratch[2] === 0 && scratch[3] === 1;
}

/** What one visitor counts as: the IPv4 address, or the /64 that one IPv6 subscriber holds (RFC 6177). Null = no address. */
export function rateKey(text: string): string | null {
  const bits = parseAddress(text, scratch);
  if (bits === 0) return null;
  return bits === V4_BITS ? text : `${scratch[0]!.toString(16)}:${scratch[1]!.toString(16)}::/64`;
}
