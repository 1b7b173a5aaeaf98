import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Told {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Where webhooks, chats and collectors lead to. */
export interface AlertReceiver extends AsyncDisposable {
  readonly url: string;
  /** What it took at this path, oldest first. */
  at(path: string): readonly Told[];
  mood: 'takes' | 'fails' | 'hangs';
}

/** OTLP/HTTP says what a request has to look like; whoever sends something else gets what a collector answers. */
function isLogs({ headers, body }: Told): boolean {
  if (headers['content-type'] !== 'application/json') return false;
  try {
    const { resourceLogs } = JSON.parse(body) as { resourceLogs: { scopeLogs: { logRecords: Record<string, unknown>[] }[] }[] };
    const records = resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords));
    return (
      records.length > 0 &&
      records.every(
        ({ timeUnixNano, severityNumber, body: text }) =>
          /^\d{19}$/u.test(String(timeUnixNano)) &&
          Number.isSafeInteger(severityNumber) &&
          typeof (text as { stringValue?: unknown }).stringValue === 'string',
      )
    );
  } catch {
    return false;
  }
}

export async function startAlertReceiver(): Promise<AlertReceiver> {
  const told: Told[] = [];
  const server = createServer((incoming, outgoing) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    incoming.on('end', () => {
      if (receiver.mood === 'hangs') return;
      const one = { path: incoming.url ?? '', headers: incoming.headers, body };
      const isBad = one.path === '/v1/logs' && !isLogs(one);
      const status = receiver.mood === 'fails' ? 503 : isBad ? 400 : 200;
      if (status === 200) told.push(one);
      outgoing.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  // A TCP server that listens has an address object.
  const { port } = server.address() as AddressInfo;
  const receiver: AlertReceiver = {
    url: `http://127.0.0.1:${port}`,
    at: (path) => told.filter((one) => one.path === path),
    mood: 'takes',
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return receiver;
}
