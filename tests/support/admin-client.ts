import { Agent, request } from 'node:https';
import type { HoldfastProcess } from './holdfast-process.ts';

const CALL_TIMEOUT_MS = 15_000;

export interface AdminAnswer {
  readonly status: number;
  /** Parsed when the answer is JSON; the caller knows its shape. */
  readonly body: unknown;
}

export interface AdminClient extends Disposable {
  call(method: string, path: string, body?: object): Promise<AdminAnswer>;
}

/** The admin API over HTTPS with a token, as automation uses it: many calls a second, unlike one process a command. */
export async function createAdminClient(holdfast: HoldfastProcess, permissions: readonly string[]): Promise<AdminClient> {
  const created = await holdfast.cli<{ token: string }>('token', 'create', '--name', 'test', '--permission', ...permissions);
  if (created.code !== 0) throw new Error(`assertion: a token can be created: ${created.stderr}${created.stdout}`);
  return connectAdmin(holdfast, created.data.token);
}

/** A token outlives a restart of the server. */
export function connectAdmin(holdfast: HoldfastProcess, token: string): AdminClient {
  const { hostname, port } = new URL(holdfast.admin);
  const agent = new Agent({ keepAlive: true, ca: holdfast.ca(), servername: 'localhost' });
  return {
    call: (method, path, body) =>
      new Promise((settle, fail) => {
        const text = body === undefined ? undefined : JSON.stringify(body);
        const outgoing = request(
          {
            host: hostname,
            port,
            path,
            method,
            agent,
            headers: {
              host: `localhost:${port}`,
              authorization: `Bearer ${token}`,
              ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
            },
          },
          (incoming) => {
            const chunks: Buffer[] = [];
            incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
            incoming.on('error', fail);
            incoming.on('end', () => settle({ status: incoming.statusCode ?? 0, body: parse(Buffer.concat(chunks)) }));
          },
        );
        outgoing.setTimeout(CALL_TIMEOUT_MS, () => outgoing.destroy(new Error('no answer in time')));
        outgoing.on('error', fail);
        outgoing.end(text);
      }),
    [Symbol.dispose]: () => agent.destroy(),
  };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return null;
  }
}
