import type { FileFinding } from '@holdfast/contract';
import { cleanName, fileType } from '@holdfast/inspect';
import type { FileFamily, FileJudgement, FilePolicy } from '@holdfast/inspect';
import { essence } from '../body/file-type.ts';
import { FIELD_FILES_MAX } from './take/files-in-fields.ts';
import type { RouteUploads } from './route-settings.ts';
import type { Scanners } from './scan/scanners.ts';
import type { TakenBody, TakenFile } from './take/taken-body.ts';
import { UNJUDGED } from './verdict.ts';
import type { SeenFile } from './verdict.ts';

interface Judging {
  readonly scanners: Scanners;
  readonly settings: RouteUploads;
  readonly policy: FilePolicy;
}

/** Of these no file is a container. */
const BARE: ReadonlySet<FileFamily> = new Set<FileFamily>(['image', 'text', 'media', 'font']);

const finding = (code: string, detail: string): FileFinding => ({ code, place: 'file', detail });

/** Every file of a request with what its content, name and size say. Values that turn out to be no file are left out. */
export async function judgeFiles({ files }: TakenBody, judging: Judging): Promise<readonly SeenFile[]> {
  const seen = await Promise.all(files.map((file) => judgeOne(file, judging)));
  const kept = seen.filter((file) => file !== null);
  if (judging.settings.files === 'refuse') noteNotTaken(kept);
  if (kept.length <= judging.settings.filesMax && files.length <= FIELD_FILES_MAX) return kept;
  for (const { findings, file } of kept) {
    if (file.origin !== 'text') findings.unshift(finding('too-many', `more than ${judging.settings.filesMax} files`));
  }
  return kept;
}

/** Said first, because it holds whatever the file is. A field of a form that nobody filled in is no file. */
function noteNotTaken(seen: readonly SeenFile[]): void {
  for (const { file, findings } of seen) {
    const isFile = file.origin !== 'text' && (file.content.size > 0 || file.name !== '');
    if (isFile) findings.unshift(finding('not-taken', 'no files are taken here'));
  }
}

async function judgeOne(file: TakenFile, { scanners, settings, policy }: Judging): Promise<SeenFile | null> {
  // Text in base64 has no type to hold against a list: a signed document, a letter, a key.
  if (file.origin === 'text') return { ...plain(file), findings: [] };
  const findings: FileFinding[] = [];
  if (file.content.size > settings.fileBytesMax) findings.push(finding('too-large', `more than ${settings.fileBytesMax} bytes`));
  const type = file.declaredType === null ? null : claimedType(file.declaredType);
  const judgement = await scanners.judge(file.content, { name: file.name, type }, policy);
  if (judgement === null)
    return { ...plain(file), findings: [...findings, finding(UNJUDGED, 'nobody could look at it in time')] };
  const foundType = judgement.type?.id ?? null;
  // Nobody said that it is a file, and it is none that anybody knows.
  if (file.origin === 'found' && (foundType === null || judgement.type?.family === 'text'))
    // A value that is noise is a key or a token; a whole body of it goes to the application as it is, so scanners see it.
    return foundType === null && file.field !== '' ? null : { ...plain(file), foundType, findings: [] };
  findings.push(...judgement.findings);
  return { file, foundType, name: judgement.name, findings, mayHoldFiles: mayHoldFiles(judgement), scans: [], isReleased: false };
}

const mayHoldFiles = ({ type, findings }: FileJudgement): boolean =>
  findings.length > 0 || type === null || !BARE.has(type.family);

/** `application/octet-stream` says that the sender does not know (RFC 9110 §8.3); nor does a type that is no file's. */
function claimedType(declared: string): string | null {
  const type = essence(declared);
  return type === 'application/octet-stream' || type === 'application/force-download' ? null : type;
}

const plain = (file: TakenFile): Omit<SeenFile, 'findings'> => ({
  file,
  foundType: fileType('txt') !== null && file.origin === 'text' ? 'txt' : null,
  name: cleanName(file.name),
  mayHoldFiles: true,
  scans: [],
  isReleased: false,
});
