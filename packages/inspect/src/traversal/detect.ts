import { hasAny, TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence } from '../types.ts';
import { findSensitiveFile, foldSeparators } from './sensitive.ts';

/** Characters a path needs. */
const PATH = TRAIT.slash | TRAIT.backslash | TRAIT.dot | TRAIT.control | TRAIT.percent | TRAIT.nonAscii | TRAIT.colon;
/** Longest value read as a path; the rest of a longer one is a text, not a name. */
const PATH_LENGTH_MAX = 8_192;
const HINT = /[\\/]|0x[25]|\.\.|%|\.(?:ini|htaccess|env|git|ssh)|web-?inf|[^\0-\x7f]|\0/i;
const WRAPPER =
  /^[\s"'(]{0,4}(?:php|file|expect|zip|phar|glob|compress\.\w{2,6}|zlib|rar|ogg|ssh2|netdoc|jar|dict|gopher|ldap|tftp|view-source|local_file):\/{0,3}\S/i;
const SAFE_SCHEMES = /^\s{0,4}(?:ldap|jar|dict|zip|ogg):(?!\/)/i;
/** Lax spellings of `..` and its slash that survive every standard decoder; each stands for one known reader. */
const DISGUISED_DOTS =
  /(?:0x2e){2}|\.\?\W|\?\.\W|%(?:25)?2e|\.\p{Cc}\.|\.\p{Cc}|(?:\/\.){2,}[\\/{\w]|(?:\.{3,}[\\/]){2}|[\\/]\.{3,}[\\/]\.{2,}|\.%00|\.{2,}(?:0x[25][fc]|%\w\w|[\u0080-\u00ff\u2000-\uffff])|[\xc0\xc1\xe0\xf0\xf8\xfc]\W?\.|\^\W?\^/iu;
const LONG_DOTS = /(?:^|[\\/])\.{4,}(?:[\w{\\/]|$)|(?:^|[\\/])\.{3}[\w{]/;
/** `../folder/file.ext` and nothing else, as the value of a download or template parameter. */
const SIBLING_FILE = /^\.\.(?:\/[\w-]{1,64}){1,8}\.(?<ending>\w{1,8})$/u;
/** What pages and style sheets name by a relative address themselves. */
const WEB_ENDINGS = new Set(
  'css js mjs map html htm md png jpg jpeg gif svg webp avif ico woff woff2 ttf mp3 mp4 webm pdf'.split(' '),
);
const FILLED_SEGMENT_MIN = 128;
const PROSE_WORDS_MIN = 3;

/** Resolves a value as a path of every convention and asks where it leads (CWE-22). */
export function detectTraversal(input: DetectInput): readonly Evidence[] {
  const { value, traits } = input;
  if (!HINT.test(value)) return [];
  const text = value.length > PATH_LENGTH_MAX ? value.slice(0, PATH_LENGTH_MAX) : value;
  const found: Evidence[] = [];
  const isProse = countBlanks(text) >= PROSE_WORDS_MIN;
  const sensitive = judgeSensitive(text, { isProse, location: input.location });
  if (sensitive !== undefined) found.push(sensitive);
  const wrapper = WRAPPER.exec(text);
  if (wrapper !== null && !SAFE_SCHEMES.test(text)) {
    found.push({
      rule: 'traversal.wrapper',
      confidence: isProse ? 0.5 : 0.93,
      span: [0, wrapper[0].length],
      why: 'the value is an address of a server-side stream',
    });
  }
  if (text.includes('\0')) found.push(judgeNull(text));
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

function judgeNull(text: string): Evidence {
  const at = text.indexOf('\0');
  const isName = /[\\/.]/.test(text);
  return { rule: 'traversal.null', confidence: isName ? 0.92 : 0.6, span: [at, at + 1], why: 'a null byte cuts the name' };
}

function judgeSensitive(text: string, context: { isProse: boolean; location: DetectInput['location'] }): Evidence | undefined {
  const file = findSensitiveFile(text);
  if (file === undefined) return undefined;
  const before = text.slice(0, file.start);
  const climbs = /(?:\.\.|%2e|0x2e|\?\.|\.\?|[^\0-\x7f])[^\w\s]{0,24}$/i.test(before) || before.includes('..');
  // Two or more signs and no letter before the name: whatever decoder they are meant for, they stand for a way there.
  const isNoise = before.length > 1 && !/[a-z\s]/.test(foldSeparators(before));
  const isRooted =
    /^["'\s]?(?:[a-z]:|[\\/]|\.|~|%\w+%)?[\\/]{0,4}$/i.test(before) && /[\\/]/.test(text) && !/\s/.test(text.trim());
  const confidence =
    climbs || isNoise
      ? 0.96
      : context.isProse
        ? 0.3
        : isRooted || context.location === 'path' || before === ''
          ? rateRooted(text, file)
          : 0.5;
  return { rule: 'traversal.sensitive', confidence, span: [file.start, file.end], why: `the value leads to ${file.name}` };
}

/** Without dot segments only an absolute name counts, and only when the value is nothing but that name. */
function rateRooted(text: string, file: { end: number }): number {
  const after = text.slice(file.end);
  return /^[\w./\\:;?%\0-]*$/.test(after) ? 0.92 : 0.5;
}

/** Walks the segments and notes how far they climb above their start. */
function judgeEscape(text: string, location: DetectInput['location']): Evidence | undefined {
  const path = text.replaceAll('\\', '/');
  const start = path.startsWith('/') ? 1 : 0;
  let depth = 0;
  let lowest = 0;
  let climbs = 0;
  for (const segment of path.slice(start).split('/')) {
    const name = segment.split(';', 1)[0] ?? '';
    if (name === '..') {
      climbs++;
      depth--;
      lowest = Math.min(lowest, depth);
    } else if (name !== '' && name !== '.') depth++;
  }
  if (climbs === 0) return undefined;
  const confidence = rateClimb(path, { lowest, climbs, isRooted: start === 1, location });
  const at = path.indexOf('..');
  return { rule: 'traversal.escape', confidence, span: [at, at + 2], why: `the path climbs ${String(climbs)} levels` };
}

interface Climb {
  lowest: number;
  climbs: number;
  isRooted: boolean;
  location: DetectInput['location'];
}

function rateClimb(path: string, { lowest, climbs, isRooted, location }: Climb): number {
  if (lowest <= -2) return 0.94;
  if ((lowest === -1 && isRooted) || climbs >= 3) return 0.91;
  if (lowest === -1 && path.includes('/../', 1)) return 0.9;
  return location === 'query' && namesSiblingFile(path) ? 0.91 : 0.5;
}

/** One step up and down into a folder beside it: a page asks for a document by its name, never by such a way to it. */
function namesSiblingFile(path: string): boolean {
  const ending = SIBLING_FILE.exec(path)?.groups?.['ending'];
  return ending !== undefined && !WEB_ENDINGS.has(ending.toLowerCase());
}

function judgeDisguise(text: string): Evidence | undefined {
  const match = DISGUISED_DOTS.exec(text) ?? LONG_DOTS.exec(text);
  if (match !== null && /[\w{]/.test(text)) {
    const isRepeated = text.indexOf(match[0].slice(0, 2), match.index + match[0].length) >= 0 || match[0].length > 4;
    const confidence = LONG_DOTS.test(text) || isRepeated ? 0.91 : 0.5;
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
 * and digits in a row are a long name: normalising does not make them vanish.
 */
function judgeFilled(text: string): Evidence | undefined {
  if (text.length < FILLED_SEGMENT_MIN || !/^[\\/.]/.test(text)) return undefined;
  let run = 1;
  for (let i = 3; i < text.length; i++) {
    const repeats = text[i] === text[i - 1] || (text[i] === text[i - 2] && text[i - 1] === text[i - 3]);
    run = repeats && !/[a-z0-9]/iu.test(text.charAt(i)) ? run + 1 : 1;
    if (run >= FILLED_SEGMENT_MIN)
      return { rule: 'traversal.disguised', confidence: 0.91, span: [0, i], why: 'the path is filled up to a length limit' };
  }
  return undefined;
}

export const traversal: Detector = { group: 'traversal', needs: PATH, detect: detectTraversal };
