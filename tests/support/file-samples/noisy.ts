import { createCipheriv } from 'node:crypto';
import { deflateSync, gzipSync } from 'node:zlib';
import { compound, office, pdf, pdfStream } from './documents.ts';
import type { FileSample } from './honest.ts';
import { box, bmp, boxes, gif, jpeg, png, pngChunk, tiff } from './images.ts';
import { tar } from './tar.ts';
import { zip } from './zip.ts';

/** Octets as a packer or an encoder of pictures leaves them, the same for the same seed. */
export function noise(bytes: number, seed: number): Buffer {
  const key = Buffer.alloc(16);
  key.writeUInt32LE(seed);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(bytes));
}

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');
const u32 = (value: number, isLittle = false): Buffer => {
  const buffer = Buffer.alloc(4);
  if (isLittle) buffer.writeUInt32LE(value);
  else buffer.writeUInt32BE(value);
  return buffer;
};

/** Pixels of something dark, each octet near the one before: most of them are printable characters. */
export function darkPixels(bytes: number, seed: number): Buffer {
  const steps = noise(bytes, seed);
  let shade = 0x3c;
  return steps.map((octet) => {
    shade += (octet & 15) - 7.5;
    if (shade < 0x20 || shade > 0x7a) shade = 0x3c;
    return Math.round(shade);
  }) as Buffer;
}

/** T.81 §F.1.2.3: a zero behind each octet of ones, so that no marker stands in a scan. */
function entropyCoded(octets: Buffer): Buffer {
  const pieces: Buffer[] = [];
  let from = 0;
  for (let at = octets.indexOf(0xff); at >= 0; at = octets.indexOf(0xff, at + 1)) {
    pieces.push(octets.subarray(from, at + 1), Buffer.of(0));
    from = at + 1;
  }
  return Buffer.concat([...pieces, octets.subarray(from)]);
}

const THUMBNAIL_BYTES = 40_000;
/** How a profile of colours begins (ISO 15076-1 §7.2): sizes and versions, which no text holds. */
const PROFILE = Buffer.from('00000c386c636d73021000006d6e747252474220', 'hex');

/** A photograph with a small picture of itself in its Exif part, as cameras write it. */
export function noisyJpeg(octets: Buffer, thumbnail: Buffer): Buffer {
  const exif = Buffer.concat([ascii('Exif\0\0II*\0\u0008\0\0\0\0\0\0\0\0\0'), thumbnail]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(exif.length + 2, 2);
  const whole = jpeg();
  return Buffer.concat([whole.subarray(0, 2), head, exif, whole.subarray(2, -2), entropyCoded(octets), whole.subarray(-2)]);
}

/** Pixels, a palette and a profile of colours, all of it noise. */
export function noisyPng(octets: Buffer, palette: Buffer, profile: Buffer): Buffer {
  const whole = png([pngChunk('iCCP', Buffer.concat([ascii('colours\0\0'), deflateSync(profile)])), pngChunk('PLTE', palette)]);
  return Buffer.concat([whole.subarray(0, -12), pngChunk('IDAT', octets), whole.subarray(-12)]);
}

export function noisyGif(octets: Buffer): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < octets.length; at += 255) {
    const block = octets.subarray(at, at + 255);
    blocks.push(Buffer.of(block.length), block);
  }
  const whole = gif();
  return Buffer.concat([whole.subarray(0, -5), Buffer.concat(blocks), Buffer.from([0, 0x3b])]);
}

export function noisyWebp(octets: Buffer): Buffer {
  const body = Buffer.concat([ascii('WEBPVP8L'), u32(octets.length, true), octets, Buffer.alloc(octets.length % 2)]);
  return Buffer.concat([ascii('RIFF'), u32(body.length, true), body]);
}

export function noisyBmp(octets: Buffer): Buffer {
  const head = bmp().subarray(0, 54);
  const rows = Math.floor(octets.length / 4096);
  head.writeUInt32LE(54 + rows * 4096, 2);
  head.writeUInt32LE(1024, 18);
  head.writeUInt32LE(rows, 22);
  head.writeUInt16LE(32, 28);
  return Buffer.concat([head, octets.subarray(0, rows * 4096)]);
}

