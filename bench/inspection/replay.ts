import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerLength } from '../load.ts';
import { wireBytes, type Row } from './corpora.ts';

/** What became of one request: the application behind the proxy answered, or it never saw the request. */
export interface Fate {
  readonly row: Row;
  /** Status, or what happened to the connection. */
  readonly answer: number | 'reset' | 'timeout';
  readonly isStopped: boolean;
  readonly ms: number;
}

const CONNECTIONS = 16;
/** A request that announces more than it sends never ends by itself. */
const ANSWER_TIMEOUT_MS = 4000;
const STATUS = /^HTTP\/1\.[01] (\d{3})/u;

export interface ReplayTarget {
  readonly port: number;
  /** A header line that only the application writes. */
  readonly marker: string;
  /** As fast as it goes unless given. */
  readonly perSecondMax?: number;
}

/** Sends every row over HTTP/1.1, a few connections side by side. */
export async function replay(rows: readonly Row[], { port, marker, perSecondMax }: ReplayTarget): Promise<readonly Fate[]> {
  const fates: Fate[] = [];
  const began = performance.now();
  let next = 0;
  const work = async (): Promise<void> => {
    let socket: Socket | null = null;
    while (next < rows.length) {
      const row = rows[next]!;
      next += 1;
      const dueMs = perSecondMax === undefined ? 0 : (next / perSecondMax) * 1000 - (performance.now() - began);
      // oxlint-disable-next-line no-await-in-loop -- the pace is the point
      if (dueMs > 0) await sleep(dueMs);
      socket = socket === null || socket.destroyed ? connect({ port, host: '127.0.0.1', noDelay: true }) : socket;
      // One after the other by design: a connection carries one request at a time.
      // oxlint-disable-next-line no-await-in-loop
      fates.push(await exchange(socket, row, marker));
    }
    socket?.destroy();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  return fates;
}

function exchange(socket: Socket, row: Row, marker: string): Promise<Fate> {
  return new Promise((done) => {
    const began = performance.now();
    let received: Buffer = Buffer.alloc(0);
    const end = (answer: Fate['answer']): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on('error', () => socket.destroy());
      const head = received.toString('latin1').split('\r\n\r\n', 1)[0]?.toLowerCase() ?? '';
      const mayGoOn = typeof answer === 'number' && row.raw === undefined && !head.includes('\r\nconnection: close');
      if (!mayGoOn) socket.destroy();
      done({ row, answer, isStopped: !head.includes(marker), ms: performance.now() - began });
    };
    const timer = setTimeout(() => end('timeout'), ANSWER_TIMEOUT_MS);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const status = statusOf(received);
      if (status === null) return;
      if (isWhole(received, row.method)) end(status);
    });
    socket.on('error', () => end(statusOf(received) ?? 'reset'));
    socket.on('close', () => end(statusOf(received) ?? 'reset'));
    socket.write(wireBytes(row));
  });
}

function statusOf(received: Buffer): number | null {
  const status = Number(STATUS.exec(received.subarray(0, 16).toString('latin1'))?.[1] ?? 0);
  return status === 0 ? null : status;
}

/** RFC 9112 §6.3: an answer to HEAD ends with its head. */
function isWhole(received: Buffer, method: string): boolean {
  if (method === 'HEAD') return received.includes('\r\n\r\n');
  const length = answerLength(received);
  return length !== null && received.length >= length;
}
