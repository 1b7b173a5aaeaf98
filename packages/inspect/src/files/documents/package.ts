import type { Reader } from '../bytes/reader.ts';
import type { FileCase } from '../case.ts';
import type { ZipEntry } from '../archives/zip.ts';
import { judgeOfficeMember } from './office.ts';
import { judgeOpenDocumentMember } from './opendocument.ts';

const MIMETYPE_BYTES_MAX = 128;
const CONTENT_TYPES = '[Content_Types].xml';
/** ISO/IEC 29500-2: by the folder of the main part. */
const BY_FOLDER: readonly (readonly [folder: string, plain: string, macro: string])[] = [
  ['word/', 'docx', 'docm'],
  ['xl/', 'xlsx', 'xlsm'],
  ['ppt/', 'pptx', 'pptm'],
];
/** By the first member of OpenDocument and EPUB files, which is stored (OpenDocument 1.3 part 2 §3.3). */
const BY_MIMETYPE: readonly (readonly [type: RegExp, id: string])[] = [
  [/^application\/vnd\.oasis\.opendocument\.text(?:-template)?$/, 'odt'],
  [/^application\/vnd\.oasis\.opendocument\.spreadsheet(?:-template)?$/, 'ods'],
  [/^application\/vnd\.oasis\.opendocument\.presentation(?:-template)?$/, 'odp'],
  [/^application\/epub\+zip$/, 'epub'],
];

const DOCUMENTS: ReadonlySet<string> = new Set('docx xlsx pptx docm xlsm pptm odt ods odp epub jar apk'.split(' '));
export const isDocument = (id: string): boolean => DOCUMENTS.has(id);

/** What a ZIP archive is, by its members. */
export function documentId(reader: Reader, entries: readonly ZipEntry[]): string {
  const names = new Set(entries.map(({ name }) => name));
  if (names.has(CONTENT_TYPES)) return officeId(names);
  if (names.has('AndroidManifest.xml')) return 'apk';
  const [first] = entries;
  if (first?.name === 'mimetype' && first.method === 0 && first.data >= 0) {
    const type = reader.latin1(first.data, Math.min(first.packedBytes, MIMETYPE_BYTES_MAX)).trim();
    const found = BY_MIMETYPE.find(([shape]) => shape.test(type));
    if (found !== undefined) return found[1];
  }
  return names.has('META-INF/MANIFEST.MF') ? 'jar' : 'zip';
}

function officeId(names: ReadonlySet<string>): string {
  const all = [...names];
  for (const [folder, plain, macro] of BY_FOLDER)
    if (all.some((name) => name.startsWith(folder)))
      return all.some((name) => /(?:^|\/)vbaProject\.bin$/i.test(name)) ? macro : plain;
  return 'zip';
}

export interface DocumentMember {
  /** Id of the document. */
  readonly id: string;
  readonly name: string;
  readonly place: string;
  readonly reader: Reader;
}

/** What a member means to the program that opens the document; what it is by itself is judged besides. */
export function judgeDocumentMember(file: FileCase, member: DocumentMember): void {
  if (/^(?:doc|xls|ppt)[xm]$/.test(member.id)) judgeOfficeMember(file, member);
  else if (/^od[tsp]$/.test(member.id)) judgeOpenDocumentMember(file, member);
}
