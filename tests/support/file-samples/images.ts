import { crc32, deflateSync } from 'node:zlib';

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');

function u32(value: number, isLittle = false): Buffer {
  const buffer = Buffer.alloc(4);
  if (isLittle) buffer.writeUInt32LE(value);
  else buffer.writeUInt32BE(value);
  return buffer;
}

function u16(value: number, isLittle = false): Buffer {
  const buffer = Buffer.alloc(2);
  if (isLittle) buffer.writeUInt16LE(value);
  else buffer.writeUInt16BE(value);
  return buffer;
}

export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([ascii(type), data]);
  return Buffer.concat([u32(data.length), body, u32(crc32(body))]);
}

/** Eight by eight grey pixels, with chunks before them. */
export function png(chunks: readonly Buffer[] = []): Buffer {
  const head = Buffer.concat([u32(8), u32(8), Buffer.from([8, 0, 0, 0, 0])]);
  const rows = Buffer.concat(
    Array.from({ length: 8 }, (_, row) => Buffer.from([0, ...Array.from({ length: 8 }, (_, x) => (row * 8 + x) * 4)])),
  );
  return Buffer.concat([
    ascii('\u0089PNG\r\n\u001a\n'),
    pngChunk('IHDR', head),
    ...chunks,
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

const segment = (marker: number, data: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0xff, marker]), u16(data.length + 2), data]);

/** Eight by eight grey pixels (ITU-T T.81): one block of which every coefficient is zero. Comments stand before them. */
export function jpeg(comments: readonly (string | Buffer)[] = []): Buffer {
  const oneCode = (kind: number): Buffer => segment(0xc4, Buffer.from([kind, 1, ...Buffer.alloc(15), 0]));
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, Buffer.concat([ascii('JFIF\0'), Buffer.from([1, 1, 0, 0, 1, 0, 1, 0, 0])])),
    ...comments.map((comment) => segment(0xfe, Buffer.from(comment))),
    segment(0xdb, Buffer.from([0, ...Buffer.alloc(64, 1)])),
    segment(0xc0, Buffer.from([8, 0, 8, 0, 8, 1, 1, 0x11, 0])),
    oneCode(0x00),
    oneCode(0x10),
    segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    Buffer.from([0x3f, 0xff, 0xd9]),
  ]);
}

/** One pixel, with comment extensions before it. */
export function gif(comments: readonly string[] = []): Buffer {
  const comment = (text: string): Buffer =>
    Buffer.concat([Buffer.from([0x21, 0xfe, text.length]), ascii(text), Buffer.from([0])]);
  return Buffer.concat([
    ascii('GIF89a'),
    Buffer.from([1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]),
    ...comments.map(comment),
    Buffer.from([0x21, 0xf9, 4, 1, 0, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b]),
  ]);
}

/** One pixel of VP8L, with chunks behind it. */
export function webp(chunks: readonly (readonly [name: string, data: string])[] = []): Buffer {
  const pixels = Buffer.from('VlA4TA0AAAAvAAAAEAcQERGIiP4HAA==', 'base64');
  const more = chunks.map(([name, data]) =>
    Buffer.concat([ascii(name), u32(data.length, true), ascii(data), Buffer.alloc(data.length % 2)]),
  );
  const body = Buffer.concat([ascii('WEBP'), pixels, ...more]);
  return Buffer.concat([ascii('RIFF'), u32(body.length, true), body]);
}

/** Two by two pixels of 24 bits. */
export function bmp(): Buffer {
  const pixels = Buffer.alloc(16, 0x55);
  const dib = Buffer.concat([u32(40, true), u32(2, true), u32(2, true), u16(1, true), u16(24, true), Buffer.alloc(24)]);
  return Buffer.concat([ascii('BM'), u32(54 + 16, true), Buffer.alloc(4), u32(54, true), dib, pixels]);
}

/** One grey pixel. */
export function tiff(): Buffer {
  const entry = (tag: number, type: number, value: number): Buffer =>
    Buffer.concat([u16(tag, true), u16(type, true), u32(1, true), u32(value, true)]);
  const entries = [
    entry(256, 3, 1),
    entry(257, 3, 1),
    entry(258, 3, 8),
    entry(259, 3, 1),
    entry(262, 3, 1),
    entry(273, 4, 8),
    entry(277, 3, 1),
    entry(278, 3, 1),
    entry(279, 4, 1),
  ];
  return Buffer.concat([ascii('II*\0'), u32(10, true), Buffer.from([0x80, 0]), u16(entries.length, true), ...entries, u32(0)]);
}

/** One PNG picture in the wrapping of an icon. */
export function ico(): Buffer {
  const picture = png();
  return Buffer.concat([
    Buffer.from([0, 0, 1, 0, 1, 0, 8, 8, 0, 0, 1, 0, 32, 0]),
    u32(picture.length, true),
    u32(22, true),
    picture,
  ]);
}

export function box(name: string, data: Buffer): Buffer {
  return Buffer.concat([u32(data.length + 8), ascii(name), data]);
}

/** The boxes of ISO base media without pictures or sound in them. */
export function boxes(brand: string, names: readonly string[]): Buffer {
  return Buffer.concat([box('ftyp', ascii(`${brand}\0\0\0\0${brand}`)), ...names.map((name) => box(name, Buffer.alloc(24)))]);
}

export const SVG =
  '<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><title>a square</title>' +
  '<style>rect { fill: #336 }</style><a href="https://example.com/"><rect id="r" width="8" height="8"/></a><use href="#r"/></svg>\n';

/** An SVG picture with something more in it. */
export const svgWith = (inside: string): string => SVG.replace('</svg>', `${inside}</svg>`);
