import { request } from 'node:http';
import { join } from 'node:path';
import type { AdminAnswer } from './admin-client.ts';
import type { HoldfastProcess } from './holdfast-process.ts';

const CALL_TIMEOUT_MS = 60_000;

/** The API as the operator of the host: over the socket in the data directory, without the price of a process a command. */
export function hostCall(holdfast: HoldfastProcess, method: string, path: string, body?: object): Promise<AdminAnswer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((settle, fail) => {
    const outgoing = request(
      {
        socketPath: join(holdfast.dataDir, 'admin.sock'),
        path,
        method,
        agent: false,
        headers: { host: 'localhost', ...(text === undefined ? {} : { 'content-type': 'application/json' }) },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', fail);
        incoming.on('end', () => {
          const whole = Buffer.concat(chunks).toString();
          settle({ status: incoming.statusCode ?? 0, body: whole === '' ? null : (JSON.parse(whole) as unknown) });
        });
      },
    );
    outgoing.setTimeout(CALL_TIMEOUT_MS, () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', fail);
    outgoing.end(text);
  });
}
