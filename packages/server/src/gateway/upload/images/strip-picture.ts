import { withoutMetadata } from '@holdfast/inspect';
import type { FileBytes, Kept } from '@holdfast/inspect';
import { createHash } from 'node:crypto';

const CHUNK_BYTES = 65_536;

/** What is left of a picture without what is said about it. */
export interface Stripped {
  readonly pieces: readonly Kept[];
  readonly bytes: number;
  readonly hash: string;
}

/** Null = it cannot be taken apart. Reads the file twice, so large ones belong into a thread. */
export function stripPicture(file: FileBytes, type: string): Stripped | null {
  const pieces = withoutMetadata(file, type);
  if (pieces === null) return null;
  const hash = createHash('sha256');
  let bytes = 0;
  for (const piece of pieces) {
    if (piece.kind === 'octets') {
      hash.update(piece.octets);
      bytes += piece.octets.length;
      continue;
    }
    for (let at = piece.from; at < piece.to; at += CHUNK_BYTES) hash.update(file.read(at, Math.min(CHUNK_BYTES, piece.to - at)));
    bytes += piece.to - piece.from;
  }
  return { pieces, bytes, hash: hash.digest('hex') };
}
