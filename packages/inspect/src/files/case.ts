import type { Reader } from './bytes/reader.ts';
import type { Work } from './bytes/work.ts';
import { shownName, type Notes } from './notes.ts';
import type { FileBytes, FileCode, FilePolicy, Member } from './types.ts';

/** What all files of one judgement share, however deep they lie. */
export interface Judging {
  readonly notes: Notes;
  readonly work: Work;
  readonly policy: FilePolicy;
  readonly visit: (member: Member) => ((chunk: Uint8Array) => void) | undefined;
  /** Somebody wants to see members: also those that need not be read to be judged. */
  readonly isWatched: boolean;
  /** Judges what lies in a file. Set by the judge, so that readers of containers need not know it. */
  readonly judgeInner: (file: FileCase, inner: Inner) => void;
  /** Of what was sent. */
  readonly packedBytes: number;
  entriesLeft: number;
  unpackedBytes: number;
  members: number;
}

/** A file inside another, unpacked. */
export interface Inner {
  readonly name: string;
  readonly place: string;
  /** Id of the type of the container. */
  readonly container: string;
  readonly bytes: FileBytes;
}

/** One file that is being judged. */
export interface FileCase {
  readonly reader: Reader;
  readonly name: string;
  /** `file`, or the members down to this one. */
  readonly place: string;
  /** Archives around this file. */
  readonly depth: number;
  /** Id of the type of what it lies in; null = it is what was sent. */
  readonly container: string | null;
  readonly judging: Judging;
}

/** From `from` up to `to`. */
export type Span = readonly [from: number, to: number];

/** What a reader of one format made of a file. */
export interface Shape {
  readonly id: string;
  /** Where the format ends; what lies behind it, no program of this format reads. */
  readonly end: number;
  /** Why it is not whole; null = it is. */
  readonly fault: string | null;
  /** Where texts of people stand: comments and other metadata. */
  readonly texts?: readonly Span[];
  /** Where colours stand that are not packed. */
  readonly colours?: readonly Span[];
}

export function note(file: FileCase, code: FileCode, detail: string): void {
  file.judging.notes.add({ code, place: file.place, detail });
}

/** The place of a member: `zip:inner.zip!zip:x.php`. */
export function placeIn(file: FileCase, container: string, name: string): string {
  const own = `${container}:${shownName(name)}`;
  return file.place === 'file' ? own : `${file.place}!${own}`;
}
