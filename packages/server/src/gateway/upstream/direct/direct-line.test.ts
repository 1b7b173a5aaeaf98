import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AnswerSource } from './answer-source.ts';
import { DirectLine } from './direct-line.ts';
import type { LineParts } from './direct-line.ts';
import type { AnswerTaker } from './line-connection.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

class Taker implements AnswerTaker {
  isCancelled = false;
  source: AnswerSource | null = null;
  status = 0;
  body = '';
  fault: (Error & { code?: string }) | null = null;
  isWhole = false;
  takeSource(source: AnswerSource): void {
    this.source = source;
  }
  takeHead(status: number): void {
    this.status = status;
  }
  takeData(content: Buffer): void {
    this.body += content.toString('latin1');
  }
  takeEnd(): void {
    this.isWhole = true;
  }
  takeFault(fault: Error): void {
    this.fault = fault;
  }
}

interface Application {
  readonly server: Server;
  readonly sockets: Socket[];
  readonly heard: string[];
}
const applications: Application[] = [];
const lines: DirectLine[] = [];

/** An application that says what `answer` says to each piece it hears. */
async function stand(
  answer: (socket: Socket, text: string) => void,
  limits: Partial<LineParts> = {},
): Promise<Application & { line: DirectLine }> {
  const application: Application = { server: createServer(), sockets: [], heard: [] };
  application.server.on('connection', (socket) => {
    application.sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      application.heard.push(bytes.toString('latin1'));
      answer(socket, bytes.toString('latin1'));
    });
  });
  application.server.listen(0, '127.0.0.1');
  await once(application.server, 'listening');
  const { port } = application.server.address() as AddressInfo;
  const line = new DirectLine({
    host: '127.0.0.1',
    port,
    connectionsMax: 2,
    connectMs: 5000,
    headersMs: 20_000,
    keepAliveMs: 20_000,
    ...limits,
  });
  applications.push(application);
  lines.push(line);
  return { ...application, line };
}

afterEach(() => {
  for (const line of lines.splice(0)) line.destroy();
  for (const { server, sockets } of applications.splice(0)) {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
});

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 15_000 });

function ask(line: DirectLine, path: string, body: string | null = null, method = 'GET'): Taker {
  const taker = new Taker();
  const headers = ['host', 'shop.test', 'x-a', 'b'];
  line.dispatch({ method, path, headers, body: body === null ? null : Buffer.from(body, 'latin1') }, taker);
  return taker;
}

