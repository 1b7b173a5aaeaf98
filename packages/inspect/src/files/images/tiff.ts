import type { Reader } from '../bytes/reader.ts';
import type { Shape, Span } from '../case.ts';

const DIRECTORIES_MAX = 256;
const ENTRIES_MAX = 4096;
const SPANS_MAX = 256;
/** Bytes of one value, by type (TIFF 6.0 §2 and BigTIFF). */
const VALUE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
const ASCII = 2;
const TEXT_TAGS: ReadonlySet<number> = new Set([700, 33_723, 37_510]);

/** TIFF 6.0: a chain of directories, whose entries point anywhere in the file. Where it ends nobody can say: pixels lie anywhere. */
export function readTiff(reader: Reader): Shape {
  const isLittle = reader.u8(0) === 0x49;
  const isBig = reader.u16(2, isLittle) === 43;
  const texts: Span[] = [];
  const shape = (fault: string | null): Shape => ({ id: 'tiff', end: reader.size, fault, texts, colours: [[0, reader.size]] });
  const seen = new Set<number>();
  let at = isBig ? reader.u64(8, isLittle) : reader.u32(4, isLittle);
  while (at !== 0) {
    if (at < 8 || seen.has(at) || seen.size >= DIRECTORIES_MAX) return shape('its directories are no chain');
    seen.add(at);
    const next = readDirectory(reader, { at, isLittle, isBig, texts });
    if (next < 0) return shape('a directory is cut');
    at = next;
  }
  return shape(seen.size === 0 ? 'it has no directory' : null);
}

const isText = (tag: number, type: number): boolean => type === ASCII || TEXT_TAGS.has(tag);

interface Directory {
  readonly at: number;
  readonly isLittle: boolean;
  readonly isBig: boolean;
  readonly texts: Span[];
}

/** Where the next directory lies; 0 = this is the last, -1 = it is cut. */
function readDirectory(reader: Reader, { at, isLittle, isBig, texts }: Directory): number {
  const count = isBig ? reader.u64(at, isLittle) : reader.u16(at, isLittle);
  if (count < 1 || count > ENTRIES_MAX) return -1;
  const [head, each, inside] = isBig ? [8, 20, 8] : [2, 12, 4];
  const number = (place: number): number => (isBig ? reader.u64(place, isLittle) : reader.u32(place, isLittle));
  for (let index = 0; index < count; index++) {
    const entry = at + head + index * each;
    const [tag, type] = [reader.u16(entry, isLittle), reader.u16(entry + 2, isLittle)];
    const bytes = number(entry + 4) * (VALUE_BYTES[type] ?? 0);
    const value = entry + each - inside;
    const from = bytes <= inside ? value : number(value);
    if (Math.min(bytes, from) < 0 || from + bytes > reader.size) return -1;
    if (isText(tag, type) && texts.length < SPANS_MAX) texts.push([from, from + bytes]);
  }
  return number(at + head + count * each);
}
