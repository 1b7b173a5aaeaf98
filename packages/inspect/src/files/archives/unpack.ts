import { part, Reader } from '../bytes/reader.ts';
import { unpack, type Unpacked } from '../bytes/unpacked.ts';
import { note, placeIn, type FileCase, type Span } from '../case.ts';
import type { FileBytes } from '../types.ts';

/** Below this, no ratio is a bomb: empty pages pack a thousand to one. */
const SMALL_BYTES = 1_048_576;

/** False = this archive lies too deep to be walked, and that is noted. */
export function mayGoIn(file: FileCase, isDocument: boolean): boolean {
  const { depthMax } = file.judging.policy.limits;
  if (isDocument ? file.depth <= depthMax : file.depth < depthMax) return true;
  note(file, 'archive-depth', 'archives are nested too deep');
  return false;
}

/** Counts one more member; false = there are too many. */
export function countMember(file: FileCase): boolean {
  const { judging } = file;
  judging.entriesLeft--;
  if (judging.entriesLeft >= 0) return true;
  note(file, 'archive-entries', 'there are too many members');
  return false;
}

/** Counts octets that were unpacked; false = they are more than they may be, and that is noted. */
function countUnpacked(file: FileCase, octets: number): boolean {
  const { judging } = file;
  const { unpackedBytesMax, ratioMax } = judging.policy.limits;
  judging.unpackedBytes += octets;
  if (judging.unpackedBytes > unpackedBytesMax) note(file, 'archive-bomb', 'it unpacks to more than is allowed');
  else if (judging.unpackedBytes > SMALL_BYTES && judging.unpackedBytes > ratioMax * judging.packedBytes)
    note(file, 'archive-bomb', 'it unpacks to many times its size');
  else return true;
  return false;
}

export interface PackedMember {
  readonly name: string;
  readonly container: string;
  readonly span: Span;
  readonly isPacked: boolean;
  /** As the archive declares it; null = it does not. */
  readonly bytes: number | null;
}

/** A member as a file, shown to whoever watches; null = it is broken or too much, and that is noted. */
export function openMember(file: FileCase, member: PackedMember): Unpacked | null {
  const place = placeIn(file, member.container, member.name);
  file.judging.members++;
  const sink = file.judging.visit({ place, name: member.name.slice(0, 4096) });
  return member.isPacked ? inflated(file, member, { place, sink }) : stored(file, member, sink);
}

type Sink = ((chunk: Uint8Array) => void) | undefined;

function stored(file: FileCase, { span: [from, to] }: PackedMember, sink: Sink): Unpacked | null {
  if (!countUnpacked(file, to - from)) return null;
  if (sink !== undefined) file.reader.each(from, to, sink);
  const bytes: FileBytes = part(file.reader, from, to);
  // The checksum of stored octets says nothing about what an unpacker gives out: not computed.
  return { bytes, crc: -1, end: to };
}

function inflated(
  file: FileCase,
  { span: [from, to], bytes }: PackedMember,
  { place, sink }: { place: string; sink: Sink },
): Unpacked | null {
  const { notes, policy } = file.judging;
  const fault = (code: 'archive-bomb' | 'structure-broken', detail: string): false => {
    notes.add({ code, place, detail });
    return false;
  };
  let produced = 0;
  const result = unpack({ reader: file.reader, from, to }, (chunk, packed) => {
    produced += chunk.length;
    sink?.(chunk);
    if (produced > SMALL_BYTES && produced > policy.limits.ratioMax * packed)
      return fault('archive-bomb', 'it unpacks to many times its size');
    if (bytes !== null && produced > bytes) return fault('structure-broken', 'a member is longer than the archive says');
    return countUnpacked(file, chunk.length);
  });
  if (result === 'broken') fault('structure-broken', 'a packed member is cut or not valid');
  return typeof result === 'string' ? null : result;
}

/** The reader of a member that was opened. */
export function readerOf(file: FileCase, bytes: FileBytes): Reader {
  return new Reader(bytes, file.judging.work);
}
