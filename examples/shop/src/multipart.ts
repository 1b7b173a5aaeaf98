import { limits } from './limits.ts';
import { ShopError } from './shop-error.ts';

export interface FilePart {
  readonly fileName: string;
  readonly type: string;
  readonly bytes: Buffer;
}

function malformed(why: string): ShopError {
  return new ShopError('request-malformed', `The upload is not well-formed multipart/form-data: ${why}.`);
}

function readBoundary(contentType: string): string {
  const match = /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType.slice(0, 512));
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw new ShopError('body-type-unsupported', 'Send the file as multipart/form-data.');
  if (boundary.length > limits.multipartBoundaryCharsMax) throw malformed('the boundary is too long');
  return boundary;
}

function readPart(part: Buffer): FilePart | undefined {
  const headerEnd = part.indexOf('\r\n\r\n');
  if (headerEnd < 0 || headerEnd > limits.multipartHeaderBytesMax) throw malformed('a part has no end of headers');
  const headers = part.subarray(0, headerEnd).toString('utf8');
  const fileName = /^content-disposition:[^\r\n]*;\s*filename="([^"\r\n]*)"/im.exec(headers)?.[1];
  if (fileName === undefined || fileName === '') return undefined;
  const type = /^content-type:\s*([\w.+-]{1,60}\/[\w.+-]{1,60})/im.exec(headers)?.[1] ?? 'application/octet-stream';
  return { fileName, type, bytes: part.subarray(headerEnd + 4) };
}

/** The first file of a multipart body (RFC 7578), or undefined when the form was sent without one. */
export function readFilePart(contentType: string, body: Buffer): FilePart | undefined {
  const boundary = readBoundary(contentType);
  // The first delimiter has no line break before it; giving it one lets a single search find every delimiter.
  const text = Buffer.concat([Buffer.from('\r\n'), body]);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  let start = text.indexOf(delimiter);
  for (let count = 0; start >= 0 && count < limits.multipartPartsMax; count += 1) {
    const from = start + delimiter.length;
    if (text.subarray(from, from + 2).toString('latin1') === '--') return undefined;
    const end = text.indexOf(delimiter, from);
    if (end < 0) throw malformed('the last boundary is missing');
    const file = readPart(text.subarray(from + 2, end));
    if (file !== undefined) return file;
    start = end;
  }
  throw malformed('it has no usable part');
}
