import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** One answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export interface RawExchange {
  readonly answers: readonly RawAnswer[];
  /** The server ended the connection. */
  readonly isClosed: boolean;
  readonly text: string;
}

export interface RawSend {
  readonly port: number;
  readonly bytes: Uint8Array | string;
  /** TLS with ALPN http/1.1; the certificate is not checked. */
  readonly tls?: boolean;
  /** Stop waiting when the server has been silent this long. */
  readonly quietMs?: number;
  /** Stop as soon as this many final answers are complete. */
  readonly answersMax?: number;
  /** Send byte by byte, so that every state of a parser sees a chunk border. */
  readonly split?: boolean;
}

const WAIT_MS_MAX = 5000;

/** Sends bytes as they are and collects what comes back until the server closes, falls silent or has answered enough. */
export async function sendRaw({
  port,
  bytes,
  tls = false,
  quietMs = 250,
  answersMax = 2,
  split = false,
}: RawSend): Promise<RawExchange> {
  const socket = await open(port, tls);
  const chunks: Buffer[] = [];
  let isClosed = false;
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(quiet);
      clearTimeout(hard);
      socket.destroy();
      const text = Buffer.concat(chunks).toString('latin1');
      resolve({ answers: parseAnswers(text), isClosed, text });
    };
    const quiet = setTimeout(finish, quietMs);
    const hard = setTimeout(finish, WAIT_MS_MAX);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      quiet.refresh();
      if (parseAnswers(Buffer.concat(chunks).toString('latin1')).length >= answersMax) finish();
    });
    socket.on('error', () => undefined);
    socket.on('end', () => {
      isClosed = true;
      finish();
    });
    socket.on('close', () => {
      isClosed = true;
      finish();
    });
    const data = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    if (!split) socket.write(data);
    else for (const byte of data) socket.write(Uint8Array.of(byte));
  });
}

function open(port: number, tls: boolean): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket: Socket = tls
      ? connectTls({ port, host: '127.0.0.1', servername: 'hf.test', rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
      : connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject);
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** Final answers only: 1xx are skipped. An unfinished answer at the end is left out. */
export function parseAnswers(text: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let at = 0;
  while (at < text.length) {
    const headEnd = text.indexOf('\r\n\r\n', at);
    if (headEnd < 0) break;
    const [first = '', ...lines] = text.slice(at, headEnd).split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/u.exec(first)?.[1] ?? '0');
    const headers = lines.map((line): readonly [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
    at = headEnd + 4;
    if (status >= 100 && status < 200 && status !== 101) continue;
    const read = readBody(text, at, headers);
    if (read === null) break;
    answers.push({ status, headers, body: read.body });
    at = read.next;
  }
  return answers;
}

function readBody(text: string, at: number, headers: RawAnswer['headers']): { body: string; next: number } | null {
  const value = (name: string): string | undefined => headers.find(([held]) => held === name)?.[1];
  if (value('transfer-encoding') === 'chunked') return readChunks(text, at);
  const length = Number(value('content-length') ?? '0');
  return at + length > text.length ? null : { body: text.slice(at, at + length), next: at + length };
}

function readChunks(text: string, start: number): { body: string; next: number } | null {
  let body = '';
  let at = start;
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd < 0) return null;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (Number.isNaN(size) || next > text.length) return null;
    if (size === 0) return { body, next };
    body += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = next;
  }
}
