import type { Reader } from '../bytes/reader.ts';
import type { Shape, Span } from '../case.ts';

const SPANS_MAX = 256;
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;

/** GIF89a §15 to §27: blocks from the screen descriptor to the trailer. */
export function readGif(reader: Reader): Shape {
  const texts: Span[] = [];
  const colours: Span[] = [[13, 13 + colourBytes(reader.u8(10))]];
  let hasPixels = false;
  let at = 13 + colourBytes(reader.u8(10));
  const shape = (fault: string | null): Shape => ({ id: 'gif', end: Math.min(at, reader.size), fault, texts, colours });
  while (at < reader.size) {
    const kind = reader.u8(at);
    if (kind === TRAILER) {
      at += 1;
      return shape(hasPixels ? null : 'it has no pixels');
    }
    if (kind !== EXTENSION && kind !== IMAGE) return shape('a block is of no known kind');
    const data = kind === IMAGE ? at + 11 + colourBytes(reader.u8(at + 9)) : at + 2;
    if (kind === IMAGE && colours.length < SPANS_MAX) colours.push([at + 10, data]);
    const end = afterBlocks(reader, data);
    if (end < 0) return shape('a block is cut');
    if (kind === EXTENSION && reader.u8(at + 1) !== GRAPHIC_CONTROL && texts.length < SPANS_MAX)
      // Without the length of the first block: most texts are no longer than one.
      texts.push([data + 1, end]);
    hasPixels ||= kind === IMAGE;
    at = end;
  }
  return shape('it has no end');
}

/** A colour table follows when the first bit says so; its size is in the last three. */
export const colourBytes = (packed: number): number => (packed >= 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0);

export function afterBlocks(reader: Reader, from: number): number {
  let at = from;
  for (let length = reader.u8(at); length !== 0; length = reader.u8(at)) {
    if (length < 0) return -1;
    at += length + 1;
  }
  return at + 1;
}
