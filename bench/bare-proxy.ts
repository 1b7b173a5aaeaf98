import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { Pool } from 'undici';

/**
 * The named peer: Node's http server and the same undici pool, nothing in between. Takes the upstream's port, prints its own. With
 * `hold` it has the whole body before it hands any of it on, and does nothing else with it: what holding alone costs.
 */
const isHolding = process.argv[3] === 'hold';
const pool = new Pool(`http://127.0.0.1:${process.argv[2]}`, { connections: 64, pipelining: 1, keepAliveTimeout: 30_000 });

/** undici writes its own connection and framing headers. */
function forwarded(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'connection' && name !== 'transfer-encoding'));
}

async function held(incoming: IncomingMessage): Promise<Readable> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming as AsyncIterable<Buffer>) pieces.push(piece);
  return Readable.from(pieces, { objectMode: false });
}

function forward(incoming: IncomingMessage, body: Readable, outgoing: ServerResponse): void {
  const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD';
  pool.stream(
    {
      method: incoming.method ?? 'GET',
      path: incoming.url ?? '/',
      headers: forwarded(incoming.headers),
      body: hasBody ? body : null,
    },
    ({ statusCode, headers }) => {
      // undici gives header values as string or string[], which writeHead takes.
      outgoing.writeHead(statusCode, headers as Record<string, string>);
      return outgoing;
    },
    (error) => {
      if (error !== null) outgoing.destroy();
    },
  );
}

const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
  if (isHolding) void held(incoming).then((body) => forward(incoming, body, outgoing));
  else forward(incoming, incoming, outgoing);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0 });
});
process.on('disconnect', () => process.exit(0));
