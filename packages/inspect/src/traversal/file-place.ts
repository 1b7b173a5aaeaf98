import type { DetectInput, Evidence } from '../types.ts';
import { COMMON_FOLDERS, ROOT_FOLDERS, SERVER_FOLDERS } from './files.ts';
import { findPersonalFile, findSensitiveFile, foldSeparators, type SensitiveFile } from './sensitive.ts';

const WAY_CHARS_MAX = 512;
/** A line of a program that names its neighbour. */
const IMPORT = /^\s{0,8}(?:import|export)\s[^'"]{1,512}\bfrom\s{0,4}['"][./]{1,64}/;
/** Names that change how a server treats the folder they lie in; any other name of an upload is the visitor's own affair. */
const SERVER_SETTINGS = /^\.|^(?:web\.config|php\.ini)$/;

interface Place {
  isProse: boolean;
  location: DetectInput['location'];
  name: string;
}

/** A sensitive file, weighed by the way that leads to it (CWE-22, CWE-538). */
export function judgeFile(text: string, place: Place): Evidence | undefined {
  const file = findSensitiveFile(text);
  if (file === undefined) return place.isProse ? undefined : judgePlace(text, place);
  const confidence = rateFile(text, { file, ...place });
  if (confidence === undefined) return place.isProse ? undefined : judgePlace(text, place);
  return { rule: 'traversal.sensitive', confidence, span: [file.start, file.end], why: `the value leads to ${file.name}` };
}

function rateFile(text: string, place: Place & { file: SensitiveFile }): number | undefined {
  const { file, isProse, location, name } = place;
  const before = text.slice(0, file.start);
  if (file.isWeak) return !isProse && /\.\.[\\/]/.test(before) && !IMPORT.test(before) ? 0.93 : undefined;
  if (leadsThere(before, isProse)) return 0.96;
  // Browsers and their kin never name a file of the server in their own description.
  if (location === 'header' && name === 'user-agent' && /[\\/]/.test(text)) return 0.94;
  return isProse ? 0.3 : ratePlain(text, { before, ...place });
}

/** In a text of words a way is what stands without a blank before its end. */
function wayTo(before: string): string {
  let at = before.length;
  const first = Math.max(0, at - WAY_CHARS_MAX);
  while (at > first && !/[\s"'<>=`]/.test(before.charAt(at - 1))) at--;
  return before.slice(at);
}

/** Dot segments before the name, in whatever spelling. */
function leadsThere(before: string, isProse: boolean): boolean {
  if ((isProse ? wayTo(before) : before).includes('..') || /(?:%2e|0x2e|\?\.|\.\?|[^\0-\x7f\s])[^\w\s]{0,24}$/i.test(before))
    return true;
  // Two or more signs and no letter before the name: whatever decoder they are meant for, they stand for a way there.
  return before.length > 1 && !/[a-z\s]/.test(foldSeparators(before));
}

function ratePlain(
  text: string,
  { before, file, location }: { before: string; file: SensitiveFile; location: DetectInput['location'] },
): number | undefined {
  if (location === 'file-name' && before === '' && !SERVER_SETTINGS.test(file.name)) return undefined;
  const slash = file.name.indexOf('/');
  const folder = slash < 0 ? '' : file.name.slice(0, slash);
  if (COMMON_FOLDERS.has(folder) && !isAtRoot(before, { folder, location })) return undefined;
  return before === '' || location === 'path' || isWholePath(text, { before, file }) ? rateRooted(text, file) : 0.5;
}

/** At the root of a disk: after a drive, or after the one slash before a folder every Unix system has. */
function isAtRoot(before: string, { folder, location }: { folder: string; location: DetectInput['location'] }): boolean {
  if (/^["'\s]?[a-z]:[\\/]{0,4}$/i.test(before)) return true;
  if (folder === 'windows') return before !== '' || location === 'path';
  if (location === 'path') return SERVER_FOLDERS.has(folder);
  return ROOT_FOLDERS.has(folder) && /^["'\s]?[\\/]{1,4}$/.test(before);
}

/** A hidden name counts at the end of any path; a plain one only at the root of one. */
function isWholePath(text: string, { before, file }: { before: string; file: SensitiveFile }): boolean {
  if (!/[\\/]/.test(text) || /\s/.test(text.trim())) return false;
  if (/^["'\s]?(?:[a-z]:|[\\/]|\.|~|%\w+%)?[\\/]{0,4}$/i.test(before)) return true;
  return file.name.startsWith('.') && /^[\w.\\/:@~-]*[\\/]$/.test(before) && !before.includes('//');
}

/** Names of no list, in folders that hold nothing for visitors. */
function judgePlace(text: string, { location }: Place): Evidence | undefined {
  if (location === 'header') return undefined;
  const span = findPersonalFile(text) ?? (location === 'path' ? undefined : systemFolder(text));
  if (span === undefined) return undefined;
  return { rule: 'traversal.sensitive', confidence: 0.91, span, why: 'the value is a path in a folder of the system' };
}

function systemFolder(text: string): readonly [number, number] | undefined {
  const match =
    /^["'\s]?(?:\/(?:etc|proc)\/{1,4}[\w@.-]|\/sys\/(?:class|kernel|firmware|devices|fs)\b|[a-z]:[\\/]{1,4}(?:windows|winnt|inetpub)[\\/])[^\s]{0,512}$/i.exec(
      text,
    );
  return match === null ? undefined : [0, match[0].length];
}

/** Without dot segments only an absolute name counts, and only when the value is nothing but that name. */
function rateRooted(text: string, file: { end: number }): number {
  const after = text.slice(file.end);
  return /^[\w./\\:;?%\0-]*$/.test(after) ? 0.92 : 0.5;
}
