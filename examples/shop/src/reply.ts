import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { limits } from './limits.ts';
import { layout } from './layout.ts';
import type { PageContent } from './layout.ts';
import { ShopError } from './shop-error.ts';
import type { Visit } from './visit.ts';

const compress = promisify(gzip);

/** A coding with `q=0` is one the client cannot read (RFC 9110 §12.4.2). */
function acceptsGzip(visit: Visit): boolean {
  const header = visit.request.headers['accept-encoding'];
  const offered = typeof header === 'string' ? header : '';
  return offered
    .toLowerCase()
    .split(',')
    .map((coding) => coding.replaceAll(' ', ''))
    .some((coding) => coding === 'gzip' || (coding.startsWith('gzip;q=') && Number(coding.slice('gzip;q='.length)) > 0));
}

export async function sendPage(visit: Visit, page: PageContent): Promise<void> {
  const { response } = visit;
  const text = Buffer.from(layout(page, visit.session).markup);
  response.statusCode = page.status ?? 200;
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.setHeader('Vary', 'Accept-Encoding');
  if (!visit.cookies.has('visited')) response.appendHeader('Set-Cookie', 'visited=yes; Path=/');
  const body = acceptsGzip(visit) ? await compress(text) : text;
  if (body !== text) response.setHeader('Content-Encoding', 'gzip');
  response.setHeader('Content-Length', body.length);
  response.end(body);
}

export function sendJson(visit: Visit, value: unknown, status = 200): void {
  visit.response.statusCode = status;
  visit.response.setHeader('Content-Type', 'application/json; charset=utf-8');
  visit.response.end(JSON.stringify(value));
}

export function sendBytes(visit: Visit, type: string, bytes: Buffer | string): void {
  visit.response.setHeader('Content-Type', type);
  visit.response.end(bytes);
}

export function redirect(visit: Visit, location: string): void {
  // 303 turns the POST into a GET of the next page (RFC 9110 §15.4.4).
  visit.response.statusCode = 303;
  visit.response.setHeader('Location', location);
  visit.response.end();
}

export function queryText(visit: Visit, name: string): string {
  const text = visit.url.searchParams.get(name) ?? '';
  if (text.length > limits.queryCharsMax) throw new ShopError('request-malformed', `The parameter "${name}" is too long.`);
  return text;
}

export function requireSession(visit: Visit): NonNullable<Visit['session']> {
  if (visit.session === undefined) throw new ShopError('sign-in-required', 'Sign in first.');
  return visit.session;
}

/** Row ids are small positive integers; anything else names nothing. */
export function idParam(visit: Visit): number {
  const text = visit.params.get('id') ?? '';
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new ShopError('not-found', 'There is nothing under that number.');
  return Number(text);
}
