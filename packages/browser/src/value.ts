import type { PageRun, PageValue, SchemaReason } from '@holdfast/contract';

const SCANNED_CHARS_MAX = 4096;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu;
const DATE = /^\d{4}-\d{2}-\d{2}$/u;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:\d{2})?$/u;
const ATOM = /^[\w!#$%&'*+\-/=?^`{|}~.\p{L}\p{M}\u200C\u200D]+$/u;
const LABELS = /^[A-Za-z0-9.\-\p{L}\p{M}\u200C\u200D]+$/u;
// Without `u`, where a long s would count as an s.
const WEB_ADDRESS = /^https?:\/\/[^\0- "<>\\\u007f]+$/i;

/** What is wrong with one value, or null. Reads as the gateway reads: leading zeros are numbers, a blank field is none. */
export function faultOf(value: PageValue, text: string): SchemaReason | null {
  const { format } = value;
  if (text === '' || (text === 'null' && value.points !== true)) return value.filled === true ? 'empty' : null;
  const misfit = typeFault(value, text);
  if (misfit !== null) return misfit;
  if (!isOfLength(value, text)) return 'length';
  if (format !== undefined && !isOfFormat(format, text)) return 'format';
  if (value.word === true && !/[\d\p{L}]/u.test(text.slice(0, SCANNED_CHARS_MAX + 1))) return 'word';
  return value.pattern === undefined || value.pattern.some((runs) => readsWhole(runs, text)) ? null : 'pattern';
}

function isOfLength({ minLength = 0, maxLength = Infinity, points }: PageValue, text: string): boolean {
  const length = points === true ? Array.from(text).length : text.length;
  return length >= minLength && length <= maxLength;
}

function typeFault({ type, minimum = -Infinity, maximum = Infinity }: PageValue, text: string): SchemaReason | null {
  if (type === undefined) return null;
  if (type === 'boolean') return text === 'true' || text === 'false' ? null : 'type';
  const form = type === 'integer' ? /^-?\d{1,15}$/u : /^-?\d{1,15}(?:\.\d{1,15})?$/u;
  if (!form.test(text)) return 'type';
  const number = Number(text);
  return number < minimum || number > maximum ? 'range' : null;
}

function isOfFormat(format: NonNullable<PageValue['format']>, text: string): boolean {
  switch (format) {
    case 'uuid':
      return UUID.test(text);
    case 'date':
      return DATE.test(text);
    case 'date-time':
      return DATE_TIME.test(text);
    case 'email':
      return isEmail(text);
    case 'uri':
      return text.length <= 2048 && WEB_ADDRESS.test(text);
    default:
      // A newer gateway knows more formats than this script: it is the one that judges them.
      return format satisfies never;
  }
}

/** RFC 5321 in its common form, letters of any script (RFC 6531). */
function isEmail(text: string): boolean {
  const at = text.indexOf('@');
  if (text.length > 254 || at < 1 || at > 64) return false;
  return [text.slice(0, at), text.slice(at + 1)].every(
    (part, index) => (index === 0 ? ATOM : LABELS).test(part) && !part.startsWith('.') && !part.endsWith('.'),
  );
}

/** Each run takes as much as it can and gives nothing back: one pass, whatever the text (CWE-1333). */
function readsWhole(runs: readonly PageRun[], text: string): boolean {
  let at = 0;
  for (const [pairs, groups, min, max] of runs) {
    let count = 0;
    while (count < max && at < text.length) {
      const point = text.codePointAt(at) ?? 0;
      if (!holds(pairs, groups, point)) break;
      at += point > 0xffff ? 2 : 1;
      count++;
    }
    if (count < min) return false;
  }
  return at === text.length;
}

function holds(pairs: string, groups: string, point: number): boolean {
  const points = Array.from(pairs);
  for (let i = 0; i < points.length; i += 2) {
    const first = points[i]?.codePointAt(0) ?? 0;
    const last = points[i + 1]?.codePointAt(0) ?? 0;
    if (point >= first && point <= last) return true;
  }
  return point > 127 && groups !== '' && groups.includes(groupOf(point));
}

function groupOf(point: number): string {
  const character = String.fromCodePoint(point);
  if (/\p{L}/u.test(character)) return 'L';
  if (/[\p{M}\u200C\u200D]/u.test(character)) return 'M';
  return point < 160 ? '-' : 'S';
}
