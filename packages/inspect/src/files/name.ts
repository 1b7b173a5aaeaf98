import { extensionOf } from './table.ts';
import type { FileCode } from './types.ts';

const NAME_BYTES_MAX = 255;
const CLEAN_BYTES_MAX = 200;
const CLEAN_EXTENSION_MAX = 16;
/** Names are judged up to here; longer ones are wrong for that alone. */
const JUDGED_CHARS_MAX = 4096;
const PASSES_MAX = 8;
const NAMELESS = 'file';
/** File names that Windows takes for devices, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])(?:[. ]|$)/i;
/**
 * Extensions that servers run where they stand in the middle of a name too (mod_mime, old IIS), and those with which people are made
 * to open a program. Not those that are top-level domains as well: invoices of `example.com` and `example.pl` are many.
 */
const RUNS_INSIDE =
  /\.(?:ph(?:p[0-9]{0,2}|ps|tml?|ar|t)|jspx?|jspf|aspx?|ashx|asmx|ascx|asa|cer|cgi|cfml?|shtml|exe|scr|bat|cmd|pif|vbs|vbe|jse|wsf|hta|msi|lnk|ps1)(?=[.;:\s_%]|$)/i;
const EVERY_RUNS_INSIDE = new RegExp(RUNS_INSIDE.source, 'gi');
const RUNS_AT_ALL = /\.(?:htaccess|htpasswd|user\.ini)$/i;
/** Turn the order of letters, or hide (Unicode TR #36 §3). */
const TURNS = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/;
/** Joiners stand in honest Persian and Indic names and in emoji; other invisible characters do not. */
const HIDDEN = /[\u00ad\u180e\u200b\u2060-\u2064\ufeff\ufff9-\ufffb]/;
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const MARKUP = /<[a-z!/?%]|<\?|["'`]\s{0,4}on[a-z]{3,16}\s{0,4}=|\b(?:java|vb)script:|\$\{[^}]{0,64}:|\{\{/i;

/** Values of fields have no name. */
const NONE: readonly NameFinding[] = [];

export interface NameFinding {
  readonly code: FileCode;
  readonly detail: string;
}

/** What is wrong with the name of a file, or of a member of an archive. */
export function judgeName(name: string): readonly NameFinding[] {
  if (name === '') return NONE;
  const judged = name.slice(0, JUDGED_CHARS_MAX);
  const findings: NameFinding[] = [];
  const escape = escapeOf(judged);
  if (escape !== null) findings.push({ code: 'name-escape', detail: escape });
  const misleads = misleading(judged, name.length);
  if (misleads !== null) findings.push({ code: 'name-double', detail: misleads });
  if (MARKUP.test(judged)) findings.push({ code: 'name-code', detail: 'code stands in the name' });
  return findings;
}

/** Why a path leaves the folder that it is put into (CWE-22); null = it stays. */
export function escapeOf(path: string): string | null {
  if (path.includes('\0')) return 'a NUL ends the name for some programs';
  if (/^[\\/]/.test(path)) return 'the path is absolute';
  if (/^[a-z]:/i.test(path)) return 'the path names a drive';
  return /(?:^|[\\/])\s{0,8}\.\.[\s.]{0,8}(?:[\\/]|$)/.test(path) ? 'the path leaves its folder' : null;
}

function misleading(path: string, length: number): string | null {
  const name = lastPart(path);
  if (TURNS.test(name)) return 'characters of the name turn its order';
  if (CONTROL.test(name) || HIDDEN.test(name)) return 'the name has characters that nobody sees';
  if (length > JUDGED_CHARS_MAX || utf8Bytes(name) > NAME_BYTES_MAX) return 'the name is too long';
  if (/[. ]$/.test(name) && !/^\.{1,2}$/.test(name)) return 'the name ends in a dot or blank, which some systems drop';
  if (DEVICE.test(name)) return 'the name is that of a device';
  if (name.includes(':') || name.includes('%00')) return 'a part of the name is dropped by some systems';
  if (RUNS_AT_ALL.test(name)) return 'the file changes how a server treats its folder';
  const found = RUNS_INSIDE.exec(name);
  const isLast = found !== null && found.index + found[0].length === name.length;
  return found === null || isLast ? null : 'an extension that runs stands before the last one';
}

const lastPart = (path: string): string => path.split(/[\\/]/).findLast((piece) => piece !== '') ?? '';
const utf8Bytes = (text: string): number => new TextEncoder().encode(text).length;

/**
 * A name that may be handed on: the last part of a path, in NFC, without what file systems, shells or readers take for something
 * else. Total and idempotent.
 *
 * @example cleanName('../../x.php.jpg') // 'x_php.jpg'
 */
export function cleanName(name: string): string {
  if (name === '') return NAMELESS;
  let clean = name.slice(-JUDGED_CHARS_MAX);
  // One step may uncover work for another: what is cut away joins what stood beside it.
  for (let pass = 0; pass < PASSES_MAX; pass++) {
    const next = cleanOnce(clean);
    if (next === clean) return clean;
    clean = next;
  }
  return NAMELESS;
}

function cleanOnce(name: string): string {
  const visible = lastPart(name.toWellFormed().normalize('NFC'))
    .replaceAll(/[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u00ad\u180e\u200b\u2060-\u2064\ufeff\ufff9-\ufffb\ufffd]/g, '')
    // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029<>:"|?*;%`$&{}]/g, '_')
    .replaceAll(/^[\s.]+|[\s.]+$/g, '');
  const quiet = visible.replaceAll(EVERY_RUNS_INSIDE, (found, at: number) =>
    at + found.length === visible.length ? found : `_${found.slice(1)}`,
  );
  const short = cut(quiet);
  const free = DEVICE.test(short) ? `_${short}` : short;
  return free === '' ? NAMELESS : free;
}

/** Whole characters up to the limit; a short extension stays. */
function cut(name: string): string {
  if (utf8Bytes(name) <= CLEAN_BYTES_MAX) return name;
  const extension = extensionOf(name);
  const tail = extension !== '' && extension.length <= CLEAN_EXTENSION_MAX ? name.slice(-extension.length - 1) : '';
  const room = CLEAN_BYTES_MAX - utf8Bytes(tail);
  let head = '';
  let bytes = 0;
  for (const character of name.slice(0, name.length - tail.length)) {
    bytes += utf8Bytes(character);
    if (bytes > room) break;
    head += character;
  }
  return head + tail;
}
