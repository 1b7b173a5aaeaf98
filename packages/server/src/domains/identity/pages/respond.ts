import type { OwnPageResponse } from '@holdfast/contract';
import { writeCookie, type CookieUse } from './cookies.ts';
import { markup, trusted, type Html } from './html.ts';
import { SCRIPT_FILE } from './passkey-script.ts';
import { STYLE, STYLE_SOURCE } from './style.ts';
import type { Visit } from './visit.ts';

export type Cookies = Partial<Record<CookieUse, string | null>>;

export interface PageView {
  readonly title: string;
  readonly body: Html;
  readonly status?: number;
  readonly retryAfterSeconds?: number | null;
  readonly isWide?: boolean;
  /** The page holds a passkey form: the one script of ours may run. */
  readonly hasScript?: boolean;
  readonly cookies?: Cookies;
  /** Goes on there by itself. */
  readonly goOn?: string;
  /** Its address holds what the application must not see, and no form of ours stands on it. */
  readonly isUntold?: boolean;
  /** Something went wrong: said first in the title, which is what a screen reader reads first. */
  readonly hasError?: boolean;
}

const FIXED_HEADERS: readonly [string, string][] = [
  ['cache-control', 'no-store'],
  // Not `no-referrer`: browsers would then send `Origin: null` with our own forms (Fetch, "append a request Origin header").
  ['referrer-policy', 'same-origin'],
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  [
    'permissions-policy',
    'publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), geolocation=(), microphone=()',
  ],
];

/** The script source is one file, not the whole origin: the application may serve what strangers uploaded. */
function policy(visit: Visit, hasScript: boolean): string {
  const script = hasScript ? `; script-src ${visit.site.origin}${visit.mount.assets}${SCRIPT_FILE}` : '';
  return `default-src 'none'; style-src ${STYLE_SOURCE}${script}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
}

function cookieHeaders(visit: Visit, cookies: Cookies): [string, string][] {
  const scope = { secure: visit.secure, isAdmin: visit.mount.kind === 'admin' };
  const all: Cookies = { ...(visit.formKey.isNew ? { form: visit.formKey.value } : {}), ...cookies };
  // The keys are those of `Cookies` itself, whose values are never `undefined` here.
  return (Object.entries(all) as [CookieUse, string | null][]).map(([use, value]) => [
    'set-cookie',
    writeCookie(use, value, scope),
  ]);
}

export function page(visit: Visit, view: PageView): OwnPageResponse {
  const { title, body, hasScript = false } = view;
  const script = hasScript ? markup`<script src="${visit.mount.assets + SCRIPT_FILE}" defer></script>` : null;
  const goOn = view.goOn === undefined ? null : markup`<meta http-equiv="refresh" content="0; url=${view.goOn}" />`;
  const { text } = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${view.hasError === true ? 'Error: ' : null}${title} – ${visit.brand.name}</title>
<style>${trusted(STYLE)}</style>
${goOn}${script}
</head>
<body>
<main${view.isWide === true ? markup` class="wide"` : null}>
<p class="brand">${visit.brand.name}</p>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
  const wait = view.retryAfterSeconds ?? null;
  return {
    status: view.status ?? 200,
    headers: [
      ['content-type', 'text/html; charset=utf-8'],
      ['content-security-policy', policy(visit, hasScript)],
      ...FIXED_HEADERS.filter(([name]) => name !== 'referrer-policy'),
      ['referrer-policy', view.isUntold === true ? 'no-referrer' : 'same-origin'],
      ...(wait === null ? [] : ([['retry-after', String(wait)]] satisfies [string, string][])),
      ...cookieHeaders(visit, view.cookies ?? {}),
    ],
    body: text,
  };
}

/** 303: whatever the method was, what follows is a GET (RFC 9110 §15.4.4). */
export function redirect(visit: Visit, location: string, cookies: Cookies = {}): OwnPageResponse {
  return { status: 303, headers: [['location', location], ...FIXED_HEADERS, ...cookieHeaders(visit, cookies)], body: '' };
}

/** A path of ours that keeps where the visitor wanted to go, and says in one word what happened. */
export function withNext(path: string, next: string | null, note?: string): string {
  const query = new URLSearchParams();
  if (note !== undefined) query.set('note', note);
  if (next !== null) query.set('next', next);
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}
