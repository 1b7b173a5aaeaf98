import { open, type FileHandle } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import type { Answer, Method, Transport } from './client.ts';
import { Interrupted, Unreachable } from '../fault.ts';
import { readAnswer } from './read-answer.ts';

export const SOCKET_NAME = 'admin.sock';
/** `sun_path` holds 108 bytes on Linux, 104 on macOS, with the final zero. */
const SOCKET_PATH_BYTES_MAX = 103;
const ANSWER_BYTES_MAX = 67_108_864;
/** Verifying a large ledger takes a while; connecting does not. */
const ANSWER_TIMEOUT_MS = 600_000;

/** The running server of a data directory, or null when none answers there. */
export async function openSocket(dataDir: string, signal: AbortSignal): Promise<Transport | null> {
  const { path, handle } = await reachable(dataDir);
  const transport: Transport = {
    server: 'running',
    send: (method, target, parts) => exchange({ socketPath: path, method, target, signal, ...parts }),
    close: async () => handle?.close(),
  };
  try {
    await transport.send('GET', '/-/live', { body: null, headers: { host: 'localhost' } });
    return transport;
  } catch (error) {
    await transport.close();
    if (error instanceof Interrupted) throw error;
    return null;
  }
}

/** A path that is too long for a socket address is reached through an open handle of its folder. */
async function reachable(dataDir: string): Promise<{ path: string; handle: FileHandle | null }> {
  const path = join(dataDir, SOCKET_NAME);
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX || process.platform !== 'linux') return { path, handle: null };
  try {
    const handle = await open(dataDir, 'r');
    return { path: `/proc/self/fd/${handle.fd}/${SOCKET_NAME}`, handle };
  } catch {
    // No such folder: connecting to the plain path says the same.
    return { path, handle: null };
  }
}

interface Exchange {
  readonly socketPath: string;
  readonly method: Method;
  readonly target: string;
  readonly body: string | null;
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
}

function exchange({ socketPath, method, target, body, headers, signal }: Exchange): Promise<Answer> {
  return new Promise((done, fail) => {
    const stop = (): void => fail(signal.aborted ? new Interrupted() : new Unreachable('The server did not answer to the end.'));
    const outgoing = request(
      {
        socketPath,
        method,
        path: target,
        headers: { ...headers, ...lengthOf(body) },
        signal,
        timeout: ANSWER_TIMEOUT_MS,
        agent: false,
      },
      (incoming) => readAnswer(incoming, ANSWER_BYTES_MAX, { done, stop }),
    );
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', stop);
    outgoing.end(body ?? undefined);
  });
}

/** Node frames a body by itself only where the method always has one: with DELETE it would be lost. */
export const lengthOf = (body: string | null): Record<string, string> =>
  body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) };
