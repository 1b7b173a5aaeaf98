import * as fc from 'fast-check';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEchoUpstream, type EchoUpstream } from '../../support/echo-upstream.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';

const RUNS = 60;
const PIECES_MAX = 6;
const ANSWER_TIMEOUT_MS = 5000;

const ATTACK = "x' UNION SELECT name, password FROM users -- ";
const BODIES: readonly (readonly [type: string, attack: string, twin: string])[] = [
  ['application/json', JSON.stringify({ a: 1, note: ATTACK }), JSON.stringify({ a: 1, note: "O'Brien selects a union of teas" })],
  ['application/x-www-form-urlencoded', `a=1&note=${encodeURIComponent(ATTACK)}`, "a=1&note=O'Brien%20selects%20a%20union"],
  [
    'multipart/form-data; boundary=b7',
    `--b7\r\nContent-Disposition: form-data; name="n"\r\n\r\n${ATTACK}\r\n--b7--\r\n`,
    '--b7\r\nContent-Disposition: form-data; name="n"\r\n\r\nselect a tea\r\n--b7--\r\n',
  ],
  ['text/plain', `é€😀 ${ATTACK}`, 'é€😀 a cup of union tea'],
];

let server: HoldfastProcess;
let upstream: EchoUpstream;
let port: number;

/** Sends one request in the given pieces, each in a packet of its own as far as the system allows; gives the status. */
function send(pieces: readonly Buffer[]): Promise<number> {
  return new Promise((done, fail) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
      void (async () => {
        for (const piece of pieces) {
          socket.write(piece);
          // oxlint-disable-next-line no-await-in-loop -- a pause is what makes two packets of two writes
          await sleep(1);
        }
      })();
    });
    const timer = setTimeout(() => socket.destroy(new Error('no answer in time')), ANSWER_TIMEOUT_MS);
    socket.on('error', fail);
    socket.once('data', (chunk: Buffer) => {
      clearTimeout(timer);
      socket.destroy();
      done(Number(chunk.subarray(9, 12).toString()));
    });
  });
}

const cut = (bytes: Buffer, points: readonly number[]): Buffer[] => {
  const places = [0, ...new Set(points.map((point) => Math.floor(point * bytes.length))), bytes.length].toSorted((a, b) => a - b);
  return places
    .slice(1)
    .map((end, index) => bytes.subarray(places[index], end))
    .filter((piece) => piece.length > 0);
};

function write(type: string, body: Buffer, chunks: readonly Buffer[] | null): Buffer {
  const head = `POST /notes HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nConnection: close\r\n`;
  if (chunks === null) return Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`), body]);
  const framed = chunks.flatMap((chunk) => [Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]);
  return Buffer.concat([Buffer.from(`${head}Transfer-Encoding: chunked\r\n\r\n`), ...framed, Buffer.from('0\r\n\r\n')]);
}

describe('the verdict does not depend on how a request arrives', () => {
  beforeAll(async () => {
    upstream = await startEchoUpstream();
    server = await HoldfastProcess.start({
      args: ['--to', upstream.url, '--mode', 'enforce', '--listen', 'http://127.0.0.1:0'],
    });
    port = Number(new URL(server.plain).port);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
  });

  test('any packets, any chunks: attacks are refused and their twins arrive whole', { timeout: 120_000 }, async () => {
    const points = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: PIECES_MAX });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...BODIES),
        points,
        points,
        fc.boolean(),
        async ([type, attack, twin], packets, chunks, isChunked) => {
          for (const [text, status] of [
            [attack, 403],
            [twin, 200],
          ] as const) {
            const body = Buffer.from(text);
            upstream.reset();
            const bytes = write(type, body, isChunked ? cut(body, chunks) : null);
            // oxlint-disable-next-line no-await-in-loop -- the twin is sent when the attack has been judged
            expect(await send(cut(bytes, packets))).toBe(status);
            expect(upstream.seen.map((seen) => seen.body)).toEqual(status === 200 ? [body.toString('latin1')] : []);
          }
        },
      ),
      { numRuns: RUNS, seed: 20_261 },
    );
  });
});
