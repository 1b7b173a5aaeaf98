import { createHmac, timingSafeEqual } from 'node:crypto';

const FORM_KEY_BYTES = 32;
export const FORM_FIELD = 'form_token';

export const newFormKey = (random: (bytes: number) => Uint8Array): string =>
  Buffer.from(random(FORM_KEY_BYTES)).toString('base64url');

interface Bound {
  readonly formKey: { readonly value: string; readonly isNew: boolean };
  readonly session: { readonly id: string } | null;
  cookie(use: 'flow'): string | null;
}

interface Sent {
  readonly site: { readonly origin: string };
  header(name: string): string | undefined;
}

/**
 * The hidden token of a form: bound to a cookie of this browser that no other host can set, and to the sign-in or the session
 * that the form goes on with, so that a form of one is of no use in another (ASVS 5.0 3.5.1).
 */
export function formToken(visit: Bound): string {
  const bound = [visit.cookie('flow') ?? '', visit.session?.id ?? ''].join('.');
  return createHmac('sha256', visit.formKey.value).update(`form.${bound}`).digest('base64url');
}

export function hasFormToken(visit: Bound & { field(name: string): string }): boolean {
  if (visit.formKey.isNew) return false;
  const given = Buffer.from(visit.field(FORM_FIELD));
  const expected = Buffer.from(formToken(visit));
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/**
 * Whether the browser says that a page of this origin sent the form. Every browser sends one of the two with a POST; `none`
 * is the person, who loads again what was sent before.
 */
export function isFromHere(visit: Sent): boolean {
  const fetchSite = visit.header('sec-fetch-site');
  if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none') return false;
  const origin = visit.header('origin');
  if (origin === undefined) return fetchSite === 'same-origin';
  const own = visit.site.origin;
  // Behind a TLS terminator that nobody told of, the browser's side is HTTPS although ours is not.
  return origin === own || (own.startsWith('http:') && origin === own.replace('http:', 'https:'));
}
