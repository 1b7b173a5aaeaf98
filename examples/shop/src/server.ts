import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { runCommandLine } from './command-line.ts';
import type { Credentials } from './credentials.ts';
import { admit, requireLoopback } from './fence.ts';
import { limits } from './limits.ts';
import { createTicker } from './live/ticker.ts';
import type { Ticker } from './live/ticker.ts';
import { sendFailure } from './pages/failure.ts';
import { createRoutes, findRoute } from './routes.ts';
import { readCookies } from './session.ts';
import { ShopError } from './shop-error.ts';
import { openStock } from './stock.ts';
import type { ShopParts, Visit } from './visit.ts';

export { FLAWS } from './flaws.ts';
export type { Exchange, Expectation, Flaw } from './flaws.ts';
export { performExchange, signInCookie, unmetParts } from './exchange.ts';
export type { ExchangeRun, Outcome } from './exchange.ts';
export { ACCOUNTS } from './seed.ts';
export { ShopError } from './shop-error.ts';

export interface ShopOptions {
  /** 0 picks a free port. */
  readonly port: number;
  /** A loopback address; anything else is refused. */
  readonly host?: string;
  /** Where uploads and documents go; a temporary directory by default. */
  readonly dataDir?: string;
  /** Host names to answer to besides loopback and reserved ones (RFC 6761). */
  readonly allowedHosts?: readonly string[];
  readonly credentials?: Credentials;
}

export interface RunningShop {
  readonly url: string;
  close(): Promise<void>;
}

interface Shop {
  readonly parts: ShopParts;
  readonly routes: ReturnType<typeof createRoutes>;
  readonly allowedHosts: ReadonlySet<string>;
}

function readUrl(request: IncomingMessage): URL {
  const target = request.url ?? '/';
  // Only the origin form (RFC 9112 §3.2.1); `//host` would be read as another authority.
  const isOriginForm = target.startsWith('/') && !target.startsWith('//') && target.length <= limits.targetCharsMax;
  const url = isOriginForm ? URL.parse(target, 'http://shop.invalid') : null;
  if (url === null) throw new ShopError('request-malformed', 'The address of this request is not usable.');
  return url;
}

async function answer(shop: Shop, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // FLAW banner: the software and its version are told to everybody.
  response.setHeader('Server', 'tin-and-leaf/0.9').setHeader('X-Powered-By', `node ${process.version}`);
  // FLAW missing-headers: nothing else is set, neither a content security policy nor frame or sniffing protection.
  const cookies = readCookies(request);
  const session = shop.parts.sessions.get(cookies.get('sid') ?? '');
  const bare = { request, response, cookies, session, parts: shop.parts, params: new Map<string, string>() };
  let visit: Visit = { ...bare, url: new URL('http://shop.invalid/') };
  try {
    admit(request, shop.allowedHosts);
    visit = { ...bare, url: readUrl(request) };
    const { handle, params } = findRoute(shop.routes, request.method ?? '', visit.url.pathname);
    await handle({ ...visit, params });
  } catch (cause) {
    if (response.headersSent) response.destroy();
    else await sendFailure(visit, cause);
  }
}

function upgrade(shop: Shop, ticker: Ticker, [request, socket]: readonly [IncomingMessage, Duplex]): void {
  socket.on('error', () => socket.destroy());
  try {
    admit(request, shop.allowedHosts);
    if (readUrl(request).pathname !== '/ws/ticker') throw new ShopError('not-found', 'There is no such socket.');
    ticker.upgrade(request, socket);
  } catch (cause) {
    const status = cause instanceof ShopError ? cause.status : 500;
    socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }
}

async function listen(server: Server, port: number, host: string): Promise<string> {
  server.listen({ port, host, exclusive: true });
  await once(server, 'listening');
  // A TCP server that listens has an AddressInfo; a string belongs to a pipe, null to a closed server.
  const address = server.address() as AddressInfo;
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
}

async function shut(server: Server, ticker: Ticker): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  ticker.close();
  server.closeAllConnections();
  await closed;
}

/**
 * Starts the deliberately flawed demo shop on a loopback address.
 *
 * @example
 * const shop = await startShop({ port: 0 });
 * await shop.close();
 */
export async function startShop(options: ShopOptions): Promise<RunningShop> {
  const host = requireLoopback(options.host ?? '127.0.0.1');
  const stock = openStock(options.dataDir, options.credentials);
  const allowedHosts = new Set((options.allowedHosts ?? []).map((name) => name.toLowerCase()));
  const shop = { parts: stock.parts, routes: createRoutes(), allowedHosts };
  const ticker = createTicker();
  const { requestTimeoutMs: requestTimeout, headersTimeoutMs: headersTimeout, headerBytesMax: maxHeaderSize } = limits;
  const server = createServer({ requestTimeout, headersTimeout, maxHeaderSize }, (request, response) => {
    // sendFailure catches what a page throws; if even that fails, the connection is all that is left to close.
    answer(shop, request, response).catch(() => response.destroy());
  });
  server.maxConnections = limits.connectionsMax;
  server.on('upgrade', (request, socket) => upgrade(shop, ticker, [request, socket]));
  try {
    const url = await listen(server, options.port, host);
    return {
      url,
      async close() {
        await shut(server, ticker);
        stock.close();
      },
    };
  } catch (cause) {
    stock.close();
    throw cause;
  }
}

if (import.meta.main) await runCommandLine(startShop);
