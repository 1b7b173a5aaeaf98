import type { Reader } from '../bytes/reader.ts';

const END = 'PK\u0005\u0006';
const END_BYTES = 22;
const COMMENT_BYTES_MAX = 65_535;
const END_64 = 'PK\u0006\u0006';
const LOCATOR_64 = 'PK\u0006\u0007';
const ALL_ONES_32 = 0xff_ff_ff_ff;

/** Where the directory of a ZIP archive lies, and where it should lie. */
export interface ZipEnd {
  readonly entries: number;
  /** Real place of the first entry of the directory. */
  readonly directory: number;
  readonly directoryBytes: number;
  /** Octets before the archive: what the offsets inside it have to be shifted by. */
  readonly shift: number;
  /** Real place of the end record, or of the first of the two of ZIP64. */
  readonly record: number;
  /** Behind the comment. */
  readonly end: number;
}

/** APPNOTE.TXT §4.3.16: the last end record whose directory is there; null = this is no ZIP archive. */
export function findZipEnd(reader: Reader): ZipEnd | null {
  const from = Math.max(0, reader.size - END_BYTES - COMMENT_BYTES_MAX);
  // The comment may hold what looks like an end record: each is tried, the last first, as unpackers do.
  for (let at = reader.findLast(END, from); at >= 0; at = reader.findLast(END, from, at + END.length - 1)) {
    const end = readEnd(reader, at);
    if (end !== null) return end;
  }
  return null;
}

function readEnd(reader: Reader, at: number): ZipEnd | null {
  const comment = reader.u16(at + 20, true);
  if (comment < 0 || at + END_BYTES + comment > reader.size) return null;
  const plain = {
    entries: reader.u16(at + 10, true),
    bytes: reader.u32(at + 12, true),
    offset: reader.u32(at + 16, true),
    record: at,
  };
  const { entries, bytes, offset, record } = readEnd64(reader, at, plain) ?? plain;
  const directory = record - bytes;
  if (directory < 0 || offset < 0 || offset > directory || (bytes > 0 && !reader.isAt(directory, 'PK\u0001\u0002'))) return null;
  return { entries, directory, directoryBytes: bytes, shift: directory - offset, record, end: at + END_BYTES + comment };
}

interface Numbers {
  readonly entries: number;
  readonly bytes: number;
  readonly offset: number;
  readonly record: number;
}

/** ZIP64 (§4.3.14) says what does not fit: used where a plain field is all ones. */
function readEnd64(reader: Reader, at: number, { entries, bytes, offset }: Numbers): Numbers | null {
  const needs = entries === 0xff_ff || bytes === ALL_ONES_32 || offset === ALL_ONES_32;
  const locator = at - 20;
  if (!needs || !reader.isAt(locator, LOCATOR_64)) return null;
  // The record lies right before its locator when it has no extension, whatever stands before the archive.
  const record = locator - 56;
  if (!reader.isAt(record, END_64)) return null;
  return {
    entries: reader.u64(record + 32, true),
    bytes: reader.u64(record + 40, true),
    offset: reader.u64(record + 48, true),
    record,
  };
}
