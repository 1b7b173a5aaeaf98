import type { Reader } from '../bytes/reader.ts';
import { findZipEnd, type ZipEnd } from './zip-end.ts';

const CENTRAL = 'PK\u0001\u0002';
const LOCAL = 'PK\u0003\u0004';
const DESCRIPTOR = 'PK\u0007\u0008';
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const ALL_ONES = 0xff_ff_ff_ff;
/** Written by a Unix program: the upper half of the attributes is a mode (APPNOTE.TXT §4.4.15). */
const UNIX = 3;
const MODE_KIND = 0o17_0000;
const LINK = 0o12_0000;
/** Longer names are cut, and then contradict their local header: no file system takes them. */
const NAME_BYTES_MAX = 1024;

/** One member as the directory tells it. */
export interface ZipEntry {
  readonly name: string;
  /** APPNOTE.TXT §4.4.5: 0 = as it is, 8 = DEFLATE. */
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly isFolder: boolean;
  readonly isLink: boolean;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Real place of the local header. */
  readonly header: number;
  /** Real place of the content; -1 = the local header is not there or says something else. */
  data: number;
  /** The name as it is written. */
  readonly octets: Uint8Array;
  /** The name that some unpackers take instead (APPNOTE.TXT §4.6.9, Unicode path); null = there is none. */
  readonly otherName: string | null;
  readonly hasDescriptor: boolean;
}

export interface ZipDirectory {
  readonly end: ZipEnd;
  /** At most as many as were asked for, in the order in which they lie. */
  readonly entries: readonly ZipEntry[];
  readonly fault: string | null;
}

/** Reads the directory and compares each entry with its local header. Null = this is no ZIP archive. */
export function readZip(reader: Reader, entriesMax: number): ZipDirectory | null {
  const end = findZipEnd(reader);
  if (end === null) return null;
  const entries: ZipEntry[] = [];
  const stop = end.directory + end.directoryBytes;
  let fault: string | null = null;
  let at = end.directory;
  while (at < stop && entries.length < entriesMax) {
    if (!reader.isAt(at, CENTRAL)) return { end, entries, fault: 'an entry of the directory is not valid' };
    const tail = reader.u16(at + 28, true) + reader.u16(at + 30, true) + reader.u16(at + 32, true);
    if (at + CENTRAL_BYTES + tail > stop) return { end, entries, fault: 'an entry of the directory is cut' };
    entries.push(readEntry(reader, at, end.shift));
    at += CENTRAL_BYTES + tail;
  }
  // In the order in which they lie: an archive inside another is unpacked forwards, and going back costs.
  entries.sort((left, right) => left.header - right.header);
  for (const entry of entries) {
    entry.data = dataOf(reader, entry);
    if (entry.data < 0) fault = 'the directory and a member contradict each other';
  }
  if (at >= stop && entries.length !== end.entries) fault ??= 'the number of entries is wrong';
  return { end, entries, fault };
}

function readEntry(reader: Reader, at: number, shift: number): ZipEntry {
  const nameBytes = reader.u16(at + 28, true);
  const flags = reader.u16(at + 8, true);
  const octets = reader.read(at + CENTRAL_BYTES, Math.min(nameBytes, NAME_BYTES_MAX + 1));
  const name = nameOf(octets, (flags & 0x0800) !== 0);
  const extra = { from: at + CENTRAL_BYTES + nameBytes, to: at + CENTRAL_BYTES + nameBytes + reader.u16(at + 30, true) };
  const sizes = withZip64(reader, extra, [reader.u32(at + 24, true), reader.u32(at + 20, true), reader.u32(at + 42, true)]);
  const [bytes = 0, packedBytes = 0, offset = 0] = sizes;
  const isUnix = reader.u8(at + 5) === UNIX;
  const kind = isUnix ? reader.u16(at + 40, true) & MODE_KIND : 0;
  return {
    octets,
    otherName: unicodePath(reader, extra),
    data: -1,
    name,
    method: reader.u16(at + 10, true),
    isEncrypted: (flags & 0x2041) !== 0,
    isFolder: name.endsWith('/'),
    isLink: kind === LINK,
    crc: reader.u32(at + 16, true),
    packedBytes,
    bytes,
    header: offset + shift,
    hasDescriptor: (flags & 8) !== 0,
  };
}

/** UTF-8 where the entry says so, and where it is UTF-8 anyway; code page 437 and others keep their octets. */
function nameOf(octets: Uint8Array, isUtf8: boolean): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(octets);
  return isUtf8 || !text.includes('\ufffd') ? text : new TextDecoder('latin1').decode(octets);
}

