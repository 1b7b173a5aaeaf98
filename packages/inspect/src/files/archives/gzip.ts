import type { Reader } from '../bytes/reader.ts';

const HEADER_BYTES = 10;
const TEXT_BYTES_MAX = 4096;

export interface GzipHead {
  readonly name: string;
  readonly data: number;
}

/** RFC 1952 §2.3; null = there is no header here. */
export function readGzipHead(reader: Reader, at: number): GzipHead | null {
  if (!reader.isAt(at, '\u001f\u008b\u0008')) return null;
  const flags = reader.u8(at + 3);
  if (flags < 0 || flags >= 0x20) return null;
  let data = at + HEADER_BYTES;
  if ((flags & 4) !== 0) data += 2 + Math.max(0, reader.u16(data, true));
  let name = '';
  if ((flags & 8) !== 0) {
    const end = endOfText(reader, data);
    name = reader.latin1(data, end - data);
    data = end + 1;
  }
  if ((flags & 16) !== 0) data = endOfText(reader, data) + 1;
  if ((flags & 2) !== 0) data += 2;
  return data < reader.size ? { name, data } : null;
}

function endOfText(reader: Reader, from: number): number {
  const end = reader.find('\0', from, from + TEXT_BYTES_MAX);
  return end < 0 ? from + TEXT_BYTES_MAX : end;
}
