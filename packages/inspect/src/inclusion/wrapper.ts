import type { Evidence } from '../types.ts';

/** Streams that languages open by a name with a scheme; no page, picture or download is named so. */
const STREAMS =
  /(?:^|[^a-z0-9+.-])((?:php|expect|phar|zip|glob|rar|ogg|zlib|bzip2|local_file|compress\.(?:zlib|bzip2|lzma)|ssh2\.(?:shell|exec|tunnel|sftp|scp)|classpath|vfs):\/\/[\w*./\\])/i;
/** What `php://` offers; other words after it are a joke or a title. */
const PHP_STREAM = /php:\/\/(?:filter|input|stdin|memory|temp|fd|output)\b/i;
const FILE_ADDRESS = /^[\s"'(<]{0,4}(?:(?:url|jar|netdoc|view-source):){0,2}file:(?:[/\\]|[a-z]:[/\\])/i;
const DATA_ADDRESS = /^[\s"'(<]{0,4}data:(\/\/)?([\w.+/-]{0,64}(?:;[\w=-]{1,32}){0,4}),/i;
/** How code begins that a server runs. */
const CODE_START = /<\?(?:php|=|\s)|<%|<#|#!\//i;
const HEAD_LENGTH = 192;

/** What a value is to the reader of a stream, a file or an inline document (CWE-98, CWE-73). */
export function findWrapper(text: string): Evidence | undefined {
  return findPhp(text) ?? findStream(text) ?? findFile(text) ?? findData(text);
}

function findPhp(text: string): Evidence | undefined {
  const match = PHP_STREAM.exec(text);
  if (match === null) return undefined;
  const span = [match.index, match.index + match[0].length] as const;
  return { rule: 'inclusion.wrapper', confidence: 0.95, span, why: 'the value names a stream of PHP' };
}

function findStream(text: string): Evidence | undefined {
  const match = STREAMS.exec(text);
  const found = match?.[1];
  if (match === null || found === undefined) return undefined;
  const start = match.index + match[0].length - found.length;
  const isFirst = /^[\s"'(<=.\\/]*$/.test(text.slice(0, start));
  return {
    rule: 'inclusion.wrapper',
    confidence: isFirst ? 0.93 : 0.6,
    span: [start, start + found.length],
    why: 'the value is an address of a server-side stream',
  };
}

function findFile(text: string): Evidence | undefined {
  const match = FILE_ADDRESS.exec(text);
  return match === null
    ? undefined
    : {
        rule: 'inclusion.file',
        confidence: 0.93,
        span: [0, match[0].length],
        why: 'the value is an address of a file on the server',
      };
}

function findData(text: string): Evidence | undefined {
  const match = DATA_ADDRESS.exec(text);
  if (match === null) return undefined;
  const payload = text.slice(match[0].length, match[0].length + HEAD_LENGTH);
  const head = /;base64$/i.test(match[2] ?? '') ? decodeHead(payload) : payload;
  // Browsers know no slashes after `data:` (RFC 2397 §2); PHP does.
  const isPhpForm = match[1] !== undefined;
  if (!isPhpForm && !CODE_START.test(head)) return undefined;
  return { rule: 'inclusion.wrapper', confidence: 0.94, span: [0, match[0].length], why: 'the value carries code as an address' };
}

function decodeHead(payload: string): string {
  const clean = payload.replaceAll(' ', '+').replaceAll(/[^A-Za-z0-9+/]/g, '');
  try {
    return atob(clean.slice(0, clean.length - (clean.length % 4)));
  } catch {
    return '';
  }
}
