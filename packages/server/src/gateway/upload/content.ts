import type { FileBytes } from '@holdfast/inspect';
import { read as readFile, readSync } from 'node:fs';

/**
 * The octets of a file that is held until it is judged: small ones in memory, others in a file without a name. `clearedBy` = the version of
 * rules none of which can match it as a whole (`spool/clearance.ts`); null = they have to look.
 */
export type Content =
  | { readonly kind: 'memory'; readonly size: number; readonly bytes: Buffer }
  | { readonly kind: 'disk'; readonly size: number; readonly fd: number; readonly clearedBy: string | null };

export const inMemory = (bytes: Buffer): Content => ({ kind: 'memory', size: bytes.length, bytes });

const CHUNK_BYTES = 65_536;

/** For judges, which read where they like; a descriptor is good in every thread of this process. */
export function fileBytes(content: Content): FileBytes {
  const { size } = content;
  if (content.kind === 'memory') return { size, read: (offset, length) => content.bytes.subarray(offset, offset + length) };
  const read = (offset: number, length: number): Buffer =>
    readHere(content.fd, Buffer.allocUnsafe(lengthFrom(offset, length)), offset);
  const lengthFrom = (offset: number, length: number): number => Math.max(0, Math.min(length, size - offset));
  const scan = (): FileBytes['read'] => {
    let room = Buffer.alloc(0);
    return (offset, length) => {
      const wanted = lengthFrom(offset, length);
      if (room.length < wanted) room = Buffer.allocUnsafe(wanted);
      return readHere(content.fd, room.subarray(0, wanted), offset);
    };
  };
  return { size, read, scan };
}

function readHere(fd: number, room: Buffer, offset: number): Buffer {
  let filled = 0;
  while (filled < room.length) {
    const count = readSync(fd, room, filled, room.length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return room.subarray(0, filled);
}

/** As many octets as stand there, into memory of the caller. Resolves with their number. */
export function readInto(fd: number, room: Uint8Array, position: number): Promise<number> {
  // oxlint-disable-next-line promise/avoid-new -- the descriptor is a number: a FileHandle would be closed by the garbage collector
  return new Promise((resolve, reject) => {
    readFile(fd, room, 0, room.length, position, (error, count) => (error === null ? resolve(count) : reject(error)));
  });
}

/** In order; a chunk from disk is good until the next one is asked for. */
export async function* chunksOf(content: Content, chunkBytes = CHUNK_BYTES): AsyncGenerator<Uint8Array> {
  if (content.kind === 'memory') {
    for (let at = 0; at < content.size; at += chunkBytes) yield content.bytes.subarray(at, at + chunkBytes);
    return;
  }
  const room = Buffer.allocUnsafeSlow(Math.min(chunkBytes, content.size));
  for (let at = 0; at < content.size;) {
    const count = await readInto(content.fd, room, at);
    if (count === 0) throw new Error('assertion: a spooled file has the size that was written');
    yield room.subarray(0, count);
    at += count;
  }
}
