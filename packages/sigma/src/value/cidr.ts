/** An address as 4 or 16 bytes. */
type Bytes = readonly number[];

export interface Network {
  readonly bytes: Bytes;
  readonly bits: number;
}

function parseIpv4(text: string): Bytes | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  const bytes = parts.map((part) => (/^\d{1,3}$/u.test(part) ? Number(part) : 256));
  return bytes.every((byte) => byte <= 255) ? bytes : null;
}

function parseIpv6(text: string): Bytes | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = halves.map((half) => groupsOf(half));
  if (head === undefined || head === null || tail === null) return null;
  if (tail === undefined) return head.length === 16 ? head : null;
  const missing = 16 - head.length - tail.length;
  return missing < 2 ? null : [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

function groupsOf(text: string): number[] | null {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    // RFC 4291 §2.2: the last 32 bits may be written as an IPv4 address.
    const dotted = index === groups.length - 1 && group.includes('.') ? parseIpv4(group) : null;
    if (dotted !== null) bytes.push(...dotted);
    else if (/^[0-9a-fA-F]{1,4}$/u.test(group)) bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255);
    else return null;
  }
  return bytes;
}

/** Addresses mapped from IPv4 (`::ffff:10.0.0.1`) are those addresses: proxies write them either way. */
export function parseAddress(text: string): Bytes | null {
  if (text.length > 64) return null;
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  const address = bare.split('%')[0] ?? '';
  if (!address.includes(':')) return parseIpv4(address);
  const bytes = parseIpv6(address);
  const isMapped = bytes !== null && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  return isMapped ? bytes.slice(12) : bytes;
}

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. */
export function parseNetwork(text: string): Network | null {
  const [address = '', length, ...rest] = text.trim().split('/');
  const bytes = rest.length === 0 ? parseAddress(address) : null;
  if (bytes === null) return null;
  const all = bytes.length * 8;
  if (length === undefined) return { bytes, bits: all };
  if (!/^\d{1,3}$/u.test(length)) return null;
  // A mapped network counts its bits from the front of the 128.
  const bits = Number(length) - (bytes.length === 4 && address.includes(':') ? 96 : 0);
  return bits < 0 || bits > all ? null : { bytes, bits };
}

export function contains(network: Network, address: Bytes): boolean {
  if (address.length !== network.bytes.length) return false;
  const whole = network.bits >> 3;
  for (let index = 0; index < whole; index += 1) if (address[index] !== network.bytes[index]) return false;
  const rest = network.bits & 7;
  if (rest === 0) return true;
  const mask = 0xff << (8 - rest);
  return ((address[whole] ?? 0) & mask) === ((network.bytes[whole] ?? 0) & mask);
}
