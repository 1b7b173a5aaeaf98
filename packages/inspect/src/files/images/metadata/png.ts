import { crc32 } from '../../bytes/crc32.ts';
import type { Reader } from '../../bytes/reader.ts';
import { PNG_SIGNATURE } from '../png.ts';
import { big32, octetsOf, type Keeping } from './kept.ts';
import { exifOf, orientationIn } from './orientation.ts';

/** Pixels, and what they are shown by (PNG, third edition, §11.2 and §11.3). Critical ones that nobody knows cannot be left out. */
const KEPT: ReadonlySet<string> = new Set(
  'IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT'.split(' '),
);
const isCritical = (type: string): boolean => /^[A-Z]/.test(type);

/** Chunks of pixels stay; texts, times and Exif data go, but for how the picture is to be turned. False = it is not built so. */
export function keepPng(reader: Reader, keeping: Keeping): boolean {
  keeping.span(0, PNG_SIGNATURE.length);
  for (let at = PNG_SIGNATURE.length; at < reader.size && keeping.isBounded;) {
    const [length, type] = [reader.u32(at, false), reader.latin1(at + 4, 4)];
    const end = at + 12 + length;
    if (length < 0 || end > reader.size) return false;
    if (KEPT.has(type)) keeping.span(at, end);
    else if (isCritical(type)) return false;
    else if (type === 'eXIf') keeping.octets(chunkOf(exifOf(orientationIn(reader, at + 8, end - 4))));
    if (type === 'IEND') return true;
    at = end;
  }
  return false;
}

function chunkOf(exif: Uint8Array | null): Uint8Array {
  if (exif === null) return new Uint8Array(0);
  const body = octetsOf('eXIf', exif);
  return octetsOf(big32(exif.length), body, big32(crc32(body)));
}
