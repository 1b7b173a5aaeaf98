import type { Application } from '@holdfast/contract';
import type { Coding } from './content-coding.ts';
import { codingOf } from './content-coding.ts';
import type { CspPolicy } from './csp/policy.ts';
import type { TextShape } from './errors/leak.ts';
import { headerValue } from './upstream-headers.ts';
import type { HeaderList } from './upstream-headers.ts';

/** What is done with one response body; everything not asked for here passes byte for byte. */
export interface Treatment {
  /** A browser builds a document from it, so it gets a content security policy. */
  readonly isDocument: boolean;
  readonly isEventStream: boolean;
  readonly coding: Coding | 'identity' | 'unknown';
  /** Nonces are written into it. */
  readonly rewrites: boolean;
  /** How its beginning is read for leaks; null = not at all. */
  readonly scan: TextShape | null;
}

const HTML = 'text/html';
// Charsets in which every ASCII byte is that ASCII character, so that markup can be read without decoding.
const ASCII_BASED = /^(?:utf-?8|us-ascii|ascii|iso-?8859-\d{1,2}|latin-?1|windows-125\d|cp125\d|koi8-[ru])$/u;

const mediaType = (contentType: string | null): string => contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';

function charsetOf(contentType: string | null): string {
  const found = /;\s*charset\s*=\s*"?(?<charset>[^\s";]{1,40})/iu.exec(contentType?.slice(0, 256) ?? '');
  return found?.groups?.['charset']?.toLowerCase() ?? 'utf-8';
}

function shapeOf(type: string): TextShape | null {
  if (type === HTML || type === 'application/xhtml+xml' || type === 'text/xml' || type === 'application/xml') return 'html';
  if (type === 'application/json' || type.endsWith('+json')) return 'json';
  return type === 'text/plain' ? 'text' : null;
}

function isDocumentType(type: string): boolean {
  // Without a type some browsers still look into the bytes.
  return type === '' || type === HTML || type.endsWith('+xml') || type === 'text/xml' || type === 'application/xml';
}

/** A shared cache would hand one nonce to everybody, so such a page gets hashes instead (only while it matters: enforcing). */
const isShared = (cacheControl: string | null): boolean => /(?:^|[\s,])(?:public|s-maxage)/iu.test(cacheControl ?? '');

export interface TreatmentParts {
  readonly status: number;
  readonly headers: HeaderList;
  readonly application: Application;
  readonly csp: CspPolicy;
}

export function treatmentFor({ status, headers, application, csp }: TreatmentParts): Treatment {
  const contentType = headerValue(headers, 'content-type');
  const type = mediaType(contentType);
  const coding = codingOf(headerValue(headers, 'content-encoding'));
  const isAttachment = /^\s*attachment/iu.test(headerValue(headers, 'content-disposition') ?? '');
  const readable = coding !== 'unknown' && status !== 206;
  const isDocument = isDocumentType(type);
  const rewrites =
    readable &&
    type === HTML &&
    csp.mode !== 'off' &&
    csp.nonces &&
    ASCII_BASED.test(charsetOf(contentType)) &&
    !(csp.mode === 'enforce' && isShared(headerValue(headers, 'cache-control')));
  const scan = readable && application.maskErrors && !isAttachment ? shapeOf(type) : null;
  return { isDocument, isEventStream: type === 'text/event-stream', coding, rewrites, scan };
}

/** UTF-16 announces itself in the first bytes, which count for more than any header (WHATWG Encoding §6). */
export const isUtf16 = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0xfe && bytes[1] === 0xff) || (bytes[0] === 0xff && bytes[1] === 0xfe);
