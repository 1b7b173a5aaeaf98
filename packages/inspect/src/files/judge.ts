import { Reader } from './bytes/reader.ts';
import { Work, WorkSpent } from './bytes/work.ts';
import { note, type FileCase, type Inner, type Judging, type Shape } from './case.ts';
import { judgeImage } from './images/judge-image.ts';
import { cleanName, judgeName } from './name.ts';
import { Notes } from './notes.ts';
import { hidesZip, shapeOf } from './shape.ts';
import { extensionOf, fileType, fileTypeByName } from './table.ts';
import type { FileBytes, FileClaim, FileJudgement, FilePolicy, FileType } from './types.ts';

/** Programs look for the header of a PDF up to here (ISO 32000-1 Annex H.3.4.1). */
const PDF_HEADER_REACH = 1024;
const PADDING_BYTES_MAX = 65_536;
/** Media types that say nothing. */
const ANY_TYPE: ReadonlySet<string> = new Set(['', 'application/octet-stream', 'binary/octet-stream', 'application/x-binary']);
/** Texts that are served as plain text without harm. */
const PLAIN_TEXTS: ReadonlySet<string> = new Set(['txt', 'csv', 'json', 'md', 'ics', 'vcf', 'css']);
const ZIP_TYPES: readonly string[] = fileType('zip')?.mimeTypes ?? [];
const ARCHIVES: ReadonlySet<string> = new Set(['zip', 'tar', 'gzip']);
/** Archives that may end in an archive which is nothing but their last member. */
const MAY_END_IN_ZIP: ReadonlySet<string> = new Set(['zip', 'tar', 'gzip', 'bzip2', 'xz', 'zstd', '7z', 'rar', 'ole']);
/** Unpackers look for an archive behind a program up to here; one that ends the file is found from the end. */
const ARCHIVE_REACH = 1_048_576;
const ARCHIVE_MARKS: readonly string[] = ['Rar!\u001a\u0007', "7z\u00bc\u00af'\u001c", 'PK\u0003\u0004'];
const BINARY: ReadonlySet<string> = new Set(['image', 'media', 'font']);
const PROGRAM_PACKAGES: ReadonlySet<string> = new Set(['jar', 'apk']);

/** `visit` sees the octets of every member, as with `walkMembers`: one pass for both. */
export interface FileTask extends FilePolicy {
  readonly visit?: Judging['visit'];
}

/**
 * Says what is in a file: its type by content, whether name and declared type agree with that, and everything in it that is there to
 * harm whoever opens, serves or unpacks it. Never throws, whatever the file holds; reads through small windows.
 *
 * @example judgeFile(bytes, { name: 'cat.png', type: 'image/png' }, FILE_POLICY).findings // []
 */
export function judgeFile(bytes: FileBytes, claim: FileClaim, task: FileTask): FileJudgement {
  const { type, judging } = judgeWhole(bytes, claim, task);
  return { type, findings: judging.notes.findings, name: cleanName(claim.name) };
}

/** The judgement with everything that was counted on the way. */
export function judgeWhole(bytes: FileBytes, claim: FileClaim, task: FileTask): { type: FileType | null; judging: Judging } {
  const judging: Judging = {
    notes: new Notes(),
    work: new Work(task.limits.workBytesMax),
    policy: task,
    visit: task.visit ?? (() => undefined),
    isWatched: task.visit !== undefined,
    judgeInner,
    packedBytes: bytes.size,
    entriesLeft: task.limits.entriesMax,
    unpackedBytes: 0,
    members: 0,
  };
  const reader = new Reader(bytes, judging.work);
  const file: FileCase = { reader, name: claim.name, place: 'file', depth: 0, container: null, judging };
  for (const { code, detail } of judgeName(claim.name)) note(file, code, detail);
  try {
    const type = judgeContent(file);
    judgeClaim(file, type, claim.type);
    return { type, judging };
  } catch (error) {
    if (!(error instanceof WorkSpent)) throw error;
    note(file, 'unfinished', 'it takes more work to judge than is allowed');
    return { type: null, judging };
  }
}

