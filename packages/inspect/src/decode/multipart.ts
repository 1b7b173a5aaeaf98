import type { Field } from '../types.ts';
import { parseContentType, readParameter, skipBlank } from './content-type.ts';
import type { DecodeLimits } from './limits.ts';
import { fileText } from './file-text.ts';
import { ambiguous, overLimit, type Parsed } from './outcome.ts';

/** What the headers of one part say. */
export interface PartHead {
  name: string;
  /** Undefined = a text field. */
  fileName: string | undefined;
  /** Content-Type as it came; undefined = none. */
  type: string | undefined;
}
export type PartHeadResult = { kind: 'head'; head: PartHead } | Exclude<Parsed, { kind: 'ok' }>;
/** The boundary of a body, or why it cannot be read. */
export type BoundaryResult = { kind: 'boundary'; boundary: string } | Exclude<Parsed, { kind: 'ok' }>;

const BOUNDARY_LENGTH_MAX = 70;
const BOUNDARY_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'()+_,-./:=? ";
/** Encodings that change nothing; RFC 7578 §4.7 deprecates the header and no browser sends another. */
const IDENTITY_ENCODINGS = new Set(['7bit', '8bit', 'binary']);

/**
 * Reads multipart/form-data in the one form browsers write (RFC 7578, RFC 2046 §5.1.1). Preamble, epilogue, bare line feeds, repeated or
 * extended parameters and nested parts are refused: each is a place where servers and filters are known to read different fields.
 * Names of files are fields, and so is the beginning of each that is text; the rest is left to upload scanning.
 */
export function parseMultipart(body: string, boundary: string | undefined, limits: DecodeLimits): Parsed {
  if (boundary === undefined || !isBoundary(boundary)) return ambiguous('multipart-boundary', 'multipart');
  const delimiter = `--${boundary}`;
  if (!body.startsWith(delimiter)) return ambiguous('multipart-framing', 'multipart');
  const fields: Field[] = [];
  let parts = 0;
  let at = delimiter.length;
  for (;;) {
    const ending = body.slice(at, at + 2);
    if (ending === '--') break;
    if (ending !== '\r\n') return ambiguous('multipart-framing', 'multipart');
    if (++parts > limits.partsMax) return overLimit('partsMax', 'multipart');
    // From the line break of the delimiter itself, so that an empty header block is seen as one.
    const headEnd = body.indexOf('\r\n\r\n', at);
    // RFC 2046 §5.1.1: the delimiter never stands within a part. Behind a bare LF or CR some servers would take it for one.
    const next = body.indexOf(delimiter, at + 2) - 2;
    if (headEnd < 0 || next < headEnd || !body.startsWith('\r\n', next)) return ambiguous('multipart-framing', 'multipart');
    const head = readPartHead(body.slice(at + 2, headEnd), limits);
    if (head.kind !== 'head') return head;
    const content = { from: headEnd + 4, to: Math.max(next, headEnd + 4) };
    pushPart(fields, head.head, { body, content, limits });
    at = next + 2 + delimiter.length;
  }
  const epilogue = body.slice(at + 2);
  return epilogue === '' || epilogue === '\r\n' ? { kind: 'ok', fields } : ambiguous('multipart-framing', 'multipart');
}

interface Part {
  body: string;
  content: { from: number; to: number };
  limits: DecodeLimits;
}

function pushPart(fields: Field[], head: PartHead, { body, content, limits }: Part): void {
  if (head.fileName === undefined) {
    fields.push({ location: 'multipart', name: head.name, value: body.slice(content.from, content.to) });
    return;
  }
  fields.push({ location: 'file-name', name: head.name, value: head.fileName });
  const value = fileText(body.slice(content.from, Math.min(content.to, content.from + limits.fileSampleBytesMax)));
  if (value !== undefined) fields.push({ location: 'multipart', name: head.name, value, isFile: true });
}

/**
 * The boundary that a Content-Type header announces, for readers of bodies that are not held whole.
 *
 * @example multipartBoundary('multipart/form-data; boundary=XX') // { kind: 'boundary', boundary: 'XX' }
 */
