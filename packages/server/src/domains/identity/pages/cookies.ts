import { ownCookieName } from '@holdfast/contract';

/** RFC 6265bis §5.5 lets a browser keep a cookie for 400 days at most. */
const DEVICE_AGE_SECONDS = 400 * 86_400;
/** As long as a challenge or a link in a letter is of use, and no longer. */
const FLOW_AGE_SECONDS = 900;
const COOKIES_MAX = 32;
const COOKIE_CHARS_MAX = 8192;

/** What our cookies hold. Their names all begin with `holdfast`: the gateway passes none of them on to the application. */
export type CookieUse = 'session' | 'flow' | 'form' | 'link' | 'device';

const NAMES: Readonly<Record<CookieUse, string>> = {
  session: 'holdfast',
  /** The challenge of a sign-in under way. */
  flow: 'holdfast-flow',
  /** What the hidden token of our forms is bound to. */
  form: 'holdfast-form',
  /** The secret of an invitation or reset link, out of the address bar. */
  link: 'holdfast-link',
  device: 'holdfast-device',
};

export interface CookieScope {
  readonly secure: boolean;
  /** The administration keeps its own cookies: both can run on one host, and cookies know no ports. */
  readonly isAdmin: boolean;
}

export function cookieName(use: CookieUse, { secure, isAdmin }: CookieScope): string {
  return ownCookieName(isAdmin ? NAMES[use].replace('holdfast', 'holdfast-admin') : NAMES[use], secure);
}

/** The first of each name wins, as in RFC 6265bis §5.7.3 where the most specific comes first. */
export function readCookies(header: string | undefined): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  if (header === undefined || header.length > COOKIE_CHARS_MAX) return cookies;
  for (const pair of header.split(';', COOKIES_MAX)) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, Math.max(at, 0)).trim();
    if (name !== '' && !cookies.has(name)) cookies.set(name, pair.slice(at + 1).trim());
  }
  return cookies;
}

function ageOf(use: CookieUse): string {
  if (use === 'device') return `; Max-Age=${DEVICE_AGE_SECONDS}`;
  // The session and what forms are bound to end with the browser; the server ends them earlier.
  return use === 'session' || use === 'form' ? '' : `; Max-Age=${FLOW_AGE_SECONDS}`;
}

/** Lax, not Strict: whoever comes from a link elsewhere is still signed in, and forms are guarded besides (ASVS 5.0 3.3). */
export function writeCookie(use: CookieUse, value: string | null, scope: CookieScope): string {
  const flags = `; Path=/; HttpOnly; SameSite=Lax${scope.secure ? '; Secure' : ''}`;
  const name = cookieName(use, scope);
  return value === null ? `${name}=${flags}; Max-Age=0` : `${name}=${value}${flags}${ageOf(use)}`;
}
