import { FORBIDDEN, readName } from '../../response/upstream-headers.ts';
import type { HeaderPair } from '../../response/upstream-headers.ts';

/** How the end of the body is found (RFC 9112 §6.3). */
export type Framing = { readonly kind: 'none' | 'chunked' | 'until-close' } | { readonly kind: 'length'; readonly bytes: number };

export interface AnswerHead {
  readonly status: number;
  /** In the order received. */
  readonly headers: HeaderPair[];
  readonly framing: Framing;
  /** The connection may carry another request when the answer is whole. */
  readonly mayReuse: boolean;
  /** How long the application says it keeps an idle connection; null = not told. */
  readonly keepAliveMs: number | null;
}

const STATUS_LINE = /^HTTP\/1\.[01] [1-9]\d\d(?: [\t\u0020-\u007e\u0080-\u00ff]*)?$/u;
const MINOR_AT = 7;
const STATUS_AT = 9;
const LENGTH = /^\d{1,15}$/u;
const KEEP_ALIVE = /(?:^|[\s,])timeout=(\d{1,6})/iu;
const HEADERS_MAX = 256;

interface Draft {
  readonly headers: HeaderPair[];
  length: string | null;
  coding: string | null;
  connection: string;
  keepAlive: string | null;
}

/**
 * Reads the head of an answer without its last empty line. Null for everything that two readers could take in two ways: then
 * it is not known where the answer ends, and the next one on the connection could be made to look like another's.
 */
export function readAnswerHead(text: string, method: string): AnswerHead | null {
  const lineEnd = text.indexOf('\r\n');
  const draft: Draft = { headers: [], length: null, coding: null, connection: '', keepAlive: null };
  if (!STATUS_LINE.test(lineEnd < 0 ? text : text.slice(0, lineEnd))) return null;
  if (lineEnd >= 0 && !readFields(text, lineEnd + 2, draft)) return null;
  const status = Number(text.slice(STATUS_AT, STATUS_AT + 3));
  const isOld = text[MINOR_AT] === '0';
  const framing = framingOf(draft, { status, method, isOld });
  if (framing === null) return null;
  const { headers, connection, keepAlive } = draft;
  const seconds = keepAlive === null ? undefined : KEEP_ALIVE.exec(keepAlive)?.[1];
  return {
    status,
    headers,
    framing,
    mayReuse:
      (isOld ? hasOption(connection, 'keep-alive') : !hasOption(connection, 'close')) && !isDoubtful(draft, status, method),
    keepAliveMs: seconds === undefined ? null : Number(seconds) * 1000,
  };
}

const hasOption = (connection: string, option: string): boolean =>
  connection !== '' && connection.split(',').some((each) => each.trim() === option);

/** Careless applications send a body where there is none; it would be read as the answer to whoever comes next. */
const isDoubtful = ({ length }: Draft, status: number, method: string): boolean =>
  method === 'HEAD' || (status === 204 && length !== null && length !== '0');

function readFields(text: string, from: number, draft: Draft): boolean {
  for (let at = from; at < text.length;) {
    const next = text.indexOf('\r\n', at);
    const end = next < 0 ? text.length : next;
    const colon = text.indexOf(':', at);
    if (colon < 0 || colon >= end || draft.headers.length >= HEADERS_MAX) return false;
    const name = readName(text.slice(at, colon));
    const value = trimmed(text, colon + 1, end);
    if (name === null || FORBIDDEN.test(value) || !takeFraming(draft, name, value)) return false;
    draft.headers.push([name, value]);
    at = end + 2;
  }
  return true;
}

/** RFC 9110 §5.5: only SP and HTAB stand around a value; `trim` would take more. */
function trimmed(text: string, start: number, stop: number): string {
  let from = start;
  let to = stop;
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}
const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

/** False when a field of the framing stands twice. */
function takeFraming(draft: Draft, name: string, value: string): boolean {
  switch (name) {
    case 'content-length':
      if (draft.length !== null) return false;
      draft.length = value;
      return true;
    case 'transfer-encoding':
      if (draft.coding !== null) return false;
      draft.coding = value.toLowerCase();
      return true;
    case 'connection':
      draft.connection += `,${value.toLowerCase()}`;
      return true;
    case 'keep-alive':
      draft.keepAlive = value;
      return true;
    default:
      return true;
  }
}

interface Asked {
  readonly status: number;
  readonly method: string;
  readonly isOld: boolean;
}

function framingOf({ length, coding }: Draft, { status, method, isOld }: Asked): Framing | null {
  if (length !== null && (coding !== null || !LENGTH.test(length))) return null;
  // RFC 9112 §6.1: HTTP/1.0 has no codings, and one that we do not know leaves the content unreadable.
  if (coding !== null && (coding !== 'chunked' || isOld)) return null;
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return { kind: 'none' };
  if (coding !== null) return { kind: 'chunked' };
  if (length === null) return { kind: 'until-close' };
  return length === '0' ? { kind: 'none' } : { kind: 'length', bytes: Number(length) };
}
