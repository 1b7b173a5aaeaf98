import type { RequestHead } from '../exchange.ts';

type Head = Pick<RequestHead, 'headers'>;

const headerOf = (head: Head, name: string): string =>
  head.headers.find(([candidate]) => candidate === name)?.[1].toLowerCase() ?? '';

const mediaTypeAt = (accept: string, type: string): number => {
  const at = accept.indexOf(type);
  return at === -1 ? Number.MAX_SAFE_INTEGER : at;
};

/**
 * Whether this client reads a problem document rather than a page. Browsers ask for `text/html` when they navigate and say
 * so in Sec-Fetch-Mode; everything else (fetch, XMLHttpRequest, curl, SDKs) is a program.
 */
export function prefersJson(head: Head): boolean {
  const accept = headerOf(head, 'accept').slice(0, 512);
  const html = Math.min(mediaTypeAt(accept, 'text/html'), mediaTypeAt(accept, 'application/xhtml'));
  if (html === Number.MAX_SAFE_INTEGER) return true;
  if (headerOf(head, 'x-requested-with') !== '' || headerOf(head, 'content-type').includes('json')) return true;
  const mode = headerOf(head, 'sec-fetch-mode');
  if (mode !== '' && mode !== 'navigate' && mode !== 'nested-navigate') return true;
  return Math.min(mediaTypeAt(accept, 'application/json'), mediaTypeAt(accept, '+json')) < html;
}

/**
 * Whether the browser says that the application's own page, or the person at the address bar, asks (Fetch Metadata,
 * `Sec-Fetch-Site`). Only such pages are compressed: the length of a compressed page that repeats what a foreign page put
 * into the address would tell that page the secrets beside it (BREACH, CVE-2013-3587).
 */
export function isAskedFromOwnPage(head: Head): boolean {
  const site = headerOf(head, 'sec-fetch-site');
  return site === 'same-origin' || site === 'none';
}
