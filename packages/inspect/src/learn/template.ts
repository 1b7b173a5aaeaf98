import { LEARN_LIMITS } from './limits.ts';

/** Places in a path whose value changes from request to request. */
export const SEGMENT_KINDS = ['number', 'uuid', 'date', 'id', 'name'] as const;
export type SegmentKind = (typeof SEGMENT_KINDS)[number];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu;
const DATE = /^\d{4}-\d{2}(?:-\d{2})?$/u;
const DIGITS = /^\d{1,20}$/u;
const TOKEN = /^[A-Za-z0-9_-]{1,128}$/u;
/** From this length on letters mixed with digits are an identifier, not a word with a version. */
const TOKEN_CHARS_MIN = 12;
const HEX = /^[0-9a-fA-F]{8,128}$/u;
const SLUG_DIGITS_MIN = 3;
const EXTENSION = /^[a-z0-9]{1,8}$/u;

/** The kind of a segment that is plainly a value; null for what may be a word of the application. */
export function segmentKind(segment: string): SegmentKind | null {
  const { length } = segment;
  if (length > LEARN_LIMITS.segmentCharsMax) return 'name';
  // Mailboxes, handles and words of people, which stand in a canonical path with their escapes.
  if (segment.includes('@') || segment.includes('%')) return 'name';
  if (DIGITS.test(segment)) return 'number';
  if (length === 36 && UUID.test(segment)) return 'uuid';
  if (length <= 10 && DATE.test(segment)) return 'date';
  return TOKEN.test(segment) ? tokenKind(segment) : null;
}

function tokenKind(segment: string): SegmentKind | null {
  const { length } = segment;
  const digits = countDigits(segment);
  if (digits === 0 || digits === length) return null;
  if (HEX.test(segment) && digits * 5 >= length) return 'id';
  // A slug with a number in it, such as an article's; `v2` and `oauth2` stay words.
  return length >= TOKEN_CHARS_MIN && digits >= SLUG_DIGITS_MIN ? 'id' : null;
}

function countDigits(text: string): number {
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) digits++;
  }
  return digits;
}

/** Ending of a file name with its dot, or an empty string. Files of one ending are siblings of each other only. */
export function extensionOf(segment: string): string {
  const dot = segment.lastIndexOf('.');
  const extension = dot > 0 ? segment.slice(dot + 1).toLowerCase() : '';
  return EXTENSION.test(extension) ? `.${extension}` : '';
}

/** Braces cannot stand in a canonical path, so a template is never mistaken for a path. */
export const placeholder = (kind: SegmentKind, extension = ''): string => `{${kind}}${extension}`;

/** Which siblings have been folded into one place, and which of them kept their names. */
export interface Folding {
  /** `parent` + space + ending. */
  folded: Set<string>;
  /** `parent/segment`. */
  kept: Set<string>;
}

/**
 * Turns a canonical path into the route it belongs to; null when it is too deep to be one.
 *
 * @example templateOf('/orders/1234', { folded: new Set(), kept: new Set() }) // '/orders/{number}'
 */
export function templateOf(path: string, { folded, kept }: Folding): string | null {
  const segments = path.split('/', LEARN_LIMITS.segmentsMax + 2);
  if (segments.length > LEARN_LIMITS.segmentsMax + 1) return null;
  let template = '';
  for (let i = 1; i < segments.length; i++) {
    const segment = segments[i] ?? '';
    template = `${template}/${placeOf(segment, template, { folded, kept })}`;
  }
  return template;
}

function placeOf(segment: string, parent: string, { folded, kept }: Folding): string {
  const kind = segmentKind(segment);
  if (kind !== null) return placeholder(kind);
  if (folded.size === 0) return segment;
  const extension = extensionOf(segment);
  return folded.has(`${parent} ${extension}`) && !kept.has(`${parent}/${segment}`) ? placeholder('name', extension) : segment;
}
