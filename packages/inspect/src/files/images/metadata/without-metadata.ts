import { Reader } from '../../bytes/reader.ts';
import { Work, WorkSpent } from '../../bytes/work.ts';
import type { FileBytes } from '../../types.ts';
import { keepGif } from './gif.ts';
import { keepJpeg } from './jpeg.ts';
import { Keeping, type Kept } from './kept.ts';
import { keepPng } from './png.ts';
import { keepWebp } from './webp.ts';

const KEEPERS: ReadonlyMap<string, (reader: Reader, keeping: Keeping) => boolean> = new Map([
  ['jpeg', keepJpeg],
  ['png', keepPng],
  ['webp', keepWebp],
  ['gif', keepGif],
]);

/** Ids of the types that `withoutMetadata` knows. */
export const STRIPPED_TYPES: readonly string[] = [...KEEPERS.keys()];

/**
 * The pieces of a picture that are pixels or say how to show them: places, devices, authors, comments, previews and what follows its end
 * are not among them. No pixel is decoded, and how the picture is to be turned is said still. Null = it is of no type that is known
 * here, or not built as its type says.
 *
 * @example withoutMetadata(bytes, 'png')?.map((piece) => piece.kind) // ['span', 'span']
 */
export function withoutMetadata(bytes: FileBytes, type: string): readonly Kept[] | null {
  const keep = KEEPERS.get(type);
  if (keep === undefined) return null;
  const keeping = new Keeping();
  // Each octet is read once; a window is read again where steps go back into it.
  const reader = new Reader(bytes, new Work(bytes.size * 4 + 1_048_576));
  try {
    return keep(reader, keeping) && keeping.isBounded ? keeping.pieces : null;
  } catch (error) {
    if (error instanceof WorkSpent) return null;
    throw error;
  }
}
