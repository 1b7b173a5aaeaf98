const HEADERS_MAX = 64;
/** RFC 9112 §3: method, one space, origin-form, one space, version. No other target, version or spacing is a LIST of ours. */
const REQUEST_LINE = /^LIST (\/v1\/[!-~]{0,2048}) HTTP\/1\.1$/u;
/** RFC 9110 §5.1 and §5.5, without obs-fold and obs-text. */
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}):[ \t]*([\t -~]*)$/u;
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/u;
/** These would announce more bytes, or another protocol. */
const NEVER = new Set(['transfer-encoding', 'upgrade', 'expect', 'trailer', 'te', 'http2-settings']);

export interface ListRequest {
  readonly target: string;
  readonly host: string;
  readonly headers: ReadonlyMap<string, string>;
}

/**
 * One whole request without a body, up to and with its empty line, and nothing behind it. Null = it is anything else: two readers
 * could then see two requests (RFC 9112 §11.2), so nobody gets an answer but 400.
 *
 * @example parseList('LIST /v1/secret/metadata HTTP/1.1\r\nHost: a.test\r\n\r\n')?.host // 'a.test'
 */
export function parseList(text: string): ListRequest | null {
  if (!text.endsWith('\r\n\r\n')) return null;
  const [first = '', ...lines] = text.slice(0, -4).split('\r\n');
  const target = REQUEST_LINE.exec(first)?.[1];
  if (target === undefined || target.includes('#') || lines.length > HEADERS_MAX) return null;
  const headers = readHeaders(lines);
  const host = headers?.get('host');
  if (headers === null || host === undefined || !HOST.test(host)) return null;
  const length = headers.get('content-length') ?? '0';
  return length === '0' ? { target, host, headers } : null;
}

function readHeaders(lines: readonly string[]): Map<string, string> | null {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, rawName, value = ''] = HEADER_LINE.exec(line) ?? [];
    const name = rawName?.toLowerCase();
    // A field that stands twice can be read in two ways.
    if (name === undefined || headers.has(name) || NEVER.has(name)) return null;
    headers.set(name, value.trim());
  }
  return headers;
}
