import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { BodyPieces } from '../../exchange.ts';
import { inMemory } from '../../upload/content.ts';
import { SpooledPieces } from '../../upload/spooled-pieces.ts';
import { DirectLine } from './direct-line.ts';
import type { AnswerTaker } from './line-connection.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const servers: Server[] = [];
const lines: DirectLine[] = [];
const sockets: Socket[] = [];

afterEach(() => {
  for (const line of lines.splice(0)) line.destroy();
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function stand(hear: (socket: Socket, bytes: Buffer) => void): Promise<DirectLine> {
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined).on('data', (bytes) => hear(socket, bytes));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const limits = { connectionsMax: 1, connectMs: 20_000, headersMs: 60_000, keepAliveMs: 60_000 };
  const line = new DirectLine({ host: '127.0.0.1', port, ...limits });
  lines.push(line);
  return line;
}

interface Told {
  status: number;
  isWhole: boolean;
  fault: Error | null;
}

function ask(line: DirectLine, body: BodyPieces | null): Told {
  const told: Told = { status: 0, isWhole: false, fault: null };
  const taker: AnswerTaker = {
    isCancelled: false,
    takeSource: () => undefined,
    takeHead: (status) => (told.status = status),
    takeData: () => undefined,
    takeEnd: () => (told.isWhole = true),
    takeFault: (fault) => (told.fault = fault),
  };
  line.dispatch({ method: 'POST', path: '/', headers: ['host', 'shop.test'], body }, taker);
  return told;
}

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 30_000 });

/** A file without a name, of octets that differ from piece to piece. */
function held(bytes: number): {
  readonly content: { kind: 'disk'; size: number; fd: number; clearedBy: null };
  readonly octets: Buffer;
} {
  const file = join(tmpdir(), `hf-sent-${process.pid}-${bytes}`);
  const octets = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) octets.writeUInt32BE(at, at);
  const fd = openSync(file, 'wx+');
  rmSync(file);
  writeSync(fd, octets);
  return { content: { kind: 'disk', size: bytes, fd, clearedBy: null }, octets };
}

describe('a held body on a direct line', () => {
  it('arrives octet by octet, with its length, also where the application reads slowly', async () => {
    const heard: Buffer[] = [];
    let bytes = 0;
    const { content, octets } = held(5_000_001);
    const frame = inMemory(Buffer.from('--frame\r\n'));
    const line = await stand((socket, piece) => {
      heard.push(piece);
      bytes += piece.length;
      socket.pause();
      setImmediate(() => socket.resume());
      const head = Buffer.concat(heard.slice(0, 1)).indexOf('\r\n\r\n') + 4;
      if (bytes === head + frame.size + octets.length - 2) socket.write(OK);
    });
    const pieces = new SpooledPieces([
      { content: frame, spool: null, from: 0, to: frame.size },
      { content, spool: null, from: 1, to: content.size - 1 },
    ]);
    const told = ask(line, pieces);
    await until(() => expect(told).toMatchObject({ status: 200, isWhole: true }));
    closeSync(content.fd);
    const all = Buffer.concat(heard);
    const head = all.indexOf('\r\n\r\n') + 4;
    expect(all.toString('latin1', 0, head)).toContain(`\r\ncontent-length: ${pieces.lengthBytes}\r\n`);
    const wanted = Buffer.concat([Buffer.from('--frame\r\n'), octets.subarray(1, -1)]);
    expect(all.subarray(head).equals(wanted)).toBe(true);
  });

  it('never ends whole when it cannot be read to its end', async () => {
    let isEnded = false;
    const line = await stand((socket) => {
      socket.on('close', () => (isEnded = true));
    });
    let turns = 0;
    const told = ask(line, {
      lengthBytes: 30,
      next: () => {
        turns += 1;
        return turns < 3 ? Promise.resolve(Buffer.alloc(10)) : Promise.reject(new Error('the disk is gone'));
      },
    });
    await until(() => expect(told.fault?.message).toBe('the disk is gone'));
    await until(() => expect(isEnded).toBe(true));
    expect(told.isWhole).toBe(false);
  });

  it('leaves no connection to others while a piece of it is still to come', async () => {
    let requests = 0;
    const line = await stand((socket) => {
      requests += 1;
      socket.write(OK);
    });
    const told = ask(line, { lengthBytes: 20, next: vi.fn<BodyPieces['next']>().mockReturnValue(new Promise(() => undefined)) });
    await until(() => expect(told.isWhole).toBe(true));
    const next = ask(line, null);
    await until(() => expect(next.isWhole).toBe(true));
    expect(sockets).toHaveLength(2);
    expect(requests).toBe(2);
  });
});