export const noisyTiff = (octets: Buffer): Buffer => Buffer.concat([tiff(), octets]);

export const noisyPdf = (octets: Buffer): Buffer =>
  pdf({
    objects: [
      pdfStream('/Type /XObject /Subtype /Image /Filter /DCTDecode', octets),
      pdfStream('/Filter /FlateDecode', deflateSync(octets.subarray(0, 100_000))),
    ],
  });

function noisyWav(octets: Buffer): Buffer {
  const format = Buffer.from('666d7420100000000100010044ac000088580100020010006461746100000000', 'hex');
  format.writeUInt32LE(octets.length, 28);
  return Buffer.concat([ascii('RIFF'), u32(octets.length + 36, true), ascii('WAVE'), format, octets]);
}

const noisyMp4 = (octets: Buffer): Buffer => Buffer.concat([boxes('isom', ['moov']), box('mdat', octets)]);
const noisyHeic = (octets: Buffer): Buffer => Buffer.concat([boxes('heic', ['meta']), box('mdat', octets)]);
const noisyMp3 = (octets: Buffer): Buffer => {
  const frames = Array.from({ length: Math.floor(octets.length / 413) }, (_, at) =>
    Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0]), octets.subarray(at * 413, (at + 1) * 413)]),
  );
  return Buffer.concat(frames);
};
const noisyOgg = (octets: Buffer): Buffer => Buffer.concat([ascii('OggS\0\u0002'), Buffer.alloc(22), octets]);
const noisyWebm = (octets: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878104428581021853806701ffffffffffffff', 'hex'),
    octets,
  ]);

/** A picture, a document, an archive, sound or film of each kind, with this much of what cannot be foreseen in it. */
export function noisyFiles(bytes: number, seed: number): readonly FileSample[] {
  const octets = noise(bytes, seed);
  const dark = darkPixels(Math.min(bytes, 2_000_000), seed);
  const thumbnail = entropyCoded(noise(THUMBNAIL_BYTES, seed + 1));
  const file = (id: string, type: string, content: Buffer): FileSample => ({ id, name: `noise.${id}`, type, bytes: content });
  const OOXML = 'application/vnd.openxmlformats-officedocument';
  return [
    file('jpeg', 'image/jpeg', noisyJpeg(octets, thumbnail)),
    file('png', 'image/png', noisyPng(octets, noise(768, seed + 2), noise(3000, seed + 3))),
    file('png', 'image/png', noisyPng(octets, darkPixels(768, seed + 2), Buffer.concat([PROFILE, darkPixels(3000, seed + 3)]))),
    file('gif', 'image/gif', noisyGif(octets)),
    file('webp', 'image/webp', noisyWebp(octets)),
    file('bmp', 'image/bmp', noisyBmp(octets)),
    file('bmp', 'image/bmp', noisyBmp(dark)),
    file('tiff', 'image/tiff', noisyTiff(octets)),
    file('tiff', 'image/tiff', noisyTiff(dark)),
    file('heic', 'image/heic', noisyHeic(octets)),
    file('pdf', 'application/pdf', noisyPdf(octets)),
    file('zip', 'application/zip', zip([{ name: 'noise.bin', content: octets, isStored: true }])),
    file(
      'docx',
      `${OOXML}.wordprocessingml.document`,
      office('docx', [{ name: 'word/media/image1.jpeg', content: noisyJpeg(octets, thumbnail) }]),
    ),
    file(
      'ppt',
      'application/vnd.ms-powerpoint',
      compound([
        { name: 'PowerPoint Document', content: Buffer.alloc(512) },
        { name: 'Pictures', content: octets.subarray(0, 50_000) },
      ]),
    ),
    { id: 'gzip', name: 'noise.gz', type: 'application/gzip', bytes: gzipSync(octets, { level: 1 }) },
    file('tar', 'application/x-tar', tar([{ name: 'noise.bin', content: octets }])),
    file('wav', 'audio/wav', noisyWav(octets)),
    file('mp3', 'audio/mpeg', noisyMp3(octets)),
    file('ogg', 'audio/ogg', noisyOgg(octets)),
    file('mp4', 'video/mp4', noisyMp4(octets)),
    file('webm', 'video/webm', noisyWebm(octets)),
  ];
}
