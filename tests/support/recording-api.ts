import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  /** `POST /path`. */
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Somebody else's API that keeps to idempotency keys: what comes under one key is done once, and answered alike. */
export interface RecordingApi extends AsyncDisposable {
  readonly url: string;
  /** All that came, oldest first. */
  readonly asked: readonly Asked[];
  /** What was done, by the keys under which it was. */
  readonly done: ReadonlyMap<string, Asked>;
}

export async function startRecordingApi(): Promise<RecordingApi> {
  const asked: Asked[] = [];
  const done = new Map<string, Asked>();
  const server = createServer((incoming, outgoing) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    incoming.on('end', () => {
      const one = { line: `${incoming.method} ${incoming.url}`, headers: incoming.headers, body };
      asked.push(one);
      const key = String(incoming.headers['idempotency-key'] ?? `none ${asked.length}`);
      if (!done.has(key)) done.set(key, one);
      const ticket = [...done.keys()].indexOf(key) + 1;
      outgoing.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ ticket }));
    });
  });
  await new Promise<void>((ready) => {
    server.listen(0, '127.0.0.1', ready);
  });
  // A TCP server that listens has an address object.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    done,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
