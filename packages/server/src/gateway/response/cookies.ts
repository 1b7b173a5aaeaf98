import type { Application } from '@holdfast/contract';
import { isOwnCookie } from '../sessions/own-cookies.ts';

type CookieSettings = Application['cookies'];

export interface CookieFacts {
  readonly settings: CookieSettings;
  /** The client's side is HTTPS. */
  readonly secure: boolean;
}

export type HardenedCookie =
  | { readonly kind: 'kept'; readonly value: string }
  | { readonly kind: 'dropped'; readonly reason: 'malformed' | 'prefix' | 'too-long' | 'own' };

interface Cookie {
  readonly name: string;
  readonly value: string;
  /** Lower-case names; `null` = an attribute without a value. */
  readonly attributes: Map<string, string | null>;
}

/** RFC 6265bis §5.6: user agents ignore what is longer. */
const PAIR_CHARS_MAX = 4096;
const ATTRIBUTE_CHARS_MAX = 1024;
const ATTRIBUTES_MAX = 16;

// Visible ASCII without separators of the cookie syntax; wider than a token, because `cart[items]` is in real use.
const NAME = /^[!#-+\-.-:<>-~]+$/u;
const DOMAIN = /^\.?[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/u;
const VISIBLE = /^[\u0020-\u007e]*$/u;
const SAME_SITE: ReadonlyMap<string, string> = new Map([
  ['lax', 'Lax'],
  ['strict', 'Strict'],
  ['none', 'None'],
]);
/** Attributes we write, in this order and spelling; an unknown one is not passed on. */
const KNOWN: ReadonlyMap<string, string> = new Map([
  ['expires', 'Expires'],
  ['max-age', 'Max-Age'],
  ['domain', 'Domain'],
  ['path', 'Path'],
  ['priority', 'Priority'],
  ['partitioned', 'Partitioned'],
  ['secure', 'Secure'],
  ['httponly', 'HttpOnly'],
  ['samesite', 'SameSite'],
]);

function parse(header: string): Cookie | null {
  const parts = header.split(';', ATTRIBUTES_MAX + 1);
  const pair = parts[0] ?? '';
  const equals = pair.indexOf('=');
  if (equals < 1) return null;
  const name = pair.slice(0, equals).trim();
  if (!NAME.test(name)) return null;
  const attributes = new Map<string, string | null>();
  for (const part of parts.slice(1)) {
    const at = part.indexOf('=');
    const key = (at === -1 ? part : part.slice(0, at)).trim().toLowerCase();
    const value = at === -1 ? null : part.slice(at + 1).trim();
    if (!KNOWN.has(key) || (value !== null && (value.length > ATTRIBUTE_CHARS_MAX || !VISIBLE.test(value)))) continue;
    // RFC 6265bis §5.7: the last attribute of a name counts.
    attributes.set(key, value);
  }
  return { name, value: pair.slice(equals + 1).trim(), attributes };
}

/** Double-submit tokens exist to be read by the page's own script. */
const isScriptReadable = (name: string, settings: CookieSettings): boolean =>
  settings.scriptReadable.includes(name) || /xsrf|csrf/iu.test(name);

/** What browsers demand of the two prefixes, whose case does not matter to them (RFC 6265bis §5.7). */
function fitsPrefix({ name, attributes }: Cookie): boolean {
  const lower = name.toLowerCase();
  if (lower.startsWith('__host-')) {
    return attributes.has('secure') && !attributes.has('domain') && attributes.get('path') === '/';
  }
  return !lower.startsWith('__secure-') || attributes.has('secure');
}

function setFlags(cookie: Cookie, { settings, secure }: CookieFacts): void {
  const { name, attributes } = cookie;
  if (attributes.has('secure')) attributes.set('secure', null);
  else if (secure && settings.secure) attributes.set('secure', null);
  if (attributes.has('httponly') || (settings.httpOnly && !isScriptReadable(name, settings))) attributes.set('httponly', null);
  const wanted = SAME_SITE.get((attributes.get('samesite') ?? '').toLowerCase());
  attributes.delete('samesite');
  if (wanted !== undefined) attributes.set('samesite', wanted);
  else if (settings.sameSite !== 'upstream') attributes.set('samesite', settings.sameSite === 'strict' ? 'Strict' : 'Lax');
  const path = attributes.get('path');
  if (path !== undefined && !path?.startsWith('/')) attributes.delete('path');
}

function write({ name, value, attributes }: Cookie): string {
  let header = `${name}=${value}`;
  for (const [key, spelling] of KNOWN) {
    const attribute = attributes.get(key);
    if (attribute === undefined) continue;
    header += attribute === null ? `; ${spelling}` : `; ${spelling}=${attribute}`;
  }
  return header;
}

/** One `Set-Cookie` of the upstream with the flags it should have had; one that no browser would take is dropped. */
export function hardenCookie(header: string, facts: CookieFacts): HardenedCookie {
  if (header.length > PAIR_CHARS_MAX + ATTRIBUTES_MAX * ATTRIBUTE_CHARS_MAX) return { kind: 'dropped', reason: 'too-long' };
  const cookie = parse(header);
  if (cookie === null) return { kind: 'dropped', reason: 'malformed' };
  // An application that could write our cookie could sign a visitor in as somebody else.
  if (isOwnCookie(cookie.name)) return { kind: 'dropped', reason: 'own' };
  if (cookie.name.length + cookie.value.length > PAIR_CHARS_MAX) return { kind: 'dropped', reason: 'too-long' };
  const domain = cookie.attributes.get('domain');
  if (domain === '' || domain === null) cookie.attributes.delete('domain');
  else if (domain !== undefined && !DOMAIN.test(domain)) return { kind: 'dropped', reason: 'malformed' };
  setFlags(cookie, facts);
  if (!fitsPrefix(cookie)) return { kind: 'dropped', reason: 'prefix' };
  return { kind: 'kept', value: write(cookie) };
}

export interface CookieAdvice {
  readonly name: string;
  /** The prefix the cookie could carry as it is sent now; null = it has one or does not qualify. */
  readonly prefix: '__Host-' | '__Secure-' | null;
  /** Flags the application itself should set; the gateway adds them meanwhile. */
  readonly missing: readonly ('Secure' | 'HttpOnly' | 'SameSite')[];
}

/** What the application should change about a cookie; shown to the operator, never sent. Null = not a cookie. */
export function cookieAdvice(header: string, settings: CookieSettings): CookieAdvice | null {
  const cookie = header.length > PAIR_CHARS_MAX * 2 ? null : parse(header);
  if (cookie === null) return null;
  const { name, attributes } = cookie;
  const missing: ('Secure' | 'HttpOnly' | 'SameSite')[] = [];
  if (!attributes.has('secure')) missing.push('Secure');
  if (!attributes.has('httponly') && !isScriptReadable(name, settings)) missing.push('HttpOnly');
  if (!SAME_SITE.has((attributes.get('samesite') ?? '').toLowerCase())) missing.push('SameSite');
  if (/^__(?:host|secure)-/iu.test(name)) return { name, prefix: null, missing };
  const hostOnly = !attributes.has('domain') && attributes.get('path') === '/';
  return { name, prefix: hostOnly ? '__Host-' : '__Secure-', missing };
}
