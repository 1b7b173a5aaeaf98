import type { Reader } from './bytes/reader.ts';
import type { Shape } from './case.ts';

const whole = (id: string, reader: Reader, fault: string | null = null): Shape => ({ id, end: reader.size, fault });

/** The first block of bzip2, or its end when it is empty: digits of pi, or of its root. */
const BLOCK_MARKS: readonly string[] = ['1AY&SY', '\u0017rE8P\u0090'];

/** Formats of which the beginning is enough: sound, films, fonts, programs, packed files. Null = the signature was a coincidence. */
export function readBinary(reader: Reader, signature: string): Shape | null {
  switch (signature) {
    case 'mz':
      return isDosProgram(reader) ? whole('pe', reader) : null;
    case 'cafebabe':
      // Versions of class files begin at 45; so many architectures no program has.
      return whole(reader.u32(4, false) >= 45 ? 'class' : 'macho', reader);
    case 'matroska':
      return readMatroska(reader);
    case 'mp3':
      return readMp3(reader);
    case 'ttf':
      return readFont(reader);
    case 'woff':
    case 'woff2':
      return readWebFont(reader, signature);
    case 'bzip2':
      return BLOCK_MARKS.some((mark) => reader.isAt(4, mark)) ? whole('bzip2', reader) : null;
    default:
      return whole(signature, reader, firstBlockFault(reader, signature));
  }
}

/** FLAC §7: the stream information comes first. Ogg (RFC 3533 §6): the version is 0. */
function firstBlockFault(reader: Reader, signature: string): string | null {
  const isBroken = (signature === 'flac' && (reader.u8(4) & 0x7f) !== 0) || (signature === 'ogg' && reader.u8(4) !== 0);
  return isBroken ? 'the first block is not valid' : null;
}

/** A program of DOS or Windows; letters that happen to begin a text have no such header. */
function isDosProgram(reader: Reader): boolean {
  const at = reader.u32(0x3c, true);
  if (['PE\0\0', 'NE', 'LE', 'LX'].some((mark) => reader.isAt(at, mark))) return true;
  return reader.latin1(2, 62).includes('\0');
}

/** EBML (RFC 8794 §11.2.4): the document type stands in the first element. */
function readMatroska(reader: Reader): Shape | null {
  const head = reader.latin1(0, 128);
  const type = /\u0042\u0082[\u0080-\u00ff]([a-z]{4,8})/.exec(head)?.[1];
  if (type === 'webm') return whole('webm', reader);
  return type === 'matroska' ? whole('mkv', reader) : null;
}

const BITRATES = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];
const BITRATES_LOW = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];
const RATES = [44_100, 48_000, 32_000, 0];
const PADDING_BYTES_MAX = 65_536;

/** Two frames of MPEG audio behind each other, behind the ID3 tag if there is one (ID3v2.4 §3.1). */
function readMp3(reader: Reader): Shape | null {
  const hasTag = reader.isAt(0, 'ID3');
  let at = 0;
  if (hasTag) {
    let size = 0;
    for (let i = 6; i < 10; i++) size = size * 128 + (reader.u8(i) & 0x7f);
    at = 10 + size;
    // Taggers leave zeros behind what they wrote.
    for (const stop = at + PADDING_BYTES_MAX; at < stop && reader.u8(at) === 0;) at++;
  }
  const first = mp3FrameBytes(reader, at);
  if (first > 0 && mp3FrameBytes(reader, at + first) > 0) return whole('mp3', reader);
  return hasTag ? whole('mp3', reader, 'no sound follows the tag') : null;
}

/** ISO/IEC 11172-3 §2.4.2.3, layer III only; 0 = there is no frame. */
function mp3FrameBytes(reader: Reader, at: number): number {
  const [a, b, c] = [reader.u8(at), reader.u8(at + 1), reader.u8(at + 2)];
  if (a !== 0xff || (b & 0xe0) !== 0xe0 || ((b >> 1) & 3) !== 1) return 0;
  const version = (b >> 3) & 3;
  const isFull = version === 3;
  const bitrate = (isFull ? BITRATES : BITRATES_LOW)[c >> 4] ?? 0;
  const rate = (RATES[(c >> 2) & 3] ?? 0) / (isFull ? 1 : version === 2 ? 2 : 4);
  if (bitrate === 0 || rate === 0 || version === 1) return 0;
  return Math.floor(((isFull ? 144_000 : 72_000) * bitrate) / rate) + ((c >> 1) & 1);
}

const TABLES_MAX = 256;

/** WOFF §4: it says its own length. */
function readWebFont(reader: Reader, id: string): Shape {
  const length = reader.u32(8, false);
  return { id, end: Math.min(length, reader.size), fault: length < 44 || length > reader.size ? 'it is cut' : null };
}

/** OpenType §5: a directory of tables inside the file. */
function readFont(reader: Reader): Shape | null {
  if (reader.isAt(0, 'ttcf')) return whole('ttf', reader);
  const count = reader.u16(4, false);
  if (count < 1 || count > TABLES_MAX) return null;
  for (let index = 0; index < count; index++) {
    const entry = 12 + index * 16;
    if (!/^[\u0020-\u007e]{4}$/.test(reader.latin1(entry, 4)))
      return index === 0 ? null : whole('ttf', reader, 'a table has no name');
    if (reader.u32(entry + 8, false) + reader.u32(entry + 12, false) > reader.size) return whole('ttf', reader, 'a table is cut');
  }
  return whole('ttf', reader);
}
