import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FormRelay extends AsyncDisposable {
  readonly url: string;
}

/**
 * Passes everything on, and answers 200 where the application answers 401, as most login forms do: hydra takes 401 for HTTP
 * authentication and does not go on.
 */
export async function startFormRelay(to: string): Promise<FormRelay> {
  const server = createServer((incoming, outgoing) => {
    const onward = request(new URL(incoming.url ?? '/', to), { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode === 401 ? 200 : (answer.statusCode ?? 502), {
        ...answer.headers,
        connection: 'close',
      });
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.on('error', () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  // A TCP server that listens has an address object.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise((done) => {
        server.close(() => done());
      });
    },
  };
}
