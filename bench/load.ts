import { connect, type Socket } from 'node:net';

/** One prepared request, sent byte for byte. */
export interface LoadRequest {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface LoadResult {
  readonly requests: number;
  readonly failures: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The mix of every gateway measurement: a GET with a query, a JSON POST of 1 KB and a form POST, in equal parts. */
export function requestMix(host: string): readonly LoadRequest[] {
  const json = JSON.stringify({ name: 'Ada', note: 'x'.repeat(900), tags: ['garden', 'tools'], amount: 42 });
  const form = 'name=Grace+Hopper&email=grace%40example.org&comment=Please+deliver+after+five%2C+thank+you&quantity=3';
  const head = (line: string, extra: string): string =>
    `${line} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: bench/1\r\nAccept: text/html,application/json\r\nAccept-Language: en\r\nCookie: theme=dark; visits=7\r\n${extra}\r\n`;
  const post = (type: string, body: string): string => `Content-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
  return [
    { name: 'get', bytes: Buffer.from(head('GET /products?category=garden&sort=price&page=2&q=watering+can', '')) },
    { name: 'json', bytes: Buffer.from(head('POST /api/orders', post('application/json', json)) + json) },
    { name: 'form', bytes: Buffer.from(head('POST /contact', post('application/x-www-form-urlencoded', form)) + form) },
  ];
}

/** Closed-loop load: each connection sends its next request when the answer to the last one is complete. */
export async function load(options: {
  port: number;
  connections: number;
  seconds: number;
  mix: readonly LoadRequest[];
}): Promise<LoadResult> {
  const { port, connections, seconds, mix } = options;
  const latencies: number[] = [];
  let failures = 0;
  const end = performance.now() + seconds * 1000;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: connections }, (_, index) =>
      run({ port, mix, offset: index, end, onAnswer: (ms, ok) => (ok ? latencies.push(ms) : (failures += 1)) }),
    ),
  );
  const took = (performance.now() - started) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => Math.round((latencies[Math.floor(latencies.length * share)] ?? 0) * 100) / 100;
  return {
    requests: latencies.length,
    failures,
    seconds: took,
    perSecond: Math.round(latencies.length / took),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
}

interface Run {
  readonly port: number;
  readonly mix: readonly LoadRequest[];
  readonly offset: number;
  readonly end: number;
  readonly onAnswer: (ms: number, ok: boolean) => void;
}

const received = Buffer.alloc(65_536);

function run({ port, mix, offset, end, onAnswer }: Run): Promise<void> {
  return new Promise((done) => {
    let turn = offset;
    let sentAt = 0;
    let pending: Buffer = Buffer.alloc(0);
    let socket: Socket;
    const send = (): void => {
      if (performance.now() >= end) {
        socket.destroy();
        done();
        return;
      }
      sentAt = performance.now();
      // The mix is never empty.
      socket.write(mix[turn % mix.length]!.bytes);
      turn += 1;
    };
    const take = (chunk: Buffer): void => {
      const all = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      const length = answerLength(all);
      if (length === null || all.length < length) {
        pending = Buffer.from(all);
        return;
      }
      onAnswer(performance.now() - sentAt, all.subarray(9, 12).toString('latin1') === '200');
      pending = Buffer.from(all.subarray(length));
      send();
    };
    // Each answer is read where the last one was: the client runs on the cores that it measures.
    const onread = {
      buffer: received,
      callback: (length: number, buffer: Uint8Array) => {
        take(Buffer.from(buffer.buffer, buffer.byteOffset, length));
        return true;
      },
    };
    const open = (): void => {
      pending = Buffer.alloc(0);
      socket = connect({ port, host: '127.0.0.1', noDelay: true, onread }, send);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        if (performance.now() >= end) return done();
        onAnswer(0, false);
        setTimeout(open, 10);
      });
    };
    open();
  });
}

/** Bytes of the first answer in the buffer, or null while its head is incomplete. Content-Length and chunked framing. */
export function answerLength(buffer: Buffer): number | null {
  const headEnd = buffer.indexOf('\r\n\r\n');
  if (headEnd === -1) return null;
  const length = /\r\ncontent-length: *(\d+)/iu.exec(buffer.toString('latin1', 0, headEnd));
  if (length !== null) return headEnd + 4 + Number(length[1]);
  const last = buffer.indexOf('\r\n0\r\n\r\n', headEnd);
  return last === -1 ? null : last + 7;
}
