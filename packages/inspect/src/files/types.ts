/** A file that is read where it lies. What `read` gave must not change by later reads; it is shorter at the end of the file. */
export interface FileBytes {
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
  /** Gives a `read` of which each result is good until its next call only: whoever looks at all of a file needs one room for it. */
  readonly scan?: () => (offset: number, length: number) => Uint8Array;
}

/** What a sender says about a file. */
export interface FileClaim {
  /** Empty = there is none, as for a raw body. */
  readonly name: string;
  /** Media type with or without parameters; null = none was sent. */
  readonly type: string | null;
}

export type FileFamily = 'image' | 'document' | 'archive' | 'text' | 'media' | 'font' | 'program' | 'data';

export interface FileType {
  readonly id: string;
  readonly family: FileFamily;
  /** Lower case, without the dot. */
  readonly extensions: readonly string[];
  /** The first is what to serve it as; the others are what browsers send too. */
  readonly mimeTypes: readonly string[];
}

export const FILE_CODES = [
  'type-unknown',
  'type-mismatch',
  'type-refused',
  'structure-broken',
  'trailing-data',
  'polyglot',
  'code-in-image',
  'program',
  'active-svg',
  'active-html',
  'active-pdf',
  'macro',
  'external-reference',
  'embedded-object',
  'document-encrypted',
  'archive-bomb',
  'archive-depth',
  'archive-entries',
  'archive-encrypted',
  'archive-opaque',
  'name-escape',
  'name-double',
  'name-code',
  'unfinished',
] as const;
export type FileCode = (typeof FILE_CODES)[number];

/** One thing that is wrong with a file. Whether it is refused for that is the caller's decision. */
export interface FileFinding {
  readonly code: FileCode;
  /** `file`, or the path of members down to the place: `zip:inner/name.docx!zip:word/vbaProject.bin`. At most 512 characters. */
  readonly place: string;
  /** Words of this package about the finding, at most 200 characters; nothing of the file's content. */
  readonly detail: string;
}

export interface FileLimits {
  /** Archives within archives: 0 = a plain file only. */
  readonly depthMax: number;
  /** Members of all levels together. */
  readonly entriesMax: number;
  /** Unpacked by packed bytes, of each member and of all together. */
  readonly ratioMax: number;
  /** All members together, unpacked. */
  readonly unpackedBytesMax: number;
  /** Octets read and unpacked before judging ends with `unfinished`: bounds time without a clock. */
  readonly workBytesMax: number;
}

export interface FilePolicy {
  readonly limits: FileLimits;
  /** Ids of the types that the file itself may have; null = any. Others get `type-refused`. */
  readonly types: ReadonlySet<string> | null;
  /** The same for members of archives. */
  readonly memberTypes: ReadonlySet<string> | null;
}

export interface FileJudgement {
  /** By content; null = nobody knows it. */
  readonly type: FileType | null;
  /** At most 32, the first of each code in each place. */
  readonly findings: readonly FileFinding[];
  /** What may be handed on instead of the name that came. */
  readonly name: string;
}

/** One file inside another. */
export interface Member {
  readonly place: string;
  /** As it stands in the archive, cut. */
  readonly name: string;
}

export interface WalkResult {
  /** Why some members were not, or not wholly, visited. Empty = every octet that this package can unpack was shown. */
  readonly findings: readonly FileFinding[];
  readonly members: number;
}
