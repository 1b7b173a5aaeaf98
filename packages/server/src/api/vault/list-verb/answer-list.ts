import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { parseList } from './parse-list.ts';

const HEAD_BYTES_MAX = 16_384;
const HEAD_TIMEOUT_MS = 5000;
const ANSWER_TIMEOUT_MS = 30_000;
const LINGER_MS = 2000;
const END_OF_HEAD = '\r\n\r\n';

/** What answers, with the connection that it came by. */
export type ListHandler = (request: Request, socket: Duplex) => Response | Promise<Response>;

interface ParserError extends Error {
  readonly code?: string;
  readonly rawPacket?: Buffer;
}

/**
 * Node's parser does not know the method LIST, which Vault clients send: it gives up on the connection and hands out the bytes. They
 * are read once more here, as strictly as can be, answered, and the connection is closed. Whatever else the parser gives up on gets
 * what Node would have said.
 */
export function answerList(server: Server, handle: ListHandler): void {
  const answering = new WeakMap<Duplex, number>();
  const count = (socket: Duplex, change: number): void =>
    void answering.set(socket, Math.max(0, (answering.get(socket) ?? 0) + change));
  server.prependListener('request', ({ socket }: IncomingMessage, outgoing: ServerResponse) => {
    count(socket, 1);
    outgoing.once('close', () => count(socket, -1));
  });
  /** The parser complains of each further packet; such a connection is in our hands already. */
  const taken = new WeakSet<Duplex>();
  server.on('clientError', (error: ParserError, socket: Duplex) => {
    if (taken.has(socket)) return;
    taken.add(socket);
    // An answer is on its way to an earlier request: another one in between would be taken for its rest.
    const isBusy = !socket.writable || socket.destroyed || (answering.get(socket) ?? 0) > 0;
    const { code, rawPacket } = error;
    const isList = code === 'HPE_INVALID_METHOD' && rawPacket !== undefined && isBeginningOfList(rawPacket);
    if (isBusy) socket.destroy();
    else if (isList) void answer({ socket, handle, first: rawPacket });
    else endWith(socket, plain(statusOf(code)));
  });
}

const isBeginningOfList = (bytes: Buffer): boolean => 'LIST '.startsWith(bytes.toString('latin1', 0, 5));

function statusOf(code: string | undefined): number {
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return 413;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
}

/**
 * Closing with bytes unread would reset the connection, and the answer with it (RFC 9112 §9.6): what still comes is read away for a
 * moment. Nobody else listens to this socket any more, so nobody else would close it.
 */
function endWith(socket: Duplex, bytes: string | Buffer): void {
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(timer)).once('end', () => socket.destroy());
  // A connection that breaks now has nobody left to tell.
  socket.on('error', () => socket.destroy());
  socket.end(bytes);
  socket.resume();
}

const plain = (status: number): string =>
  `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;

/** The head may come in several packets; the parser has stopped listening. */
async function receive(socket: Duplex, first: Buffer): Promise<string> {
  // oxlint-disable-next-line promise/avoid-new -- a stream speaks events
  return new Promise((resolve, reject) => {
    let text = first.toString('latin1');
    const stop = (): void => {
      clearTimeout(timer);
      socket.off('data', take).off('close', fail).off('error', fail);
    };
    const fail = (): void => {
      stop();
      reject(new Error('the head did not come'));
    };
    const look = (): boolean => {
      if (!text.includes(END_OF_HEAD) && text.length <= HEAD_BYTES_MAX) return false;
      stop();
      socket.pause();
      resolve(text);
      return true;
    };
    const take = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      look();
    };
    const timer = setTimeout(fail, HEAD_TIMEOUT_MS).unref();
    if (look()) return;
    socket.on('data', take).once('close', fail).once('error', fail);
  });
}

/** Never throws: a connection that cannot be answered is closed. */
async function answer({ socket, handle, first }: Omit<Reply, 'head'> & { readonly first: Buffer }): Promise<void> {
  try {
    await reply({ socket, handle, head: await receive(socket, first) });
  } catch {
    socket.destroy();
  }
}

interface Reply {
  readonly socket: Duplex;
  readonly handle: ListHandler;
  readonly head: string;
}

async function reply({ socket, handle, head: text }: Reply): Promise<void> {
  const parsed = text.length > HEAD_BYTES_MAX ? null : parseList(text);
  if (parsed === null) return endWith(socket, plain(400));
  const timer = setTimeout(() => socket.destroy(), ANSWER_TIMEOUT_MS).unref();
  try {
    const request = new Request(`https://${parsed.host}${parsed.target}`, { method: 'LIST', headers: [...parsed.headers] });
    const response = await handle(request, socket);
    const body = Buffer.from(await response.arrayBuffer());
    const lines = [...response.headers]
      .filter(([name]) => name !== 'content-length' && name !== 'connection')
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    const { status } = response;
    const line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
    const head = `${line}${lines}content-length: ${body.length}\r\nconnection: close\r\n\r\n`;
    endWith(socket, Buffer.concat([Buffer.from(head, 'latin1'), body]));
  } finally {
    clearTimeout(timer);
  }
}
