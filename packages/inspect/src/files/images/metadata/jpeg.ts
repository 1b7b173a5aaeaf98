import type { Reader } from '../../bytes/reader.ts';
import { afterScan } from '../jpeg.ts';
import { big16, octetsOf, type Keeping } from './kept.ts';
import { exifOf, orientationIn } from './orientation.ts';

const START_BYTES = 2;
const END = 0xd9;
const SCAN = 0xda;
const FILL = 0xff;
const COMMENT = 0xfe;
/** What a decoder reads of JFIF and of Adobe's segment; a preview may follow (JFIF 1.02, T.872 §6.5.3). */
const JFIF_BYTES = 12;
const ADOBE_BYTES = 12;

/**
 * ITU-T T.81 Annex B: what turns numbers into pixels stays, and colour profiles; texts, places, previews and the pictures behind the first
 * one go. False = it is not built so.
 */
export function keepJpeg(reader: Reader, keeping: Keeping): boolean {
  keeping.span(0, START_BYTES);
  let isTurned = false;
  for (let at = START_BYTES; at < reader.size && keeping.isBounded;) {
    const marker = reader.u8(at + 1);
    if (reader.u8(at) !== FILL) return false;
    if (marker === FILL) {
      at += 1;
      continue;
    }
    if (marker === END) {
      keeping.span(at, at + 2);
      return true;
    }
    const end = at + 2 + reader.u16(at + 2, false);
    if (end < at + 4 || end > reader.size) return false;
    const next = marker === SCAN ? afterScan(reader, end) : end;
    if (isPixels(marker)) keeping.span(at, next);
    else if (marker === 0xe1) isTurned = keepOrientation({ reader, at, end }, keeping, isTurned);
    else if (!keepSegment({ reader, at, end }, keeping, marker)) return false;
    at = next;
  }
  return false;
}

interface Segment {
  readonly reader: Reader;
  readonly at: number;
  readonly end: number;
}

/** SOF0 to EXP, without those that have no length. */
const isPixels = (marker: number): boolean => (marker >= 0xc0 && marker <= 0xcf) || (marker >= SCAN && marker <= 0xdf);

function keepOrientation({ reader, at, end }: Segment, keeping: Keeping, isTurned: boolean): boolean {
  if (isTurned || !reader.isAt(at + 4, 'Exif\0\0')) return isTurned;
  const exif = exifOf(orientationIn(reader, at + 10, end));
  if (exif === null) return false;
  keeping.octets(octetsOf([FILL, 0xe1], big16(exif.length + 8), 'Exif\0\0', exif));
  return true;
}

/** Segments of applications and comments. False = no table of T.81 knows it. */
function keepSegment({ reader, at, end }: Segment, keeping: Keeping, marker: number): boolean {
  if (marker < 0xe0 || (marker > 0xef && marker !== COMMENT)) return false;
  const data = at + 4;
  if (marker === 0xe2 && reader.isAt(data, 'ICC_PROFILE\0')) keeping.span(at, end);
  if (marker === 0xe0 && reader.isAt(data, 'JFIF\0') && end - data >= JFIF_BYTES + 2) {
    keeping.octets(octetsOf([FILL, 0xe0], big16(JFIF_BYTES + 4)));
    keeping.span(data, data + JFIF_BYTES);
    keeping.octets(octetsOf([0, 0]));
  }
  if (marker === 0xee && reader.isAt(data, 'Adobe') && end - data >= ADOBE_BYTES) {
    keeping.octets(octetsOf([FILL, 0xee], big16(ADOBE_BYTES + 2)));
    keeping.span(data, data + ADOBE_BYTES);
  }
  return true;
}
