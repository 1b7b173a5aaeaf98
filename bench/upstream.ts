import { createServer } from 'node:http';

/** The application behind both proxies: reads the body, answers 200 with a short JSON text. Prints its port. */
const ANSWER = Buffer.from(
  JSON.stringify({ ok: true, items: Array.from({ length: 10 }, (_, id) => ({ id, name: `item ${id}` })) }),
);

const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
  incoming.resume();
  incoming.on('end', () => {
    outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': ANSWER.length, 'x-bench-application': '1' });
    outgoing.end(ANSWER);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0 });
});
process.on('disconnect', () => process.exit(0));
