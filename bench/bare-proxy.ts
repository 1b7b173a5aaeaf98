import { createServer, type IncomingHttpHeaders } from 'node:http';
import { Pool } from 'undici';

/** The named peer: Node's http server and the same undici pool, nothing in between. Takes the upstream's port, prints its own. */
const pool = new Pool(`http://127.0.0.1:${process.argv[2]}`, { connections: 64, pipelining: 1, keepAliveTimeout: 30_000 });

/** undici writes its own connection and framing headers. */
function forwarded(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'connection' && name !== 'transfer-encoding'));
}

const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
  const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD';
  pool.stream(
    {
      method: incoming.method ?? 'GET',
      path: incoming.url ?? '/',
      headers: forwarded(incoming.headers),
      body: hasBody ? incoming : null,
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
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0 });
});
process.on('disconnect', () => process.exit(0));
