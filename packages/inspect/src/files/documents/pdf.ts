import { mayGoIn, openMember, readerOf } from '../archives/unpack.ts';
import type { Reader } from '../bytes/reader.ts';
import { note, placeIn, type FileCase, type Shape } from '../case.ts';
import type { FileBytes } from '../types.ts';
import { collectSigns, namesIn, type PdfSigns } from './pdf-names.ts';

const TAIL_BYTES = 2048;
const DICTIONARY_BYTES = 2048;
/** Streams that say they are packed and are not: the finding is made, and more of them only cost time. */
const BROKEN_MAX = 64;
const STREAMS_MAX = 100_000;
const ACTION_CHARS = 512;
/** Actions that move in the document and do nothing else (ISO 32000-1 §12.6.4). */
const QUIET_ACTIONS: ReadonlySet<string> = new Set(['GoTo']);
const WORDS: ReadonlyMap<string, string> = new Map([
  ['JavaScript', 'a script'],
  ['Launch', 'a program to start'],
  ['RichMedia', 'media with scripts'],
  ['RichMediaContent', 'media with scripts'],
  ['SubmitForm', 'a form that sends itself'],
  ['ImportData', 'an import of data'],
  ['AA', 'actions at events'],
  ['XFA', 'a form of XFA'],
  ['GoToE', 'a jump into an embedded document'],
]);

/** PDF: header, end, names that act wherever they are written, packed objects, and files inside. */
export function judgePdf(file: FileCase): Shape {
  const { reader } = file;
  const signs: PdfSigns = { names: new Set(), openActions: [] };
  collectSigns(reader, signs);
  judgeStreams(file, signs);
  for (const [name, words] of WORDS) if (signs.names.has(name)) note(file, 'active-pdf', `it has ${words}`);
  if (signs.openActions.some((text) => actsOnOpen(reader, text))) note(file, 'active-pdf', 'it acts when it is opened');
  if (signs.names.has('EmbeddedFile') || signs.names.has('EF')) note(file, 'embedded-object', 'it holds a file');
  if (signs.names.has('Encrypt')) note(file, 'document-encrypted', 'it is encrypted');
  return structureOf(reader);
}

/** ISO 32000-1 §7.5: a version at the beginning, and at the end where the table of objects lies. */
function structureOf(reader: Reader): Shape {
  const shape = (fault: string | null, end = reader.size): Shape => ({ id: 'pdf', end, fault });
  if (!/^%PDF-[12]\.\d/.test(reader.latin1(0, 8))) return shape('it has no version');
  const mark = reader.findLast('%%EOF', Math.max(0, reader.size - 1_048_576));
  if (mark < 0) return shape('it has no end');
  const before = reader.latin1(Math.max(0, mark - TAIL_BYTES), Math.min(mark, TAIL_BYTES));
  const table = /startxref\s{1,8}(\d{1,12})\s{0,16}(?:%[^\r\n]{0,256}[\r\n]\s{0,16})?$/.exec(before)?.[1];
  if (table === undefined) return shape('it does not say where its objects are');
  const end = mark + 5;
  const rest = reader.latin1(end, 4096);
  const isBlank = end + 4096 >= reader.size && /^[\s\0]*$/.test(rest);
  // Zero stands in the first of the two ends of a file that is made for the Web.
  const isThere = /^\s{0,4}(?:xref|\d{1,10}\s{1,4}\d{1,5}\s{1,4}obj)/.test(reader.latin1(Math.max(0, Number(table)), 64));
  return shape(isThere ? null : 'it does not say where its objects are', isBlank ? reader.size : end);
}

function actsOnOpen(reader: Reader, text: string): boolean {
  const inline = /^[\s\0]{0,16}<</.test(text) ? text : referred(reader, text);
  const action = /\/S[\s\0]{0,8}(\/[^\s\0()<>[\]{}/%]{1,64})/.exec(inline)?.[1];
  return action !== undefined && ![...namesIn(action)].every((name) => QUIET_ACTIONS.has(name));
}

function referred(reader: Reader, text: string): string {
  const [, number, generation] = /^[\s\0]{0,16}(\d{1,10})[\s\0]{1,4}(\d{1,5})[\s\0]{1,4}R/.exec(text) ?? [];
  if (number === undefined || generation === undefined) return '';
  const head = `${number} ${generation} obj`;
  for (let at = reader.find(head, 0), tries = 0; at >= 0 && tries < 16; at = reader.find(head, at + 1), tries++) {
    const before = reader.u8(at - 1);
    if (before >= 0x30 && before <= 0x39) continue;
    const object = reader.latin1(at + head.length, ACTION_CHARS);
    return object.split('endobj', 1)[0] ?? '';
  }
  return '';
}

