import type { Reader } from '../../bytes/reader.ts';
import { little32, octetsOf, type Keeping } from './kept.ts';
import { exifOf, orientationIn } from './orientation.ts';

const HEAD_BYTES = 12;
const CHUNK_BYTES = 8;
const CHUNKS_MAX = 100_000;
/** RFC 9649 §2.7: what is shown, and by which colours. */
const KEPT: ReadonlySet<string> = new Set(['VP8X', 'ICCP', 'ANIM', 'ANMF', 'ALPH', 'VP8 ', 'VP8L']);
const IN_FRAME: ReadonlySet<string> = new Set(['ALPH', 'VP8 ', 'VP8L']);
const FRAME_HEAD_BYTES = 16;
const HAS_EXIF = 0x08;
const HAS_XMP = 0x04;

interface Chunk {
  readonly name: string;
  readonly at: number;
  readonly length: number;
}

/** Frames and colours stay, Exif data says at most how to turn them, the rest goes. False = it is not built so. */
export function keepWebp(reader: Reader, keeping: Keeping): boolean {
  const end = reader.u32(4, true) + CHUNK_BYTES;
  const chunks = chunksIn(reader, HEAD_BYTES, Math.min(end, reader.size));
  if (chunks === null || chunks.some((chunk) => chunk.name === 'ANMF' && !isPlainFrame(reader, chunk))) return false;
  const kept = chunks.filter(({ name }) => KEPT.has(name));
  const exif = exifIn(reader, chunks);
  const bytes = kept.reduce((sum, { length }) => sum + CHUNK_BYTES + padded(length), 4);
  const exifBytes = exif === null ? 0 : CHUNK_BYTES + padded(exif.length);
  keeping.octets(octetsOf('RIFF', little32(bytes + exifBytes), 'WEBP'));
  for (const chunk of kept) keep(reader, keeping, { chunk, hasExif: exif !== null });
  if (exif !== null) keeping.octets(octetsOf('EXIF', little32(exif.length), exif, exif.length % 2 === 1 ? [0] : []));
  return keeping.isBounded;
}

const padded = (length: number): number => length + (length % 2);

function chunksIn(reader: Reader, from: number, to: number): readonly Chunk[] | null {
  const chunks: Chunk[] = [];
  for (let at = from; at + CHUNK_BYTES <= to;) {
    const [name, length] = [reader.latin1(at, 4), reader.u32(at + 4, true)];
    if (length < 0 || at + CHUNK_BYTES + length > to || chunks.length >= CHUNKS_MAX) return null;
    chunks.push({ name, at, length });
    at += CHUNK_BYTES + padded(length);
  }
  return chunks;
}

/** What nobody knows within a frame would have to be cut out of it; no writer does that. */
function isPlainFrame(reader: Reader, { at, length }: Chunk): boolean {
  const inside = chunksIn(reader, at + CHUNK_BYTES + FRAME_HEAD_BYTES, at + CHUNK_BYTES + length);
  return inside?.every(({ name }) => IN_FRAME.has(name)) === true;
}

/** Some writers put the mark of JPEG in front. */
function exifIn(reader: Reader, chunks: readonly Chunk[]): Uint8Array | null {
  const found = chunks.find(({ name }) => name === 'EXIF');
  // Only the extended form has a place for it (RFC 9649 §2.7).
  if (found === undefined || chunks[0]?.name !== 'VP8X') return null;
  const from = found.at + CHUNK_BYTES;
  const data = reader.isAt(from, 'Exif\0\0') ? from + 6 : from;
  return exifOf(orientationIn(reader, data, from + found.length));
}

interface Keep {
  readonly chunk: Chunk;
  readonly hasExif: boolean;
}

function keep(reader: Reader, keeping: Keeping, { chunk: { name, at, length }, hasExif }: Keep): void {
  const data = at + CHUNK_BYTES;
  const end = data + length;
  if (name === 'VP8X') {
    const flags = reader.u8(data) & ~(HAS_EXIF | HAS_XMP) & 0xff;
    keeping.span(at, data);
    keeping.octets(octetsOf([hasExif ? flags | HAS_EXIF : flags]));
    keeping.span(data + 1, end);
  } else keeping.span(at, end);
  if (length % 2 === 0) return;
  // The last one may have been left without its padding.
  keeping.octets(octetsOf([0]));
}
