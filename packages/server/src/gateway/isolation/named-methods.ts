import { contentType, isFileType } from '../body/file-type.ts';
import type { Exchange } from '../exchange.ts';

/** Fields with which frameworks take a request for one of another method. */
const OVERRIDE_HEADERS: ReadonlySet<string> = new Set(['x-http-method-override', 'x-http-method', 'x-method-override']);
const OVERRIDE_FIELDS: ReadonlySet<string> = new Set(['_method', ...OVERRIDE_HEADERS]);
const OVERRIDE_FIELD_CHARS_MAX = Math.max(...[...OVERRIDE_FIELDS].map((name) => name.length));
/** Where frameworks look for that field. */
const FIELD_LOCATIONS: ReadonlySet<string> = new Set(['query', 'form', 'multipart', 'json']);
const METHOD_CHARS_MAX = 32;
/** RFC 9110 §9.2.1. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** Stands for any: fields that could not be read in one way may name one. */
export const UNREAD = '?';

export type Named = Pick<Exchange, 'head' | 'canonical' | 'body'>;

/**
 * Every method that an application might take this request for: its own, and what it names in a header or, once they are decoded, in its fields.
 */
export function methodsOf(exchange: Named, hasFields: boolean): readonly string[] {
  const { head, canonical } = exchange;
  const methods = [asAnswered(head.method)];
  // Several lines are one list (RFC 9110 §5.3); some take its first, some its last.
  for (const [name, value] of head.headers) if (OVERRIDE_HEADERS.has(name)) methods.push(...value.split(',').map(asAnswered));
  if (!hasFields) return methods;
  if (canonical === null || isUnread(exchange)) methods.push(UNREAD);
  for (const { location, name, value } of canonical?.fields ?? [])
    if (FIELD_LOCATIONS.has(location) && isOverride(name)) methods.push(asAnswered(value));
  return methods;
}

/** A form that is too large to be held: its fields are read while they pass, and one of them may come last. */
function isUnread(exchange: Named): boolean {
  const { kind } = exchange.body;
  return (kind === 'stream' || kind === 'spooled') && !isFileType(contentType(exchange));
}

/**
 * `_method`, or `/_method` in a JSON document. PHP takes spaces before a name away, and a dot or a space in it for an underscore
 * (php_register_variable_ex): `.method` is `_method` there.
 */
function isOverride(name: string): boolean {
  const bare = (name.startsWith('/') ? name.slice(1) : name).trimStart();
  if (bare.length > OVERRIDE_FIELD_CHARS_MAX) return false;
  return OVERRIDE_FIELDS.has(bare.toLowerCase().replaceAll(/[. ]/gu, '_'));
}

/** Whoever answers GET answers HEAD with the same code (RFC 9110 §9.3.2). */
function asAnswered(text: string): string {
  const method = text.trim().slice(0, METHOD_CHARS_MAX).toUpperCase();
  return method === 'HEAD' ? 'GET' : method;
}

/** A WebSocket is opened with GET, and carries whatever its client says: as good as a write. */
const isUpgrade = ({ upgrade, head }: Pick<Exchange, 'upgrade' | 'head'>): boolean =>
  upgrade !== undefined || head.headers.some(([name]) => name === 'sec-websocket-key');

export const isWrite = (exchange: Named & Pick<Exchange, 'upgrade'>, hasFields: boolean): boolean =>
  methodsOf(exchange, hasFields).some((method) => !SAFE.has(method)) || isUpgrade(exchange);
