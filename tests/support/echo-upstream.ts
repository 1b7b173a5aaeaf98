import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it reached the application. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly trailers: readonly string[];
  readonly body: string;
}

export interface EchoUpstream extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Everything that arrived since `reset`, also bytes that were no request. */
  readonly seen: readonly SeenRequest[];
  readonly broken: number;
  /** Upgrade requests since `reset`. */
  readonly upgrades: number;
  reset(): void;
}

const PLAIN = { server: 'echo' };

/** An application that tells what it was sent, or only keeps it when quiet: the way to prove what a gateway lets through. */
export async function startEchoUpstream({ isQuiet = false } = {}): Promise<EchoUpstream> {
  const state = { seen: [] as SeenRequest[], broken: 0, upgrades: 0 };
  const server = createServer((incoming, outgoing) => collect(incoming, outgoing, { seen: state.seen, isQuiet }));
  server.on('clientError', (_error, socket) => {
    state.broken += 1;
    socket.destroy();
  });
  server.on('upgrade', (_incoming, socket) => {
    state.upgrades += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // A TCP server that listens has an address object.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    get seen() {
      return state.seen;
    },
    get broken() {
      return state.broken;
    },
    get upgrades() {
      return state.upgrades;
    },
    reset() {
      state.seen = [];
      state.broken = 0;
      state.upgrades = 0;
    },
    [Symbol.asyncDispose]: () => close(server),
  };
}

interface Collecting {
  readonly seen: SeenRequest[];
  readonly isQuiet: boolean;
}

function collect(incoming: IncomingMessage, outgoing: ServerResponse, { seen, isQuiet }: Collecting): void {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('error', () => undefined);
  incoming.on('end', () => {
    const raw = incoming.rawHeaders;
    const headers = Array.from({ length: raw.length / 2 }, (_, index): readonly [string, string] => [
      (raw[index * 2] ?? '').toLowerCase(),
      raw[index * 2 + 1] ?? '',
    ]);
    const body = Buffer.concat(chunks).toString('latin1');
    const request = { method: incoming.method ?? '', url: incoming.url ?? '', headers, trailers: incoming.rawTrailers, body };
    seen.push(request);
    outgoing.writeHead(200, { ...PLAIN, 'content-type': 'application/json' });
    outgoing.end(isQuiet ? '{}' : JSON.stringify(request));
  });
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
