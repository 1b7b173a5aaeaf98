import type { Reader } from '../../bytes/reader.ts';
import { big16, big32, octetsOf } from './kept.ts';

const ORIENTATION = 0x0112;
const SHORT = 3;
const ENTRIES_MAX = 4096;
const UPRIGHT = 1;

/** How a picture is to be turned, from the first directory of its Exif data (TIFF 6.0 §8); upright where nothing sane is said. */
export function orientationIn(reader: Reader, from: number, to: number): number {
  const isLittle = reader.isAt(from, 'II*\0');
  if (!isLittle && !reader.isAt(from, 'MM\0*')) return UPRIGHT;
  const directory = from + reader.u32(from + 4, isLittle);
  const count = reader.u16(directory, isLittle);
  for (let index = 0; index < Math.min(count, ENTRIES_MAX); index++) {
    const entry = directory + 2 + index * 12;
    if (entry + 12 > to) return UPRIGHT;
    if (reader.u16(entry, isLittle) !== ORIENTATION) continue;
    const value = reader.u16(entry + 2, isLittle) === SHORT ? reader.u16(entry + 8, isLittle) : UPRIGHT;
    return value >= 1 && value <= 8 ? value : UPRIGHT;
  }
  return UPRIGHT;
}

/** Exif data that says nothing else; null = nothing is to be said. */
export function exifOf(orientation: number): Uint8Array | null {
  if (orientation === UPRIGHT) return null;
  const entry = [...big16(ORIENTATION), ...big16(SHORT), ...big32(1), ...big16(orientation), 0, 0];
  return octetsOf('MM\0*', big32(8), big16(1), entry, big32(0));
}
