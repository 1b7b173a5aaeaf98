import { FILE_POLICY, judgeFile, withoutMetadata } from '@holdfast/inspect';
import type { FileBytes } from '@holdfast/inspect';
import * as fc from 'fast-check';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { gif, jpeg, png, pngChunk, webp } from '../support/file-samples.ts';

/** An independent decoder says whether a picture without its metadata is still the same picture. */
const TYPES = ['jpeg', 'png', 'webp', 'gif'] as const;
type Type = (typeof TYPES)[number];

const XMP =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">home</rdf:RDF></x:xmpmeta>';
const SECRET = 'Photographer-0815';
const TURNED = 6;

const asFile = (bytes: Uint8Array): FileBytes => ({
  size: bytes.length,
  read: (offset, length) => bytes.subarray(offset, offset + length),
});

function strip(bytes: Uint8Array, type: string): Buffer | null {
  const pieces = withoutMetadata(asFile(bytes), type);
  if (pieces === null) return null;
  return Buffer.concat(pieces.map((piece) => (piece.kind === 'octets' ? piece.octets : bytes.subarray(piece.from, piece.to))));
}

function scene(): Sharp {
  const pixels = Buffer.from(Array.from({ length: 48 * 32 * 3 }, (_, index) => (index * 7 + (index >> 5) * 13) & 0xff));
  return sharp(pixels, { raw: { width: 48, height: 32, channels: 3 } });
}

const withEverything = (picture: Sharp): Sharp =>
  picture
    .withExif({ IFD0: { Artist: SECRET }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' } })
    .withMetadata({ orientation: TURNED })
    .withIccProfile('p3')
    .withXmp(XMP);

const pixelsOf = (bytes: Uint8Array): Promise<Buffer> => sharp(bytes, { animated: true, ignoreIcc: true }).raw().toBuffer();

let made: ReadonlyMap<Type, Buffer>;
beforeAll(async () => {
  made = new Map([
    ['jpeg', await withEverything(scene()).jpeg({ progressive: true }).toBuffer()],
    ['png', await withEverything(scene()).png().toBuffer()],
    ['webp', await withEverything(scene()).webp().toBuffer()],
    ['gif', gif([SECRET])],
  ]);
});
const original = (type: Type): Buffer => made.get(type) ?? Buffer.alloc(0);

describe('a picture without its metadata', () => {
  it.each(TYPES)('has the same pixels and none of what was said about it: %s', async (type) => {
    const before = original(type);
    const after = strip(before, type);
    if (after === null) throw new Error('it was not taken apart');
    expect(before.includes(SECRET)).toBe(true);
    expect(after.includes(SECRET)).toBe(false);
    expect(after.includes('xmpmeta')).toBe(false);
    expect(after.length).toBeLessThan(before.length);
    expect((await pixelsOf(after)).equals(await pixelsOf(before))).toBe(true);
    expect(judgeFile(asFile(after), { name: `a.${type}`, type: null }, FILE_POLICY).findings).toEqual([]);
    expect(strip(after, type)?.equals(after)).toBe(true);
  });

  it.each(['jpeg', 'png', 'webp'] as const)('is turned as before and keeps its colours: %s', async (type) => {
    const after = await sharp(strip(original(type), type) ?? Buffer.alloc(0)).metadata();
    expect(after).toMatchObject({ orientation: TURNED, hasProfile: true });
    expect(after.xmp).toBeUndefined();
    // The header of TIFF and one entry.
    expect(after.exif?.length).toBeLessThan(40);
  });

  it('of a camera loses the pictures behind the first one, and previews', async () => {
    const plain = await scene().jpeg().toBuffer();
    const preview = jpeg([SECRET]);
    const after = strip(Buffer.concat([plain, preview]), 'jpeg');
    expect(after?.equals(strip(plain, 'jpeg') ?? Buffer.alloc(0))).toBe(true);
    const thumb = Buffer.concat([
      Buffer.from([0xff, 0xe0, 0, 19]),
      Buffer.from('JFIF\0'),
      Buffer.from([1, 1, 0, 0, 1, 0, 1, 1, 1, 9, 9, 9]),
    ]);
    const start = Buffer.from([0xff, 0xd8]);
    const stripped = strip(Buffer.concat([start, thumb, jpeg().subarray(2)]), 'jpeg');
    expect(stripped?.includes(Buffer.from([9, 9, 9]))).toBe(false);
    await expect(pixelsOf(stripped ?? Buffer.alloc(0))).resolves.toBeInstanceOf(Buffer);
  });

  it('that moves still moves, as often and as fast', async () => {
    const frames = [10, 120, 240].map((grey) => Buffer.alloc(16 * 16 * 3, grey));
    const animated = await sharp(Buffer.concat(frames), { raw: { width: 16, height: 48, channels: 3, pageHeight: 16 } })
      .gif({ loop: 3, delay: [100, 200, 300] })
      .toBuffer();
    const comment = Buffer.concat([Buffer.from([0x21, 0xfe, SECRET.length]), Buffer.from(SECRET), Buffer.from([0])]);
    const before = Buffer.concat([animated.subarray(0, -1), comment, Buffer.from([0x3b])]);
    const after = strip(before, 'gif') ?? Buffer.alloc(0);
    expect(after.includes(SECRET)).toBe(false);
    expect(await sharp(after).metadata()).toMatchObject({ pages: 3, loop: 3, delay: [100, 200, 300] });
    expect((await pixelsOf(after)).equals(await pixelsOf(before))).toBe(true);
  });

  it.each([
    ['jpeg', jpeg()],
    ['png', png()],
    ['webp', webp()],
    ['gif', gif()],
  ] as const)('without any is the same, octet by octet: %s', (type, bytes) => {
    expect(strip(bytes, type)?.equals(bytes)).toBe(true);
  });

  it.each([
    ['png', png([pngChunk('tEXt', Buffer.from(`Author\0${SECRET}`)), pngChunk('zzZz', Buffer.from(SECRET))])],
    ['jpeg', jpeg([SECRET])],
    [
      'webp',
      webp([
        ['XMP ', SECRET],
        ['ODD ', SECRET],
      ]),
    ],
  ] as const)('loses what nobody knows as well: %s', (type, bytes) => {
    expect(strip(bytes, type)?.includes(SECRET)).toBe(false);
  });

  it('is not made of what cannot be taken apart', () => {
    expect(strip(png([pngChunk('CgBI', Buffer.alloc(4))]), 'png')).toBeNull();
    expect(strip(png().subarray(0, 60), 'png')).toBeNull();
    expect(strip(jpeg().subarray(0, 30), 'jpeg')).toBeNull();
    expect(strip(Buffer.from('II*\0'), 'tiff')).toBeNull();
  });
});

describe('hostile pictures', () => {
  it('are taken apart or not, and nothing is thrown', () => {
    const some = fc.constantFrom<readonly [string, Buffer]>(
      ['png', png()],
      ['jpeg', jpeg(['text'])],
      ['gif', gif(['text'])],
      ['webp', webp([['EXIF', 'II*\0\u0008\0\0\0']])],
    );
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(some, flips, ([type, bytes], places) => {
        const broken = Buffer.from(bytes);
        for (const [at, value] of places) broken[at % broken.length] = value;
        const after = strip(broken, type);
        expect(after === null || after.length <= broken.length + 64).toBe(true);
      }),
    );
  });
});