/** Every stream that can hold objects or files. None is stepped over: what seems to lie inside another may be what a reader uses. */
function judgeStreams(file: FileCase, signs: PdfSigns): void {
  const { reader } = file;
  // Nothing of it can be unpacked without the key; that it is encrypted is a finding of its own.
  if (signs.names.has('Encrypt')) return;
  const holdsFiles = signs.names.has('EmbeddedFile') || signs.names.has('EF');
  let number = 0;
  let brokenLeft = BROKEN_MAX;
  for (let at = reader.find('stream', 0); at >= 0; at = reader.find('stream', at + 6)) {
    const next = reader.u8(at + 6);
    if ((next !== 0x0d && next !== 0x0a) || reader.isAt(at - 3, 'end')) continue;
    const begin = Math.max(0, at - DICTIONARY_BYTES);
    const before = reader.latin1(begin, at - begin);
    const names = namesIn(before.slice(Math.max(before.lastIndexOf('endobj'), before.lastIndexOf(' obj'), 0)));
    const data = at + (next === 0x0d && reader.u8(at + 7) === 0x0a ? 8 : 7);
    number++;
    if (number > STREAMS_MAX) return note(file, 'archive-entries', 'there are too many streams');
    if (!judgeStream(file, { names, data, number, holdsFiles }, signs) && --brokenLeft < 0)
      return note(file, 'unfinished', 'too many of its streams are broken');
  }
}

interface PdfStream {
  readonly names: ReadonlySet<string>;
  readonly data: number;
  readonly number: number;
  readonly holdsFiles: boolean;
}

const isFlate = (names: ReadonlySet<string>): boolean => names.has('FlateDecode') || names.has('Fl');
const OTHER_FILTERS = ['ASCIIHexDecode', 'AHx', 'ASCII85Decode', 'A85', 'LZWDecode', 'LZW', 'RunLengthDecode', 'RL', 'Crypt'];

/** False = it is not what it says. */
function judgeStream(file: FileCase, { names, data, number, holdsFiles }: PdfStream, signs: PdfSigns): boolean {
  const { reader, judging } = file;
  const hasObjects = names.has('ObjStm') || names.has('First');
  const isFile = names.has('EmbeddedFile');
  // Empty pages pack a thousand to one: pictures are shown where something could pretend to be one.
  const isShown = judging.isWatched && (holdsFiles || !names.has('Image'));
  const name = `stream ${number}`;
  if (!(hasObjects || isFile || isShown) || isHidden(file, names, { hasObjects, isFile })) return true;
  if (!isFlate(names)) {
    if (isFile) judgePlainFile(file, name, data);
    return true;
  }
  // zlib's header (RFC 1950 §2.2) says nothing that is needed.
  const member = { name, container: 'pdf', span: [data + 2, reader.size] as const, isPacked: true, bytes: null };
  const opened = openMember(file, member);
  if (opened === null) return false;
  if (hasObjects) collectSigns(readerOf(file, opened.bytes), signs);
  if (isFile) judgeAttached(file, name, opened.bytes);
  return true;
}

/** Filters that nobody uses for objects without a reason. */
function isHidden(
  file: FileCase,
  names: ReadonlySet<string>,
  { hasObjects, isFile }: { hasObjects: boolean; isFile: boolean },
): boolean {
  const isOther = OTHER_FILTERS.some((filter) => names.has(filter));
  if (hasObjects && (isOther || names.has('Predictor'))) note(file, 'active-pdf', 'objects are packed in a way that hides them');
  if (isFile && isOther) note(file, 'archive-opaque', 'a file in it is packed in a way that is not read here');
  return isOther;
}

function judgePlainFile(file: FileCase, name: string, data: number): void {
  const end = file.reader.find('endstream', data);
  const member = {
    name,
    container: 'pdf',
    span: [data, end < 0 ? file.reader.size : end] as const,
    isPacked: false,
    bytes: null,
  };
  const opened = openMember(file, member);
  if (opened !== null) judgeAttached(file, name, opened.bytes);
}

function judgeAttached(file: FileCase, name: string, bytes: FileBytes): void {
  if (mayGoIn(file, true))
    file.judging.judgeInner(file, { name: '', place: placeIn(file, 'pdf', name), container: 'pdf', bytes });
}
