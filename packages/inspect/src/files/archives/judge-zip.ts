import { note, placeIn, type FileCase, type Shape } from '../case.ts';
import { judgeDocumentMember, documentId, isDocument } from '../documents/package.ts';
import { judgeName } from '../name.ts';
import { linkLeaves } from './links.ts';
import type { Unpacked } from '../bytes/unpacked.ts';
import { countMember, mayGoIn, openMember, readerOf } from './unpack.ts';
import { layoutOf, readZip, type ZipDirectory, type ZipEntry } from './zip.ts';

const STORED = 0;
const DEFLATED = 8;
const SMALL_BYTES = 1_048_576;
const LINK_BYTES_MAX = 4096;

/** Judges a ZIP archive and everything in it, as what it is: a document, a program or an archive. Null = it is none. */
export function judgeZip(file: FileCase): Shape | null {
  const { reader, judging } = file;
  const directory = readZip(reader, Math.max(1, judging.entriesLeft + 1));
  if (directory === null) return null;
  const id = documentId(reader, directory.entries);
  const shape: Shape = { id, end: directory.end.end, fault: directory.fault };
  const isSafe = judgeLayout(file, directory);
  if (!isSafe || !mayGoIn(file, isDocument(id))) return shape;
  const seen = new Set<string>();
  for (const entry of directory.entries) {
    if (!countMember(file)) break;
    if (seen.has(entry.name)) note(file, 'structure-broken', 'two members have one name');
    seen.add(entry.name);
    if (hasTwoNames(entry)) note(file, 'structure-broken', 'a member has two names');
    judgeEntry(file, entry, id);
  }
  return shape;
}

/** False = unpacking would do the harm that was found. */
function judgeLayout(file: FileCase, directory: ZipDirectory): boolean {
  const { limits } = file.judging.policy;
  const { overlaps, gap, prefixBytes } = layoutOf(file.reader, directory);
  if (prefixBytes > 0 && !(prefixBytes === 4 && file.reader.isAt(0, 'PK00')))
    note(file, 'polyglot', 'something else stands before the archive');
  if (gap === 'member') note(file, 'structure-broken', 'a member is not in the directory');
  if (gap === 'data') note(file, 'trailing-data', 'octets between members belong to none of them');
  if (overlaps) note(file, 'archive-bomb', 'members share their octets');
  let declared = 0;
  for (const { bytes, packedBytes } of directory.entries) {
    declared += Math.max(0, bytes);
    if (bytes > SMALL_BYTES && bytes > limits.ratioMax * Math.max(1, packedBytes)) declared = Number.POSITIVE_INFINITY;
  }
  const isBomb = declared > limits.unpackedBytesMax;
  if (isBomb) note(file, 'archive-bomb', 'it says of itself that it unpacks to more than is allowed');

  return !overlaps && !isBomb;
}

/** A second name is there for letters that the first cannot write; of ASCII it must be the same. */
function hasTwoNames({ name, otherName }: ZipEntry): boolean {
  if (otherName === null || otherName === name) return false;
  return !/[^ -~]/.test(name) || judgeName(otherName).length > 0;
}

function judgeEntry(file: FileCase, entry: ZipEntry, id: string): void {
  const { name, method, data, packedBytes } = entry;
  const place = placeIn(file, id, name);
  const told = (code: 'archive-encrypted' | 'archive-opaque', detail: string): void =>
    file.judging.notes.add({ code, place, detail });
  if (entry.isEncrypted) return told('archive-encrypted', 'a member is encrypted');
  if (data < 0) return;
  if (method !== STORED && method !== DEFLATED)
    return told('archive-opaque', 'a member is packed in a way that is not read here');

  const span = [data, data + packedBytes] as const;

  const opened = openMember(file, { name, container: id, span, isPacked: method === DEFLATED, bytes: entry.bytes });
  if (opened === null) return;
  if (!isWhole(entry, opened))
    file.judging.notes.add({ code: 'structure-broken', place, detail: 'a member is not what the archive says of it' });
  const reader = readerOf(file, opened.bytes);
  if (!entry.isLink) {
    judgeDocumentMember(file, { id, name, place, reader });
    file.judging.judgeInner(file, { name, place, container: id, bytes: opened.bytes });
  } else if (linkLeaves(name, new TextDecoder().decode(reader.read(0, LINK_BYTES_MAX))))
    file.judging.notes.add({ code: 'name-escape', place, detail: 'a link leads out of the archive' });
}

/** The checksum of a stored member is not computed: there is only one reading of octets that lie as they are. */
function isWhole({ method, crc, bytes, data, packedBytes }: ZipEntry, opened: Unpacked): boolean {
  return opened.bytes.size === bytes && (method === STORED || (opened.crc === crc && opened.end === data + packedBytes));
}