describe('a direct line', () => {
  it('writes what it was given, with framing of its own', async () => {
    const { line, heard } = await stand((socket) => socket.write(OK));
    const long = 'y'.repeat(20_000);
    for (const [method, body] of [
      ['GET', null],
      ['POST', null],
      ['PUT', 'a\xffb'],
      ['POST', long],
    ] as const) {
      const taker = ask(line, '/p?q=1', body, method);
      await until(() => expect(taker).toMatchObject({ status: 200, body: 'ok', isWhole: true }));
    }
    const rest = 'host: shop.test\r\nx-a: b\r\n';
    expect(heard.join('')).toBe(
      [
        `GET /p?q=1 HTTP/1.1\r\n${rest}connection: keep-alive\r\n\r\n`,
        `POST /p?q=1 HTTP/1.1\r\n${rest}content-length: 0\r\nconnection: keep-alive\r\n\r\n`,
        `PUT /p?q=1 HTTP/1.1\r\n${rest}content-length: 3\r\nconnection: keep-alive\r\n\r\na\xffb`,
        `POST /p?q=1 HTTP/1.1\r\n${rest}content-length: 20000\r\nconnection: keep-alive\r\n\r\n${long}`,
      ].join(''),
    );
  });

  it('refuses to write a control character', async () => {
    const { line, heard } = await stand((socket) => socket.write(OK));
    expect(() => line.dispatch({ method: 'GET', path: '/', headers: ['x-a', 'b\r\nx-c: d'], body: null }, new Taker())).toThrow();
    expect(heard).toEqual([]);
  });

  it('uses few connections, and lets the rest wait in order', async () => {
    const { line, sockets, heard } = await stand((socket) => setImmediate(() => socket.write(OK)));
    const takers = Array.from({ length: 7 }, (_, at) => ask(line, `/${at}`));
    takers[3]!.isCancelled = true;
    await until(() => expect(takers.filter(({ isWhole }) => isWhole)).toHaveLength(6));
    expect(takers[3]).toMatchObject({ isWhole: false, fault: { message: 'client gone' } });
    expect(sockets).toHaveLength(2);
    expect(heard.map((text) => text.slice(5, 6)).toSorted()).toEqual(['0', '1', '2', '4', '5', '6']);
  });

  it('gives an answer to nobody but who asked: more bytes than asked for end the connection', async () => {
    const { line, sockets } = await stand((socket) => socket.write(`${OK}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`), {
      connectionsMax: 1,
    });
    const [first, second] = [ask(line, '/first'), ask(line, '/second')];
    await until(() => expect(second.isWhole).toBe(true));
    expect([first.body, second.body]).toEqual(['ok', 'ok']);
    expect(sockets).toHaveLength(2);
  });

  it('ends an idle connection on which the application speaks', async () => {
    const { line, sockets } = await stand((socket) => socket.write(OK));
    const first = ask(line, '/first');
    await until(() => expect(first.isWhole).toBe(true));
    sockets[0]!.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil');
    await until(() => expect(sockets[0]!.destroyed).toBe(true));
    const second = ask(line, '/second');
    await until(() => expect(second).toMatchObject({ body: 'ok', isWhole: true }));
    expect(sockets).toHaveLength(2);
  });

  it('tells a fault once, in the words of the way it failed', async () => {
    const reset = await stand((socket) => socket.resetAndDestroy());
    const silent = await stand(() => undefined, { headersMs: 300 });
    const other = await stand((socket) => socket.write('220 mail\r\n\r\n'));
    const half = await stand((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'));
    const takers = [reset, silent, other, half].map(({ line }) => ask(line, '/'));
    await until(() => expect(takers.every(({ fault }) => fault !== null)).toBe(true));
    expect(takers.map(({ fault }) => fault?.code ?? fault?.name)).toEqual([
      'ECONNRESET',
      'UND_ERR_HEADERS_TIMEOUT',
      'HTTPParserError',
      'UND_ERR_SOCKET',
    ]);
    expect(takers[3]).toMatchObject({ status: 200, body: 'half', isWhole: false });
  });

  it('leaves an idle connection when the application is about to', async () => {
    const brief = 'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok';
    const { line, sockets } = await stand((socket) => socket.write(brief));
    for (const path of ['/a', '/b']) {
      const taker = ask(line, path);
      await until(() => expect(taker.isWhole).toBe(true));
    }
    expect(sockets).toHaveLength(2);
  });

  it('holds an answer back and breaks one off; an old answer has no hold on the next', async () => {
    const { line, sockets } = await stand((socket, text) => {
      if (text.startsWith('GET /long')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nx');
      else socket.write(OK);
    });
    const first = ask(line, '/first');
    await until(() => expect(first.isWhole).toBe(true));
    const long = ask(line, '/long');
    await until(() => expect(long.body).toBe('x'));
    first.source?.pause();
    first.source?.abort(new Error('late'));
    expect([long.source?.paused, long.fault]).toEqual([false, null]);
    long.source?.pause();
    expect(long.source?.paused).toBe(true);
    long.source?.abort(new Error('enough'));
    expect(long.fault?.message).toBe('enough');
    await until(() => expect(sockets[0]!.destroyed).toBe(true));
  });

  it('serves what is under way when it closes, and nothing when it is destroyed', async () => {
    const open: Socket[] = [];
    const { line } = await stand((socket) => void open.push(socket), { connectionsMax: 1 });
    const [first, second] = [ask(line, '/first'), ask(line, '/second')];
    await until(() => expect(open).toHaveLength(1));
    line.close();
    open[0]!.write(OK);
    await until(() => expect([first.isWhole, open.length]).toEqual([true, 2]));
    line.destroy();
    expect(second.fault).not.toBeNull();
  });
});
