/** What lies at an address, as far as its number tells. */
export type Reach = 'loopback' | 'private' | 'metadata' | 'public';

/** An address read from a host, and whether it was written in a way nobody writes it. */
export interface IpReading {
  reach: Reach;
  /** True for hexadecimal, octal, short and overflowing forms, and for IPv4 inside IPv6. */
  isDisguised: boolean;
}

interface Range {
  first: number;
  bits: number;
  reach: Reach;
}

/** IANA special-purpose registry (RFC 6890). The documentation networks stay public: examples and tests use them. */
const RANGES: readonly Range[] = [
  { first: 0x64_64_64_c8, bits: 32, reach: 'metadata' },
  { first: 0xa8_3f_81_10, bits: 32, reach: 'metadata' },
  { first: 0xc0_00_00_c0, bits: 32, reach: 'metadata' },
  { first: 0xa9_fe_00_00, bits: 16, reach: 'metadata' },
  { first: 0x00_00_00_00, bits: 8, reach: 'loopback' },
  { first: 0x7f_00_00_00, bits: 8, reach: 'loopback' },
  { first: 0x0a_00_00_00, bits: 8, reach: 'private' },
  { first: 0x64_40_00_00, bits: 10, reach: 'private' },
  { first: 0xac_10_00_00, bits: 12, reach: 'private' },
  { first: 0xc0_00_00_00, bits: 24, reach: 'private' },
  { first: 0xc0_a8_00_00, bits: 16, reach: 'private' },
  { first: 0xc6_12_00_00, bits: 15, reach: 'private' },
  { first: 0xe0_00_00_00, bits: 3, reach: 'private' },
];
const NUMBER_LENGTH_MAX = 40;
const IPV4_SPACE = 2 ** 32;
const GROUPS = 8;

/**
 * Reads a host as IPv4 in every form `inet_aton` took: one to four parts, each decimal, octal or hexadecimal, the last filling
 * what is left (WHATWG URL §3.5). Parts too large are cut as old C libraries cut them, instead of being refused.
 *
 * @example readIpv4('0x7f.1') // { reach: 'loopback', isDisguised: true }
 */
export function readIpv4(host: string): IpReading | undefined {
  const value = ipv4Number(host);
  return value === undefined ? undefined : { reach: reachOf(value), isDisguised: !isCanonical(host) };
}

function isCanonical(host: string): boolean {
  const parts = host.split('.');
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
}

function ipv4Number(host: string): number | undefined {
  const parts = host.split('.', 5);
  if (parts.length > 4) return undefined;
  const numbers: number[] = [];
  for (const part of parts) {
    const number = partNumber(part);
    if (number === undefined) return undefined;
    numbers.push(number);
  }
  // Four parts are octets; fewer let the last one fill the octets that are left.
  const last = numbers.pop() ?? 0;
  const width = 256 ** (4 - numbers.length);
  let value = 0;
  for (const number of numbers) value = value * 256 + (number % 256);
  return (value * width + (last % width)) % IPV4_SPACE;
}

function partNumber(part: string): number | undefined {
  if (part === '' || part.length > NUMBER_LENGTH_MAX) return undefined;
  if (/^0x[\da-f]*$/.test(part)) return part.length === 2 ? 0 : Number(BigInt(part) % BigInt(IPV4_SPACE));
  if (/^0[0-7]+$/.test(part)) return Number(BigInt(`0o${part}`) % BigInt(IPV4_SPACE));
  return /^\d+$/.test(part) ? Number(BigInt(part) % BigInt(IPV4_SPACE)) : undefined;
}

function reachOf(value: number): Reach {
  for (const { first, bits, reach } of RANGES) {
    const size = 2 ** (32 - bits);
    if (value >= first && value < first + size) return reach;
  }
  return 'public';
}

/**
 * Reads a host as IPv6 (RFC 4291 §2.2), with or without brackets and zone, and looks into the addresses that carry an IPv4
 * address inside.
 *
 * @example readIpv6('[::ffff:127.0.0.1]') // { reach: 'loopback', isDisguised: true }
 */
export function readIpv6(host: string): IpReading | undefined {
  const bare = host.replace(/^\[/, '').replace(/\]$/, '').split('%', 1)[0] ?? '';
  const groups = bare.includes(':') && bare.length <= 64 ? readGroups(bare) : undefined;
  if (groups === undefined) return undefined;
  const inner = embedded(groups);
  if (inner !== undefined) return { reach: reachOf(inner), isDisguised: true };
  return { reach: reachOfGroups(groups), isDisguised: false };
}

function readGroups(text: string): readonly number[] | undefined {
  const halves = text.split('::', 3);
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? '');
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '') : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = GROUPS - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

function groupsOf(text: string): readonly number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  for (const part of text.split(':', GROUPS + 1)) {
    if (/^[\da-f]{1,4}$/.test(part)) groups.push(parseInt(part, 16));
    else {
      const value = part.includes('.') ? ipv4Number(part) : undefined;
      if (value === undefined) return undefined;
      groups.push(Math.floor(value / 65_536), value % 65_536);
    }
  }
  return groups;
}

/** First groups of the addresses that hold an IPv4 address in their last two groups. */
const CARRIERS: readonly (readonly number[])[] = [
  // Mapped, compatible and translated (RFC 4291 §2.5.5, RFC 2765), NAT64 (RFC 6052, RFC 8215).
  [0, 0, 0, 0, 0, 0xffff],
  [0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0xffff, 0],
  [0x64, 0xff9b],
];

function embedded(groups: readonly number[]): number | undefined {
  const [first = 0, second = 0, third = 0] = groups;
  const low = (groups[6] ?? 0) * 65_536 + (groups[7] ?? 0);
  // 6to4 has it after its prefix (RFC 3056), Teredo has it at the end, inverted (RFC 4380 §4).
  if (first === 0x2002) return second * 65_536 + third;
  if (first === 0x2001 && second === 0) return IPV4_SPACE - 1 - low;
  const carries = CARRIERS.some((carrier) => carrier.every((group, index) => groups[index] === group));
  const isUnspecifiedOrLoopback = first === 0 && low < 2 && groups[5] === 0;
  return carries && !isUnspecifiedOrLoopback ? low : undefined;
}

function reachOfGroups(groups: readonly number[]): Reach {
  const [a = 0, b = 0] = groups;
  const isShort = groups.slice(0, 7).every((group) => group === 0);
  if (isShort) return 'loopback';
  // Cloud metadata services inside unique local space: AWS and Google Cloud.
  if ((a === 0xfd00 && b === 0xec2) || (a === 0xfd20 && b === 0xce)) return 'metadata';
  // Only 2000::/3 is given out to the Internet (RFC 4291 §2.4).
  return a >= 0x2000 && a <= 0x3fff ? 'public' : 'private';
}
