import type { Reader } from '../bytes/reader.ts';
import type { Shape, Span } from '../case.ts';

const BOXES_MAX = 100_000;
const BRANDS_BYTES_MAX = 256;
const SPANS_MAX = 64;
const PICTURES: ReadonlySet<string> = new Set(['heic', 'avif']);
/** By brand (ISO/IEC 14496-12 §4.3); what is not named here is MP4. */
const BY_BRAND: ReadonlyMap<string, string> = new Map([
  ...['avif', 'avis'].map((brand) => [brand, 'avif'] as const),
  ...['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1', 'mif2'].map((brand) => [brand, 'heic'] as const),
  ['qt  ', 'mov'],
]);

/** ISO base media: boxes with a length and a name that fill the file. Null = something else. */
export function readBoxes(reader: Reader): Shape | null {
  const isTyped = reader.isAt(4, 'ftyp');
  const id = isTyped ? brandOf(reader) : 'mov';
  const seen = new Set<string>();
  const texts: Span[] = [];
  let at = 0;
  const shape = (fault: string | null): Shape => ({ id, end: Math.min(at, reader.size), fault, texts });
  for (let count = 0; at < reader.size; count++) {
    const box = boxAt(reader, at);
    // QuickTime ends lists with four zeros; others pad a file so.
    if (box === null || count >= BOXES_MAX) return shape(isWhole(id, seen) ? null : 'a box is not valid');
    if (at + box.bytes > reader.size) return shape('a box is cut');
    seen.add(box.name);
    if (PICTURES.has(id) && box.name !== 'mdat' && texts.length < SPANS_MAX) texts.push([at, at + box.bytes]);
    at += box.bytes;
  }
  return shape(isWhole(id, seen) ? null : 'it has no content');
}

const isWhole = (id: string, seen: ReadonlySet<string>): boolean =>
  seen.has(PICTURES.has(id) ? 'meta' : 'moov') || seen.has('moov');

function brandOf(reader: Reader): string {
  const brands = reader.latin1(8, Math.min(BRANDS_BYTES_MAX, reader.u32(0, false) - 8));
  const major = BY_BRAND.get(brands.slice(0, 4));
  // mif1 says picture and not which: AVIF names itself among the compatible brands.
  if (major === 'heic' && brands.includes('avif', 8) && !/hei[cxms]/.test(brands)) return 'avif';
  return major ?? 'mp4';
}

function boxAt(reader: Reader, at: number): { readonly name: string; readonly bytes: number } | null {
  const name = reader.latin1(at + 4, 4);
  if (!/^[\u0020-\u007e\u00a9]{4}$/.test(name)) return null;
  const short = reader.u32(at, false);
  const bytes = short === 0 ? reader.size - at : short === 1 ? reader.u64(at + 8, false) : short;
  return bytes < 8 ? null : { name, bytes };
}
