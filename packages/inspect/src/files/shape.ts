import { judgeGzip, judgeOpaque, judgeTar } from './archives/judge-stream.ts';
import { judgeZip } from './archives/judge-zip.ts';
import { findZipEnd } from './archives/zip-end.ts';
import { readBinary } from './binaries.ts';
import type { FileCase, Shape } from './case.ts';
import { judgeOle } from './documents/ole.ts';
import { judgePdf } from './documents/pdf.ts';
import { judgeRtf } from './documents/rtf.ts';
import { signatureOf } from './identify.ts';
import { readBmp, readIco } from './images/bitmap.ts';
import { readBoxes } from './images/boxes.ts';
import { readGif } from './images/gif.ts';
import { readJpeg } from './images/jpeg.ts';
import { readPng } from './images/png.ts';
import { readRiff } from './images/riff.ts';
import { readTiff } from './images/tiff.ts';
import { judgeText } from './texts/text.ts';

const OPAQUE: ReadonlySet<string> = new Set(['bzip2', 'xz', 'zstd', '7z', 'rar']);

/** What a file is, by its content, with everything that its own format says about it. Null = nobody knows it. */
export function shapeOf(file: FileCase): Shape | null {
  const { reader } = file;
  const shape = bySignature(file);
  if (shape !== null) return shape;
  const text = judgeText(file);
  if (text !== null) return { id: text, end: reader.size, fault: null };
  // Unpackers read an archive from its end, whatever stands before.
  return judgeZip(file);
}

function bySignature(file: FileCase): Shape | null {
  const { reader } = file;
  if (['PK\u0003\u0004', 'PK\u0005\u0006', 'PK00PK'].some((mark) => reader.isAt(0, mark)))
    return judgeZip(file) ?? { id: 'zip', end: reader.size, fault: 'it has no directory' };
  const signature = signatureOf(reader);
  if (signature === null) return null;
  return (
    imageOf(reader, signature) ??
    containerOf(file, signature) ??
    (NOT_BINARY.has(signature) ? null : readBinary(reader, signature))
  );
}

/** Signatures that their readers below refused: what is left is text, or unknown. */
const NOT_BINARY: ReadonlySet<string> = new Set(['riff', 'bmp', 'ico', 'boxes']);

function imageOf(reader: FileCase['reader'], signature: string): Shape | null {
  switch (signature) {
    case 'png':
      return readPng(reader);
    case 'jpeg':
      return readJpeg(reader);
    case 'gif':
      return readGif(reader);
    case 'tiff':
      return readTiff(reader);
    case 'bmp':
      return readBmp(reader);
    case 'ico':
      return readIco(reader);
    case 'riff':
      return readRiff(reader);
    case 'boxes':
      return readBoxes(reader);
    default:
      return null;
  }
}

function containerOf(file: FileCase, signature: string): Shape | null {
  if (OPAQUE.has(signature))
    return signature === 'bzip2' && readBinary(file.reader, signature) === null ? null : judgeOpaque(file, signature);
  switch (signature) {
    case 'gzip':
      return judgeGzip(file);
    case 'tar':
      return judgeTar(file);
    case 'pdf':
      return judgePdf(file);
    case 'ole':
      return judgeOle(file);
    case 'rtf':
      return judgeRtf(file);
    default:
      return null;
  }
}

/** True when an unpacker finds an archive behind or around what this file is (GIFAR). */
export function hidesZip({ reader }: FileCase): boolean {
  const end = findZipEnd(reader);
  return end !== null && end.entries > 0;
}
