import type { Outcome } from '@holdfast/example-shop';

/** Flaws that no rule of this version stops. A row goes when its control comes; until then the attack must be seen to pass. */
export const UNCOVERED: ReadonlyMap<string, string> = new Map([
  ['csrf', 'no CSRF step yet; browsers are held off by SameSite=Lax on the session cookie, programs are not'],
  ['open-redirect', 'a redirect target is application logic; no rule judges where Location points'],
  [
    'login-unlimited',
    'failed sign-ins are counted only at forms that an operator named (holdfast app sign-in add), and the demo names none',
  ],
  ['admin-flag', 'needs an access policy for /admin'],
  ['order-idor', 'needs an access policy that knows whose order it is'],
  ['card-exposure', 'no classification of response bodies yet'],
]);

/** The rule group that must have seen each attack that is refused. */
export const REFUSED_AS: ReadonlyMap<string, string> = new Map([
  ['reflected-xss', 'xss'],
  ['stored-xss', 'xss'],
  ['login-sqli', 'sqli'],
  ['api-sqli', 'sqli'],
  ['plain-passwords', 'sqli'],
  ['path-traversal', 'traversal'],
  ['command-injection', 'cmdi'],
]);

/** Files that are not taken, and the finding that says why. */
export const NOT_TAKEN: ReadonlyMap<string, string> = new Map([['unrestricted-upload', 'active-html']]);

const INTERNALS = ['stock', 'failure.ts', 'node:internal', 'SQLITE', '"cwd"', '    at '];

const header = (outcome: Outcome, name: string): string => String(outcome.headers[name] ?? '');

function faultsOfMasked(outcome: Outcome): string[] {
  const body = outcome.text.slice(outcome.text.indexOf('\n\n'));
  const shown = INTERNALS.filter((text) => body.includes(text)).map((text) => `shows ${text}`);
  return outcome.status === 500 ? shown : [`status ${outcome.status}`, ...shown];
}

function faultsOfCookies(outcome: Outcome): string[] {
  const cookies = outcome.headers['set-cookie'] ?? [];
  const faulty = cookies.filter(
    (cookie) => !/; secure/iu.test(cookie) || !/; httponly/iu.test(cookie) || !/; samesite=lax/iu.test(cookie),
  );
  return cookies.some((cookie) => cookie.startsWith('sid=')) ? faulty : ['no sid cookie', ...faulty];
}

function faultsOfHeaders(outcome: Outcome): string[] {
  const wanted: readonly (readonly [name: string, value: RegExp])[] = [
    ['content-security-policy', /default-src 'none'.*frame-ancestors 'self'/u],
    ['x-frame-options', /^SAMEORIGIN$/u],
    ['x-content-type-options', /^nosniff$/u],
    ['referrer-policy', /^strict-origin-when-cross-origin$/u],
    ['cross-origin-opener-policy', /^same-origin$/u],
    ['permissions-policy', /camera=\(\)/u],
  ];
  return wanted
    .filter(([name, value]) => !value.test(header(outcome, name)))
    .map(([name]) => `${name}: ${header(outcome, name)}`);
}

const faultsOfBanner = (outcome: Outcome): string[] =>
  ['server', 'x-powered-by', 'via'].filter((name) => name in outcome.headers).map((name) => `${name}: ${header(outcome, name)}`);

/** What is still wrong with an answer that Holdfast repairs, in every mode; nothing when it is clean. */
export const REPAIRED: ReadonlyMap<string, (outcome: Outcome) => readonly string[]> = new Map([
  ['cookie-flags', faultsOfCookies],
  ['error-page', faultsOfMasked],
  ['error-json', faultsOfMasked],
  ['banner', faultsOfBanner],
  ['missing-headers', faultsOfHeaders],
]);