const UNICODE_PATH = 0x70_75;

function unicodePath(reader: Reader, { from, to }: { from: number; to: number }): string | null {
  for (let at = from; at + 4 <= to; at += 4 + reader.u16(at + 2, true))
    if (reader.u16(at, true) === UNICODE_PATH)
      return new TextDecoder().decode(reader.read(at + 9, Math.min(NAME_BYTES_MAX, Math.max(0, reader.u16(at + 2, true) - 5))));
  return null;
}

/** APPNOTE.TXT §4.5.3: only fields that are all ones stand in the extra field, in this order. */
function withZip64(reader: Reader, { from, to }: { from: number; to: number }, fields: readonly number[]): readonly number[] {
  if (!fields.includes(ALL_ONES)) return fields;
  for (let at = from; at + 4 <= to; at += 4 + reader.u16(at + 2, true)) {
    if (reader.u16(at, true) !== 1) continue;
    let value = at + 4;
    return fields.map((field) => {
      if (field !== ALL_ONES) return field;
      value += 8;
      return reader.u64(value - 8, true);
    });
  }
  return fields;
}

/** A local header that tells another name, method or size is read by some unpackers and not by others. */
function dataOf(reader: Reader, entry: ZipEntry): number {
  const { octets, header, method, crc, packedBytes, bytes } = entry;
  if (!reader.isAt(header, LOCAL) || reader.u16(header + 26, true) !== octets.length) return -1;
  if (octets.some((octet, index) => reader.u8(header + LOCAL_BYTES + index) !== octet)) return -1;
  const data = header + LOCAL_BYTES + octets.length + reader.u16(header + 28, true);
  const isSame = (place: number, value: number): boolean => {
    const local = reader.u32(header + place, true);
    return local === value || local === ALL_ONES || (entry.hasDescriptor && local === 0);
  };
  const agrees = reader.u16(header + 8, true) === method && isSame(14, crc) && isSame(18, packedBytes) && isSame(22, bytes);
  return agrees && packedBytes >= 0 && bytes >= 0 && data + packedBytes <= reader.size ? data : -1;
}

const DESCRIPTOR_BYTES: readonly number[] = [12, 16, 20, 24];

export interface ZipLayout {
  /** Two members share octets (Fifield, "A better zip bomb"). */
  readonly overlaps: boolean;
  /** Octets that belong to no member. */
  readonly gap: 'none' | 'data' | 'member';
  /** Octets before the first member. */
  readonly prefixBytes: number;
}

/** How members lie in the file: each octet should belong to one of them. */
export function layoutOf(reader: Reader, { entries, end }: ZipDirectory): ZipLayout {
  const sorted = entries.filter(({ data }) => data >= 0);
  // Asked before the members are gone through, for the same reason.
  const isSigned = reader.isAt(end.directory - 16, 'APK Sig Block 42');
  let gap: ZipLayout['gap'] = 'none';
  let overlaps = false;
  let at = sorted[0]?.header ?? end.directory;
  const prefixBytes = at;
  const close = (next: number): void => {
    if (next <= at || gap === 'member') return;

    const found = reader.isAt(at, LOCAL) || (next - at > 24 && reader.find(LOCAL, at, next) >= 0) ? 'member' : 'data';
    if (!(isSigned && next === end.directory) && !isPadding(reader, at, next)) gap = found;
  };
  for (const entry of sorted) {
    overlaps ||= entry.header < at;
    close(entry.header);
    at = Math.max(at, entry.data + entry.packedBytes);
    if (entry.hasDescriptor) at += descriptorBytes(reader, at);
  }
  overlaps ||= at > end.directory;
  close(end.directory);
  return { overlaps, gap, prefixBytes };
}

/** APPNOTE.TXT §4.3.9: with or without a signature, in 32 or 64 bits. */
function descriptorBytes(reader: Reader, at: number): number {
  const isNext = (bytes: number): boolean =>
    reader.isAt(at + bytes, LOCAL) || reader.isAt(at + bytes, CENTRAL) || reader.isAt(at + bytes, 'PK\u0006');
  if (reader.isAt(at, DESCRIPTOR)) return isNext(24) && !isNext(16) ? 24 : 16;
  return DESCRIPTOR_BYTES.find(isNext) ?? 0;
}

/** Zeros align members in archives that are mapped into memory. */
function isPadding(reader: Reader, from: number, to: number): boolean {
  if (to - from > 4096) return false;
  for (let at = from; at < to; at++) if (reader.u8(at) !== 0) return false;
  return true;
}
