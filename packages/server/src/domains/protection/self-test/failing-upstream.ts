import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';

/** Stands in everything that no visitor may read. */
export const CANARY = 'hf-canary-4b1d';
const PLACE = `/srv/${CANARY}/app`;
const TELLING = { server: `Apache/2.4 ${CANARY}`, 'x-powered-by': CANARY, via: `1.1 ${CANARY}` };
export const PLAIN_ANSWER = '{"message":"Only 3 left, at line 5 of your list."}';

type Failure = (outgoing: ServerResponse) => void;
const answer =
  (status: number, type: string, body: string): Failure =>
  (outgoing) =>
    void outgoing.writeHead(status, { ...TELLING, 'content-type': type }).end(body);
const raw =
  (bytes: string): Failure =>
  ({ socket }) =>
    void socket?.end(bytes, 'latin1');

const TRACE = `Error: ${CANARY}\n    at load (${PLACE}/db.js:10:11)\n    at run (${PLACE}/main.js:1:1)`;

/** Ways in which an application fails and says why, and one in which it says something honest. */
export const FAILURES: ReadonlyMap<string, Failure> = new Map<string, Failure>([
  ['/trace-in-500', answer(500, 'text/html', `<pre>${TRACE}</pre>`)],
  ['/trace-in-200', answer(200, 'text/plain', TRACE)],
  ['/trace-in-json', answer(200, 'application/json', JSON.stringify({ error: CANARY, stack: TRACE }))],
  ['/sql-in-200', answer(200, 'text/html', `<p>error: relation "${CANARY}" does not exist</p>`)],
  ['/path-in-404', answer(404, 'text/html', `<p>Cannot find view in ${PLACE}/views/item.html</p>`)],
  ['/reset', ({ socket }) => void socket?.resetAndDestroy()],
  ['/no-http', raw(`220 ${CANARY} ESMTP\r\n`)],
  ['/bad-header', raw(`HTTP/1.1 200 OK\r\nX A: ${CANARY}\r\n\r\n`)],
  ['/large-header', raw(`HTTP/1.1 200 OK\r\nX-A: ${CANARY.repeat(10_000)}\r\n\r\n`)],
  ['/breaks-off', raw(`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n<p>${CANARY}`)],
]);
export const PLAIN_PATH = '/plain';

export interface FailingUpstream extends AsyncDisposable {
  readonly url: string;
}

/** An application on loopback that fails in every one of these ways when it is asked to. */
export async function startFailingUpstream(): Promise<FailingUpstream> {
  const plain = answer(409, 'application/json', PLAIN_ANSWER);
  const server = createServer((incoming, outgoing) => {
    outgoing.on('error', () => undefined);
    (FAILURES.get(incoming.url ?? '') ?? plain)(outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('assertion: a TCP server that listens has a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