export function multipartBoundary(contentType: string): BoundaryResult {
  const type = parseContentType(contentType);
  if (type.kind === 'malformed') return ambiguous('content-type-malformed', 'header', 'content-type');
  if (type.type !== 'multipart/form-data') return ambiguous('multipart-nested', 'multipart');
  const charset = type.parameters.get('charset')?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'us-ascii') return ambiguous('charset', 'header', 'content-type');
  const boundary = type.parameters.get('boundary');
  if (boundary === undefined || !isBoundary(boundary)) return ambiguous('multipart-boundary', 'multipart');
  return { kind: 'boundary', boundary };
}

function isBoundary(boundary: string): boolean {
  if (boundary.length === 0 || boundary.length > BOUNDARY_LENGTH_MAX || boundary.endsWith(' ')) return false;
  for (const character of boundary) if (!BOUNDARY_CHARACTERS.includes(character)) return false;
  return true;
}

/**
 * Reads the header block of one part, without the line breaks around it.
 *
 * @example readPartHead('Content-Disposition: form-data; name="a"', DECODE_LIMITS)
 */
export function readPartHead(block: string, limits: DecodeLimits): PartHeadResult {
  if (block.length > limits.partHeaderBytesMax) return overLimit('partHeaderBytesMax', 'multipart');
  const lines = block.split('\r\n');
  if (lines.length > limits.partHeadersMax) return overLimit('partHeadersMax', 'multipart');
  const seen = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    // A folded line, a bare LF or CR, NUL, or a blank before the colon: servers disagree on where the header ends.
    if (colon < 1 || hasControl(line) || name.trim() !== name || seen.has(name))
      return ambiguous('multipart-header', 'multipart', name);
    seen.set(name, line.slice(colon + 1).trim());
  }
  const kind = checkPartType(seen.get('content-type'));
  if (kind !== undefined) return kind;
  const encoding = seen.get('content-transfer-encoding');
  if (encoding !== undefined && !IDENTITY_ENCODINGS.has(encoding.toLowerCase()))
    return ambiguous('multipart-encoding', 'multipart');
  const named = readDisposition(seen.get('content-disposition'), limits);
  return named.kind === 'head' ? { kind: 'head', head: { ...named.head, type: seen.get('content-type') } } : named;
}

function hasControl(line: string): boolean {
  for (let i = 0; i < line.length; i++) {
    const code = line.charCodeAt(i);
    if ((code < 32 && code !== 9) || code === 127) return true;
  }
  return false;
}

function checkPartType(header: string | undefined): Exclude<Parsed, { kind: 'ok' }> | undefined {
  if (header === undefined) return undefined;
  const type = parseContentType(header);
  if (type.kind === 'malformed') return ambiguous('multipart-header', 'multipart', 'content-type');
  if (type.type.startsWith('multipart/')) return ambiguous('multipart-nested', 'multipart');
  const charset = type.parameters.get('charset')?.toLowerCase();
  return charset === undefined || charset === 'utf-8' || charset === 'us-ascii' ? undefined : ambiguous('charset', 'multipart');
}

function readDisposition(header: string | undefined, limits: DecodeLimits): PartHeadResult {
  const refusal = ambiguous('multipart-disposition', 'multipart');
  if (header === undefined || !/^form-data[ \t]*;/i.test(header)) return refusal;
  const parameters = new Map<string, string>();
  let at = header.indexOf(';');
  while (at >= 0 && at < header.length) {
    if (header[at] !== ';') return refusal;
    at = skipBlank(header, at + 1);
    const parameter = readParameter(header, at);
    // `filename*` (RFC 8187) is forbidden in form-data by RFC 7578 §4.2 and read by only some servers.
    if (parameter === undefined || parameters.has(parameter.name) || parameter.name.endsWith('*')) return refusal;
    parameters.set(parameter.name, parameter.value);
    at = skipBlank(header, parameter.end);
  }
  const name = parameters.get('name');
  if (name === undefined) return refusal;
  if (name.length > limits.partNameMax) return overLimit('partNameMax', 'multipart');
  // A browser sends an empty name for a file that was not chosen; Go reads such a part as a text field, so it is judged as one.
  const fileName = parameters.get('filename');
  return { kind: 'head', head: { name, fileName: fileName === '' ? undefined : fileName, type: undefined } };
}
