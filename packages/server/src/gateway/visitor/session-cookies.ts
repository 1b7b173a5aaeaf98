/** Names that frameworks give to the cookie of a session, in lower case and without the prefixes of RFC 6265bis §4.1.3. */
const NAMES: ReadonlySet<string> = new Set([
  'phpsessid',
  'jsessionid',
  'session',
  'sessionid',
  'session_id',
  'session-id',
  'sessid',
  'sid',
  'connect.sid',
  'koa.sess',
  'express:sess',
  'asp.net_sessionid',
  '.aspnetcore.session',
  '.aspnetcore.cookies',
  '.aspnetcore.identity.application',
  '.aspxauth',
  'rack.session',
  'laravel_session',
  'ci_session',
  'cakephp',
  'symfony',
  'beaker.session.id',
  'next-auth.session-token',
  'authjs.session-token',
  'better-auth.session_token',
  'moodlesession',
  'cfid',
  'access_token',
  'auth_token',
  'token',
  'jwt',
]);
/** WordPress, classic ASP, Moodle, Rails and Drupal put a part of their own into the name. */
const BEGINNINGS = ['wordpress_logged_in_', 'aspsessionid', 'moodlesession'];
const ENDINGS = ['_session', '-session', '.session', '_sessionid', '.sid', '_sid'];

const DRUPAL = /^s?sess[0-9a-f]{32}$/u;
const PREFIXED = /^__(?:host|secure)-/u;
const COOKIES_MAX = 128;
const NAME_CHARS_MAX = 128;
/** Shorter values are settings, not sessions: nobody could not guess them. */
const VALUE_CHARS_MIN = 8;

export function isSessionName(name: string): boolean {
  if (name.length > NAME_CHARS_MAX) return false;
  const bare = name.toLowerCase().replace(PREFIXED, '');
  if (NAMES.has(bare) || DRUPAL.test(bare)) return true;
  return BEGINNINGS.some((beginning) => bare.startsWith(beginning)) || ENDINGS.some((ending) => bare.endsWith(ending));
}

export interface FoundCookie {
  readonly name: string;
  readonly value: string;
}

/** The session of the application in a Cookie header: what its sign-in was seen to set, or what frameworks call theirs. */
export function findSession(header: string, learned: ReadonlySet<string> | undefined): FoundCookie | null {
  let known: FoundCookie | null = null;
  for (const part of header.split(';', COOKIES_MAX)) {
    const equals = part.indexOf('=');
    if (equals === -1) continue;
    const name = part.slice(0, equals).trim();
    const value = part.slice(equals + 1).trim();
    if (value.length < VALUE_CHARS_MIN) continue;
    if (learned?.has(name) === true) return { name, value };
    if (known === null && isSessionName(name)) known = { name, value };
  }
  return known;
}

/** The cookie that an answer begins a session with: kept from scripts, and long enough that nobody guesses it. */
export function findBegun(headers: readonly (readonly [string, string])[]): FoundCookie | null {
  let first: FoundCookie | null = null;
  for (const [name, field] of headers) {
    if (name !== 'set-cookie') continue;
    const found = readSetCookie(field);
    if (found === null) continue;
    if (isSessionName(found.name)) return found;
    first ??= found.isHidden ? found : null;
  }
  return first;
}

const HIDDEN = /;\s*httponly\s*(?:;|$)/iu;
/** What is not guessed in the life of a session has at least so many characters, however it is written. */
const BEGUN_CHARS_MIN = 16;

function readSetCookie(field: string): (FoundCookie & { readonly isHidden: boolean }) | null {
  const end = field.indexOf(';');
  const pair = end === -1 ? field : field.slice(0, end);
  const equals = pair.indexOf('=');
  if (equals <= 0) return null;
  const name = pair.slice(0, equals).trim();
  const value = pair.slice(equals + 1).trim();
  if (name.length > NAME_CHARS_MAX || value.length < BEGUN_CHARS_MIN) return null;
  return { name, value, isHidden: end !== -1 && HIDDEN.test(field.slice(end)) };
}
