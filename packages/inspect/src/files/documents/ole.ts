import { countMember, openMember, readerOf } from '../archives/unpack.ts';
import { Reader } from '../bytes/reader.ts';
import { note, type FileCase, type Shape } from '../case.ts';
import { Compound, type CompoundEntry } from './compound.ts';

const RECORDS_MAX = 100_000;
const TYPES: readonly (readonly [stream: string, id: string])[] = [
  ['WordDocument', 'doc'],
  ['Workbook', 'xls'],
  ['Book', 'xls'],
  ['PowerPoint Document', 'ppt'],
];
const MACROS: ReadonlySet<string> = new Set(['_VBA_PROJECT', '_VBA_PROJECT_CUR', 'VBA', 'Macros', 'PROJECTwm']);
const OBJECTS: ReadonlySet<string> = new Set(['\u0001Ole10Native', 'ObjectPool', 'Equation Native', 'Package']);

/** Compound files: old Office documents, messages, installers, and new documents that are encrypted. */
export function judgeOle(file: FileCase): Shape {
  const { reader } = file;
  const compound = new Compound(reader);
  const names = new Set(compound.entries.map(({ name }) => name));
  const id = TYPES.find(([stream]) => names.has(stream))?.[1] ?? 'ole';
  if ([...MACROS].some((name) => names.has(name))) note(file, 'macro', 'it has macros');
  if ([...OBJECTS].some((name) => names.has(name))) note(file, 'embedded-object', 'it holds an object of another program');
  if (names.has('EncryptedPackage')) note(file, 'document-encrypted', 'it is encrypted');
  for (const entry of compound.entries)
    if (entry.isStream && entry.bytes > 0 && countMember(file)) judgeStream(file, compound, entry);
  return { id, end: reader.size, fault: compound.fault };
}

function judgeStream(file: FileCase, compound: Compound, entry: CompoundEntry): void {
  const isBook = entry.name === 'Workbook' || entry.name === 'Book';
  const isSlides = entry.name === 'PowerPoint Document';
  if (!isBook && !isSlides && !file.judging.isWatched) return;
  const bytes = compound.open(entry);
  if (bytes === null) return;
  const reader = readerOf(file, bytes);
  if (isBook) judgeBook(file, reader);
  // [MS-PPT] §2.4.10: the container that says where the macros are.
  if (isSlides && reader.find('\u000f\0\u00ff\u0003\u0014\0\0\0', 0) >= 0) note(file, 'macro', 'it has macros');
  const inner: FileCase = { ...file, reader: new Reader(bytes, file.judging.work) };
  openMember(inner, { name: entry.name, container: 'ole', span: [0, bytes.size], isPacked: false, bytes: null });
}

const BOUND_SHEET = 0x85;
const END_OF_PART = 0x0a;
const ENCRYPTED = 0x2f;

/** [MS-XLS] §2.4.28: the first part of a workbook lists its sheets and says which are of macros. */
function judgeBook(file: FileCase, reader: Reader): void {
  for (let at = 0, count = 0; at + 4 <= reader.size && count < RECORDS_MAX; count++) {
    const [kind, length] = [reader.u16(at, true), reader.u16(at + 2, true)];
    if (kind === END_OF_PART) return;
    if (kind === BOUND_SHEET && reader.u8(at + 9) === 1) note(file, 'macro', 'it has a macro sheet');
    if (kind === ENCRYPTED) note(file, 'document-encrypted', 'it is encrypted');
    at += 4 + length;
  }
}
