import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How long `/slow` thinks before it answers. */
export const SLOW_MS = 1500;
const BIG_BYTES = 4_194_304;
const CHUNK = Buffer.alloc(65_536, 'a');

export interface TestApplication extends AsyncDisposable {
  readonly url: string;
  /** Requests that reached the application. */
  readonly hits: number;
}

/** An application that behaves: short answers, a slow one, a large one, and one that repeats what it was sent. */
export async function startTestApplication({ port: wanted = 0 } = {}): Promise<TestApplication> {
  let hits = 0;
  const server = createServer((incoming, outgoing) => {
    hits += 1;
    answer(incoming, outgoing);
  });
  // A gateway keeps its connections for a while; the application must not be the one that closes first.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((done) => {
    server.listen(wanted, '127.0.0.1', done);
  });
  // A TCP server that listens has an address object.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get hits() {
      return hits;
    },
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise((done) => {
        server.close(() => done());
      });
    },
  };
}

function answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const path = (incoming.url ?? '/').split('?', 1)[0];
  incoming.on('error', () => undefined);
  if (path === '/slow') {
    incoming.resume();
    setTimeout(() => outgoing.end('slow but whole'), SLOW_MS);
  } else if (path === '/big') {
    incoming.resume();
    outgoing.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': BIG_BYTES });
    writeBig(outgoing, 0);
  } else if (path === '/echo') repeat(incoming, outgoing);
  else {
    incoming.resume();
    incoming.on('end', () => outgoing.end('ok'));
  }
}

/** Waits for the reader: what a slow one has not taken is not made yet. */
function writeBig(outgoing: ServerResponse, start: number): void {
  let sent = start;
  while (sent < BIG_BYTES && !outgoing.destroyed) {
    sent += CHUNK.length;
    if (!outgoing.write(CHUNK)) {
      outgoing.once('drain', () => writeBig(outgoing, sent));
      return;
    }
  }
  outgoing.end();
}

function repeat(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    outgoing.writeHead(200, { 'content-type': 'text/plain' });
    outgoing.end(Buffer.concat(chunks));
  });
}
