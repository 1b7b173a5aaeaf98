import type { GatewaySession, OwnPageRequest } from '@holdfast/contract';
import { isIP } from 'node:net';
import type { SignInContext, Site } from '../sign-in/steps.ts';
import { cookieName, readCookies, type CookieUse } from './cookies.ts';
import { newFormKey } from './form-guard.ts';
import type { Mount, PageName } from './mount.ts';
import { readNext } from './next-path.ts';
import type { Brand, PagesParts } from './parts.ts';

/** The longest form of ours: next, token, name, password and the like. */
const FIELDS_MAX = 16;
/** Host names and bracketed addresses with a port; nothing that could end a header or a policy (RFC 3986 §3.2.2). */
const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/u;

/** One request for one of our pages, read once. */
export interface Visit {
  readonly page: PageName;
  readonly mount: Mount;
  readonly isPost: boolean;
  /** As it was asked for, without `?`. */
  readonly path: string;
  readonly search: string;
  readonly brand: Brand;
  readonly site: Site;
  /** WebAuthn §5.1.3: a name, over HTTPS or on this very machine; never an address. */
  readonly canUsePasskeys: boolean;
  /** Where to go on; null = nobody said. */
  readonly next: string | null;
  readonly session: GatewaySession | null;
  readonly context: SignInContext;
  readonly secure: boolean;
  /** What the hidden token of forms is bound to, and whether the browser has it already. */
  readonly formKey: { readonly value: string; readonly isNew: boolean };
  cookie(use: CookieUse): string | null;
  header(name: string): string | undefined;
  /** Of the form. The empty text where there is none. */
  field(name: string): string;
  query(name: string): string | null;
}

/** Null = this is no request that a page of ours can answer. */
export function readVisit(request: OwnPageRequest, page: PageName, place: VisitPlace): Visit | null {
  const { mount, brand, parts } = place;
  const host = request.host.toLowerCase();
  if (!HOST.test(host)) return null;
  const url = `${request.secure ? 'https' : 'http'}://${host}`;
  if (!URL.canParse(url)) return null;
  const { origin, hostname } = new URL(url);
  const headers = new Map(request.headers);
  const cookies = readCookies(headers.get('cookie'));
  const scope = { secure: request.secure, isAdmin: mount.kind === 'admin' };
  const cookie = (use: CookieUse): string | null => {
    const value = cookies.get(cookieName(use, scope));
    return value === undefined || !/^[\w-]{16,256}$/u.test(value) ? null : value;
  };
  const form = readForm(request, headers.get('content-type'));
  const query = new URLSearchParams(request.query);
  const isPost = request.method === 'POST';
  const held = cookie('form');
  return {
    page,
    mount,
    isPost,
    path: request.path,
    search: request.query,
    brand,
    site: { rpId: hostname, origin },
    canUsePasskeys: isIP(hostname.replaceAll(/[[\]]/gu, '')) === 0 && (request.secure || hostname === 'localhost'),
    next: readNext((isPost ? form.get('next') : query.get('next')) ?? undefined),
    session: request.session,
    secure: request.secure,
    formKey: { value: held ?? newFormKey(parts.random), isNew: held === null },
    context: {
      kind: mount.kind,
      application: mount.kind === 'admin' ? null : request.application,
      needsMfa: brand.needsMfa,
      address: request.address,
      userAgent: (headers.get('user-agent') ?? '').slice(0, 256),
      deviceToken: cookie('device'),
    },
    cookie,
    header: (name) => headers.get(name),
    field: (name) => form.get(name) ?? '',
    query: (name) => query.get(name),
  };
}

export interface VisitPlace {
  readonly mount: Mount;
  readonly brand: Brand;
  readonly parts: Pick<PagesParts, 'random'>;
}

/** A field that comes twice could mean two things: such a form is read as an empty one. */
function readForm(request: OwnPageRequest, type: string | undefined): ReadonlyMap<string, string> {
  const form = new Map<string, string>();
  if (request.method !== 'POST' || !/^application\/x-www-form-urlencoded(?:;|$)/iu.test(type ?? '')) return form;
  const fields = [...new URLSearchParams(Buffer.from(request.body, 'base64').toString('utf8'))];
  if (fields.length > FIELDS_MAX) return form;
  for (const [name, value] of fields) {
    if (form.has(name)) return new Map();
    form.set(name, value);
  }
  return form;
}
