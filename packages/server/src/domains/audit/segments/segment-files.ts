import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { entryBytesMax } from '@holdfast/ledger';
import { findFrame, readFrame, FRAME_HEADER_BYTES, type Frame } from './frame.ts';

/** One read: some hundred records, and the largest record several times over. */
export const CHUNK_BYTES = 262_144;
const NAME = /^(\d{15})\.seg$/u;

/** A segment is named by the index of its first record. */
export interface Segment {
  readonly first: number;
  readonly file: string;
}

export function segmentAt(folder: string, first: number): Segment {
  return { first, file: path.join(folder, `${String(first).padStart(15, '0')}.seg`) };
}

export async function listSegments(folder: string): Promise<Segment[]> {
  const names = (await readdir(folder)).filter((name) => NAME.test(name)).sort();
  return names.map((name) => segmentAt(folder, Number(NAME.exec(name)?.[1])));
}

/** A record found again after bytes that are none. */
export interface Resumption {
  readonly offset: number;
  readonly index: number;
}

export interface SegmentReader {
  /** Bytes from `offset`; fewer than a chunk only at the end of the file. */
  read(offset: number): Promise<Buffer>;
  close(): Promise<void>;
}

export async function openSegment(segment: Segment): Promise<SegmentReader> {
  const handle = await open(segment.file, 'r');
  return {
    read: async (offset) => {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES, offset);
      return chunk.subarray(0, bytesRead);
    },
    close: () => handle.close(),
  };
}

/** The next records of a segment, as many as one chunk holds. */
export interface Reading {
  readonly frames: readonly Frame[];
  /** Where reading stopped. */
  readonly offset: number;
  readonly end: 'chunk' | 'segment' | 'bad';
}

/** Reads records with consecutive indexes from `offset`; stops in front of whatever is not the expected record. */
export async function readFrames(
  reader: SegmentReader,
  { offset, index, countMax }: { readonly offset: number; readonly index: number; readonly countMax: number },
): Promise<Reading> {
  const bytes = await reader.read(offset);
  const isLast = bytes.length < CHUNK_BYTES;
  const frames: Frame[] = [];
  let at = 0;
  while (frames.length < countMax) {
    if (at === bytes.length) return { frames, offset: offset + at, end: isLast ? 'segment' : 'chunk' };
    const reading = readFrame(bytes, at, entryBytesMax);
    if (reading.kind === 'more' && !isLast) break;
    // A record that is whole but not the next one is damage as well.
    if (reading.kind !== 'frame' || reading.frame.index !== index + frames.length) {
      return { frames, offset: offset + at, end: 'bad' };
    }
    frames.push(reading.frame);
    at += reading.frame.bytes;
  }
  return { frames, offset: offset + at, end: 'chunk' };
}

/**
 * The next whole record behind damaged bytes at `offset`, where record `index` should be. With `needsProof` only if `index`
 * was durable once, which records of a group that began after `index` prove (a group is written only when the one before it
 * is on the disk). Without such proof it is a tail torn by a crash, and nothing of it was ever acknowledged: null.
 */
export async function findResumption(
  reader: SegmentReader,
  { offset, index, needsProof }: { readonly offset: number; readonly index: number; readonly needsProof: boolean },
): Promise<Resumption | null> {
  let first: Resumption | null = null;
  for (let base = offset + 1; ;) {
    const bytes = await reader.read(base);
    const isLast = bytes.length < CHUNK_BYTES;
    // A record that starts in the last part of a chunk is judged whole in the next one.
    const judgedEnd = isLast ? bytes.length : bytes.length - (FRAME_HEADER_BYTES + entryBytesMax);
    for (let at = findFrame(bytes, 0); at !== -1 && at < judgedEnd; at = findFrame(bytes, at + 1)) {
      const reading = readFrame(bytes, at, entryBytesMax);
      if (reading.kind !== 'frame' || reading.frame.index <= index) continue;
      first ??= { offset: base + at, index: reading.frame.index };
      if (!needsProof || reading.frame.group > index) return first;
    }
    if (isLast) return null;
    base += judgedEnd;
  }
}

/** What a segment holds after a crash. */
export interface SegmentScan {
  /** Index after the last whole record. */
  readonly size: number;
  /** Bytes up to there; what follows was torn. */
  readonly bytes: number;
  readonly tornBytes: number;
  /** Records that were durable once and cannot be read. */
  readonly lost: readonly { readonly from: number; readonly to: number }[];
}

export async function scanSegment(segment: Segment): Promise<SegmentScan> {
  const reader = await openSegment(segment);
  const lost: { from: number; to: number }[] = [];
  let offset = 0;
  let size = segment.first;
  try {
    for (;;) {
      const reading = await readFrames(reader, { offset, index: size, countMax: Number.MAX_SAFE_INTEGER });
      offset = reading.offset;
      size += reading.frames.length;
      if (reading.end === 'chunk') continue;
      const found = reading.end === 'bad' ? await findResumption(reader, { offset, index: size, needsProof: true }) : null;
      if (found === null) return { size, bytes: offset, tornBytes: await bytesAfter(reader, offset), lost };
      lost.push({ from: size, to: found.index });
      ({ offset } = found);
      size = found.index;
    }
  } finally {
    await reader.close();
  }
}

async function bytesAfter(reader: SegmentReader, offset: number): Promise<number> {
  for (let total = 0; ;) {
    const { length } = await reader.read(offset + total);
    total += length;
    if (length < CHUNK_BYTES) return total;
  }
}
