import { crc32 } from '../bytes/crc32.ts';
import type { Reader } from '../bytes/reader.ts';
import type { Shape, Span } from '../case.ts';

export const PNG_SIGNATURE = '\u0089PNG\r\n\u001a\n';
const HEADER_BYTES = 13;
const SPANS_MAX = 256;
/** Chunks that hold pixels or numbers only (PNG §4.3); all others but the palette may hold texts. */
const NO_TEXT: ReadonlySet<string> = new Set(['IHDR', 'tRNS', 'hIST', 'bKGD', 'IDAT', 'IEND', 'fdAT']);

/** PNG, third edition: chunks with checksums from IHDR to IEND. */
export function readPng(reader: Reader): Shape {
  const texts: Span[] = [];
  const colours: Span[] = [];
  let hasPixels = false;
  let at = PNG_SIGNATURE.length;
  const shape = (fault: string | null): Shape => ({ id: 'png', end: Math.min(at, reader.size), fault, texts, colours });
  for (let index = 0; at < reader.size; index++) {
    const length = reader.u32(at, false);
    const type = reader.latin1(at + 4, 4);
    if (length < 0 || length > 0x7f_ff_ff_ff || !/^[A-Za-z]{4}$/.test(type)) return shape('a chunk has no valid head');
    const data = at + 8;
    if (data + length + 4 > reader.size) return shape('a chunk is cut');
    if ((index === 0) !== (type === 'IHDR')) return shape('the header is not the first chunk');
    if (type === 'IHDR' && !isHeader(reader, { data, length })) return shape('the header is not valid');
    if (checksum(reader, at + 4, data + length) !== reader.u32(data + length, false)) return shape('a checksum is wrong');
    if (type === 'PLTE') keep(colours, [data, data + length]);
    else if (!NO_TEXT.has(type)) keep(texts, [data, data + length]);
    hasPixels ||= type === 'IDAT';
    at = data + length + 4;
    if (type === 'IEND') return shape(hasPixels ? null : 'it has no pixels');
  }
  return shape('it has no end');
}

function keep(spans: Span[], span: Span): void {
  if (spans.length < SPANS_MAX) spans.push(span);
}

/** PNG §11.2.1: neither side is empty, and only some depths and colour types exist. */
function isHeader(reader: Reader, { data, length }: { data: number; length: number }): boolean {
  const [width, height] = [reader.u32(data, false), reader.u32(data + 4, false)];
  const depths = new Map([
    [0, [1, 2, 4, 8, 16]],
    [2, [8, 16]],
    [3, [1, 2, 4, 8]],
    [4, [8, 16]],
    [6, [8, 16]],
  ]).get(reader.u8(data + 9));
  return length === HEADER_BYTES && width > 0 && height > 0 && depths?.includes(reader.u8(data + 8)) === true;
}

function checksum(reader: Reader, from: number, to: number): number {
  let crc = 0;
  reader.each(from, to, (chunk) => {
    crc = crc32(chunk, crc);
  });
  return crc;
}
