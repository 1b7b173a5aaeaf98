import { TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence } from '../types.ts';
import { findHiddenFile } from './request-path.ts';
import { judgeFile } from './file-place.ts';

/** Characters a path needs; a digit, because `0x2e` is a dot to some. */
const PATH =
  TRAIT.slash | TRAIT.backslash | TRAIT.dot | TRAIT.control | TRAIT.percent | TRAIT.nonAscii | TRAIT.colon | TRAIT.digit;
/** Longest value read as a path; the rest of a longer one is a text, not a name. */
const PATH_LENGTH_MAX = 8_192;
const HINT =
  /[\\/]|0x[25]|\.\.|%|\.(?:ini|htaccess|env|git|ssh|sql|bak|tfstate|docker|kube|pgpass|s3cfg)|web-?inf|[^\0-\x7f]|\0/i;
/** Lax spellings of `..` and its slash that survive every standard decoder; each stands for one known reader. */
const DISGUISED_DOTS =
  /(?:0x2e){2}|\.\?\W|\?\.\W|%(?:25)?2e|\.[^\P{Cc}\r\n\t]|\.[\r\n\t]{1,2}[./\\]|(?:\/\.){2,16}[\\/{\w]|(?:\.{3,16}[\\/]){2}|\.{3}[\\/]\.[\\/]|[\\/]\.{3,16}[\\/]\.{2,16}|\.%00|\.{2,16}(?:0x[25][fc]|%\w\w|[\u0080-\u00ff\u2000-\uffff])|[\xc0\xc1\xe0\xf0\xf8\xfc]\W?\.|\^\W?\^/iu;
/** Dots and slashes in the hexadecimal of databases: no honest value joins them. */
const HEX_DOTS = /0x(?:5c|2f)(?:0x2e\.|\.0x2e|(?:0x2e){2})|(?:0x2e\.|\.0x2e|(?:0x2e){2})(?:[/\\]|0x(?:5c|2f))/i;
const LONG_DOTS = /(?:^|[\\/])\.{4,}(?:[\w{\\/]|$)|[\\/]\.{3}[\w{]/;
/** `../folder/file.ext` and nothing else, as the value of a download or template parameter. */
const SIBLING_FILE = /^\.\.(?:\/[\w-]{1,64}){1,8}\.(?<ending>\w{1,8})$/u;
/** A picture, sheet or script, by a relative address as pages have them. */
const SHOWN_FILE =
  /^(?:\.\.\/){1,3}(?:[\w@-]{1,64}\/){0,8}[\w@.-]{1,64}\.(?:css|js|mjs|map|png|jpe?g|gif|svg|webp|avif|ico|woff2?|ttf|mp[34]|webm)$/i;
/** What pages and style sheets name by a relative address themselves. */
const WEB_ENDINGS = new Set(
  'css js mjs map html htm md png jpg jpeg gif svg webp avif ico woff woff2 ttf mp3 mp4 webm pdf'.split(' '),
);
const FILLED_SEGMENT_MIN = 128;
const PROSE_WORDS_MIN = 3;
/** How far the names of neighbours in code and pages climb; further up is nothing that is theirs. */
const RELATIVE_DEPTH_MIN = -3;

/** Resolves a value as a path of every convention and asks where it leads (CWE-22). */
export function detectTraversal(input: DetectInput): readonly Evidence[] {
  const { value } = input;
  if (!HINT.test(value)) return [];
  const text = value.length > PATH_LENGTH_MAX ? value.slice(0, PATH_LENGTH_MAX) : value;
  const found: Evidence[] = [];
  const isProse = countBlanks(text) >= PROSE_WORDS_MIN;
  const sensitive = judgeFile(text, { isProse, location: input.location, name: input.name });
  if (sensitive !== undefined) found.push(sensitive);
  const hidden = input.location === 'path' && input.name === '' ? findHiddenFile(text) : undefined;
  if (hidden !== undefined) found.push(hidden);
  if (text.includes('\0')) found.push(judgeNull(text, isProse));
  if (isProse) return found;
  const escape = judgeEscape(text, input.location);
  if (escape !== undefined) found.push(escape);
  const disguise = judgeDisguise(text);
  if (disguise !== undefined) found.push(disguise);
  return found;
}

function countBlanks(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length && count <= PROSE_WORDS_MIN; i++) {
    if (text.charCodeAt(i) === 32 && /[\p{L}\d]/u.test(text.charAt(i + 1))) count++;
  }
  return count;
}

function judgeNull(text: string, isProse: boolean): Evidence {
  const at = text.indexOf('\0');
  // `[^\0-\x7f]` is a class of a regular expression, and a listing of code is no name either.
  const isName = !isProse && /[\\/.]/.test(text) && !/\0-\W|[[^]\0/.test(text) && !isLines(text);
  return { rule: 'traversal.null', confidence: isName ? 0.92 : 0.6, span: [at, at + 1], why: 'a null byte cuts the name' };
}

/** Text behind a line break that is neither its end nor a way on: names have one line. */
function isLines(text: string): boolean {
  return /\n[ \t]{0,32}[^\s./\\]/.test(text);
}

/** Walks the segments and notes how far they climb above their start. */
function judgeEscape(text: string, location: DetectInput['location']): Evidence | undefined {
  // NFKC makes two full stops of either leader (UAX 15).
  const path = text.replaceAll('\\', '/').replaceAll(/[\u2025\ufe30]/g, '..');
  const start = path.startsWith('/') ? 1 : 0;
  let depth = 0;
  let lowest = 0;
  let climbs = 0;
  for (const segment of path.slice(start).split('/')) {
    // Windows drops blanks at the end of a name, Servlet containers drop parameters (CWE-22, CWE-46).
    const name = (segment.split(';', 1)[0] ?? '').trim();
    if (name === '..') {
      climbs++;
      depth--;
      lowest = Math.min(lowest, depth);
    } else if (name !== '' && name !== '.') depth++;
  }
  if (climbs === 0) return undefined;
  // No link of a page is written with backslashes; a compiler's message goes on after the name.
  const isWindows = lowest < 0 && !/\s/.test(text.trim()) && /^[.\\]{0,8}\.\.\\\w/.test(text);
  const confidence = isWindows ? 0.91 : rateClimb(path, { lowest, climbs, isRooted: start === 1, location });
  const at = path.indexOf('..');
  return {
    rule: 'traversal.escape',
    confidence,
    span: [at, Math.min(at + 2, text.length)],
    why: `the path climbs ${String(climbs)} levels`,
  };
}

interface Climb {
  lowest: number;
  climbs: number;
  isRooted: boolean;
  location: DetectInput['location'];
}

function rateClimb(path: string, { lowest, climbs, isRooted, location }: Climb): number {
  if (lowest >= RELATIVE_DEPTH_MIN && location !== 'path' && location !== 'file-name' && isRelativeName(path)) return 0.5;
  if (lowest <= -2) return 0.94;
  if ((lowest === -1 && isRooted) || climbs >= 3) return 0.91;
  if (lowest === -1 && path.includes('/../', 1)) return 0.9;
  // An uploaded file has no folder to leave (RFC 7578 §4.2).
  if (location === 'file-name') return 0.93;
  return location === 'query' && namesSiblingFile(path) ? 0.91 : 0.5;
}

/** A picture of a page by its relative address, or the name of a neighbour in a line of code, markup or a message. */
function isRelativeName(path: string): boolean {
  const head = path.slice(0, path.indexOf('..'));
  // A word and then a quote, a bracket or a blank right before the dots; a slash there would make it a folder.
  const isQuoted = /[a-z]/i.test(head) && /[\s"'`(<=]$/.test(head);
  return isQuoted || /[:,)] [a-z]/i.test(path) || SHOWN_FILE.test(path);
}

/** One step up and down into a folder beside it: a page asks for a document by its name, never by such a way to it. */
function namesSiblingFile(path: string): boolean {
  const ending = SIBLING_FILE.exec(path)?.groups?.['ending'];
  return ending !== undefined && !WEB_ENDINGS.has(ending.toLowerCase());
}

function judgeDisguise(text: string): Evidence | undefined {
  const match = HEX_DOTS.exec(text) ?? DISGUISED_DOTS.exec(text) ?? LONG_DOTS.exec(text);
  if (match !== null && /[\w{]/.test(text)) {
    const isRepeated = text.indexOf(match[0].slice(0, 2), match.index + match[0].length) >= 0 || match[0].length > 4;
    const confidence = HEX_DOTS.test(text) ? 0.93 : LONG_DOTS.test(text) || isRepeated ? 0.91 : 0.5;
    return {
      rule: 'traversal.disguised',
      confidence,
      span: [match.index, match.index + match[0].length],
      why: 'dot segments are written in a disguised form',
    };
  }
  return judgeFilled(text);
}

/**
 * A path of endlessly repeated dots and separators pushes the real name past a length limit (CWE-22, path truncation). Letters
 * and digits in a row are a long name, which normalising does not make vanish, unless dots follow that are no ending.
 */
function judgeFilled(text: string): Evidence | undefined {
  if (text.length < FILLED_SEGMENT_MIN || !/^[\\/.]/.test(text)) return undefined;
  let run = 1;
  let same = 1;
  for (let i = 3; i < text.length; i++) {
    const repeats = text[i] === text[i - 1] || (text[i] === text[i - 2] && text[i - 1] === text[i - 3]);
    run = repeats && !/[a-z0-9]/iu.test(text.charAt(i)) ? run + 1 : 1;
    const isDots = same >= FILLED_SEGMENT_MIN && text.startsWith('..', i);
    if (run >= FILLED_SEGMENT_MIN || isDots)
      return { rule: 'traversal.disguised', confidence: 0.91, span: [0, i], why: 'the path is filled up to a length limit' };
    same = text[i] === text[i - 1] ? same + 1 : 1;
  }
  return undefined;
}

export const traversal: Detector = { group: 'traversal', needs: PATH, detect: detectTraversal };
