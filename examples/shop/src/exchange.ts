import { request as requestHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Exchange, Expectation } from './flaws.ts';
import { limits } from './limits.ts';
import { ACCOUNTS } from './seed.ts';
import type { AccountName } from './seed.ts';

export interface Outcome {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Lower-case header names with values, an empty line, the body: what `expect` is held against. */
  readonly text: string;
}

export interface ExchangeRun {
  /** Where to send it: the shop itself, or whatever stands in front of it. */
  readonly origin: string;
  readonly exchange: Exchange;
  /** Where to sign in, when the front should not count those sign-ins. */
  readonly signInOrigin?: string;
  /** Headers every request carries, a Host for example. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The certificate to trust when the origin is `https:`. */
  readonly ca?: string;
}

interface Sending {
  readonly run: ExchangeRun;
  readonly method: string;
  readonly target: string;
  readonly headers: Record<string, string>;
  readonly body?: string | undefined;
}

async function readOutcome(response: IncomingMessage): Promise<Outcome> {
  const chunks: Buffer[] = [];
  // A response without setEncoding yields Buffers only; the stream type says `any`.
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const lines = Object.entries(response.headersDistinct).flatMap(([name, values]) =>
    (values ?? []).map((value) => `${name}: ${value}`),
  );
  const text = `${lines.join('\n')}\n\n${Buffer.concat(chunks).toString('utf8')}`;
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

/** Not `fetch`: it would repair the target, follow redirects and refuse headers that an attacker can send. */
async function send({ run, method, target, headers, body }: Sending): Promise<Outcome> {
  const { protocol, hostname, port } = new URL(run.origin);
  const start = protocol === 'https:' ? requestHttps : requestHttp;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return await new Promise((resolve, reject) => {
    const request = start({
      timeout: limits.requestTimeoutMs,
      agent: false,
      ...(run.ca === undefined ? {} : { ca: run.ca }),
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      method,
      path: target,
      headers: { ...run.headers, ...headers, ...length },
    });
    request.once('response', (response) => resolve(readOutcome(response)));
    request.once('timeout', () => request.destroy(new RangeError('The exchange took too long.')));
    request.once('error', reject);
    request.end(body);
  });
}

/** The Cookie header of a fresh session of that account. */
export async function signInCookie(run: ExchangeRun, account: AccountName): Promise<string> {
  const { name, password } = ACCOUNTS[account];
  const body = new URLSearchParams({ name, password }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const there = { ...run, origin: run.signInOrigin ?? run.origin };
  const outcome = await send({ run: there, method: 'POST', target: '/login', headers, body });
  return (outcome.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0] ?? '').join('; ');
}

/**
 * Performs one exchange of the flaw table and returns the answer that counts; the request's own answer is `first`.
 *
 * @example
 * const outcome = await performExchange({ origin: shop.url, exchange: flaw.attack });
 */
export async function performExchange(run: ExchangeRun): Promise<Outcome & { readonly first: Outcome }> {
  const { exchange } = run;
  const headers: Record<string, string> = { ...exchange.headers };
  if (exchange.signInAs !== undefined) headers['cookie'] = await signInCookie(run, exchange.signInAs);
  const sending = { run, method: exchange.method, target: exchange.target, headers, body: exchange.body };
  let first = await send(sending);
  for (let count = 1; count < (exchange.times ?? 1); count += 1) first = await send(sending);
  if (exchange.readBack === undefined) return { ...first, first };
  const cookie = headers['cookie'] === undefined ? {} : { cookie: headers['cookie'] };
  return { ...(await send({ run, method: 'GET', target: exchange.readBack, headers: cookie })), first };
}

/** What of the expectation did not come true; an empty list means it all did. */
export function unmetParts(outcome: Outcome, expect: Expectation): string[] {
  const status = outcome.status === expect.status ? [] : [`status is ${outcome.status}, not ${expect.status}`];
  const absent = (expect.contains ?? []).filter((text) => !outcome.text.includes(text)).map((text) => `lacks ${text}`);
  const present = (expect.lacks ?? []).filter((text) => outcome.text.includes(text)).map((text) => `contains ${text}`);
  return [...status, ...absent, ...present];
}
