import type { Reader } from '../bytes/reader.ts';
import type { Shape, Span } from '../case.ts';

const SPANS_MAX = 256;
/** Pictures behind the first one: previews, depth maps and gain maps of cameras (CIPA DC-007). */
const PICTURES_MAX = 16;
const END = 0xd9;
const SCAN = 0xda;

/** ITU-T T.81 Annex B: marker segments and scans from SOI to EOI. */
export function readJpeg(reader: Reader): Shape {
  const first = readPicture(reader, 0);
  let { end, fault } = first;
  if (fault === null && first.hasMore)
    for (let count = 1; count < PICTURES_MAX && reader.isAt(end, '\u00ff\u00d8\u00ff'); count++) {
      const next = readPicture(reader, end);
      if (next.fault !== null) break;
      first.texts.push(...next.texts.slice(0, SPANS_MAX - first.texts.length));
      end = next.end;
    }
  return { id: 'jpeg', end, fault, texts: first.texts };
}

interface Picture {
  readonly end: number;
  readonly fault: string | null;
  readonly texts: Span[];
  /** It says of itself that others follow. */
  readonly hasMore: boolean;
}

function readPicture(reader: Reader, from: number): Picture {
  const texts: Span[] = [];
  let hasMore = false;
  let hasFrame = false;
  let at = from + 2;
  const picture = (fault: string | null): Picture => ({ end: Math.min(at, reader.size), fault, texts, hasMore });
  while (at < reader.size) {
    if (reader.u8(at) !== 0xff) return picture('a marker is missing');
    const marker = reader.u8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === END) {
      at += 2;
      return picture(hasFrame ? null : 'it has no pixels');
    }
    const length = reader.u16(at + 2, false);
    if (length < 2 || at + 2 + length > reader.size) return picture('a segment is cut');
    if (isText(marker) && texts.length < SPANS_MAX) texts.push([at + 4, at + 2 + length]);
    hasMore ||= marker === 0xe2 && reader.isAt(at + 4, 'MPF\0');
    hasFrame ||= isFrame(marker);
    at = marker === SCAN ? afterScan(reader, at + 2 + length) : at + 2 + length;
  }
  return picture('it has no end');
}

/** APP0 to APP15, COM, and what no table of T.81 knows. */
const isText = (marker: number): boolean => (marker >= 0xe0 && marker <= 0xef) || marker >= 0xf0 || marker < 0xc0;
/** SOF0 to SOF15, without DHT, JPG and DAC. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** The next marker that is neither a restart nor a stuffed octet. */
export function afterScan(reader: Reader, from: number): number {
  let end = reader.size;
  reader.each(from, reader.size, (chunk, at) => {
    for (let i = chunk.indexOf(0xff); i >= 0; i = chunk.indexOf(0xff, i + 1)) {
      const next = chunk[i + 1] ?? reader.u8(at + i + 1);
      if (next > 0 && next < 0xff && (next < 0xd0 || next > 0xd7)) {
        end = at + i;
        return false;
      }
    }
    return true;
  });
  return end;
}