function judgeInner(outer: FileCase, { name, place, container, bytes }: Inner): void {
  const { judging } = outer;
  // A name that only a stream has may be missing; a folder is nothing but its name.
  for (const { code, detail } of judgeName(name)) judging.notes.add({ code, place, detail });
  if (name.endsWith('/')) return;
  const reader = new Reader(bytes, judging.work);
  const file: FileCase = { reader, name, place, depth: outer.depth + 1, container, judging };
  const type = judgeContent(file);
  if (ARCHIVES.has(container)) judgeInnerName(file, type);
  const allowed = judging.policy.memberTypes;
  if (allowed !== null && bytes.size > 0 && (type === null || !allowed.has(type.id)))
    note(file, 'type-refused', 'files of this type are not taken in archives');
}

function judgeContent(file: FileCase): FileType | null {
  const { reader } = file;
  const shape = shapeOf(file);
  const type = shape === null ? null : fileType(shape.id);
  if (shape === null || type === null) return null;
  if (shape.fault !== null) note(file, 'structure-broken', shape.fault);
  else if (!isPadding(reader, shape.end)) note(file, 'trailing-data', 'octets follow where it ends');
  if (type.family === 'image' && type.id !== 'svg') judgeImage(file, shape);
  if (type.family === 'program' && !PROGRAM_PACKAGES.has(file.container ?? ''))
    note(file, 'program', `it is a program (${type.id})`);
  judgeSecondReading(file, type, shape);
  return type;
}

/** What another program would take the same octets for. */
function judgeSecondReading(file: FileCase, { id, family }: FileType, { end }: Shape): void {
  const { reader } = file;
  if (!MAY_END_IN_ZIP.has(id) && !isZipBased(id) && hidesZip(file)) note(file, 'polyglot', 'it is an archive too');
  const isBinary = BINARY.has(family);
  if (isBinary && reader.find('%PDF-', 0, PDF_HEADER_REACH) >= 0) note(file, 'polyglot', 'it is a PDF document too');
  if ((isBinary || id === 'pdf') && reader.isAt(257, 'ustar')) note(file, 'polyglot', 'it is an archive too');
  if (end < reader.size && ARCHIVE_MARKS.some((mark) => reader.find(mark, end, end + ARCHIVE_REACH) >= 0))
    note(file, 'polyglot', 'an archive follows where it ends');
}

const isZipBased = (id: string): boolean =>
  fileType(id) !== null && /^(?:doc|xls|ppt)[xm]$|^od[tsp]$|^epub$|^jar$|^apk$/.test(id);

/** Zeros at the end are padding; anything else is not. */
function isPadding(reader: Reader, from: number): boolean {
  if (reader.size - from > PADDING_BYTES_MAX) return false;
  let isZero = true;
  reader.each(from, reader.size, (chunk) => {
    isZero = chunk.every((octet) => octet === 0);
    return isZero;
  });
  return isZero;
}

function judgeClaim(file: FileCase, type: FileType | null, declared: string | null): void {
  const { types } = file.judging.policy;
  if (type === null) note(file, 'type-unknown', 'nobody knows what it is');
  else {
    const extension = extensionOf(file.name);
    const mime = (declared ?? '').slice(0, 256).split(';', 1)[0]?.trim().toLowerCase() ?? '';
    if (extension !== '' && !type.extensions.includes(extension))
      note(file, 'type-mismatch', `it is ${type.id} and called otherwise`);
    else if (!fits(type, mime)) note(file, 'type-mismatch', `it is ${type.id} and declared as something else`);
  }
  if (types !== null && (type === null || !types.has(type.id))) note(file, 'type-refused', 'files of this type are not taken');
}

function fits({ id, mimeTypes }: FileType, mime: string): boolean {
  if (ANY_TYPE.has(mime) || mimeTypes.includes(mime)) return true;
  if (mime === 'text/plain') return PLAIN_TEXTS.has(id);
  return isZipBased(id) && ZIP_TYPES.includes(mime);
}

/** In archives anything may lie; what is called like one known type and is another is a lie there, too. */
function judgeInnerName(file: FileCase, type: FileType | null): void {
  const named = fileTypeByName(file.name);
  if (named === null || file.reader.size === 0 || (type !== null && type.extensions.includes(extensionOf(file.name)))) return;
  // Names of texts are given freely, and so are those of files that only this table takes for programs.
  const isFree = named.family === 'text' || named.family === 'program' || named.family === 'data' || named.id === 'ole';
  if (isFree && (type === null || type.family === 'text')) return;
  note(file, 'type-mismatch', type === null ? 'it is not what it is called' : `it is ${type.id} and called otherwise`);
}
