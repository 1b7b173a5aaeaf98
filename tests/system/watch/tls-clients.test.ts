import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer as createApplication, type Server } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHROMIUM, CHROMIUM_FLAGS } from '../../support/chromium.ts';
import { startTestGateway, testSnapshot, type TestGateway } from '../../support/test-gateway.ts';

const run = promisify(execFile);
const SOON = { timeout: 30_000 };
const RECORD_HEADER_BYTES = 5;

const folder = mkdtempSync(join(tmpdir(), 'hf-tls-clients-'));
let application: Server;
let gateway: TestGateway;
let asked = 0;

beforeAll(async () => {
  application = createApplication((_incoming, outgoing) => void outgoing.end('<!doctype html><p>here'));
  await new Promise<void>((done) => void application.listen(0, '127.0.0.1', done));
  const upstream = `http://127.0.0.1:${(application.address() as AddressInfo).port}`; // A listening TCP server has one.
  gateway = await startTestGateway(testSnapshot({ upstream, hosts: [], mode: 'monitor' }));
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  application.closeAllConnections();
  application.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Has a client ask for a path of its own and gives the key that was recorded with it. */
async function keyOf(client: (path: string, port: number) => Promise<unknown>, port = gateway.httpsPort): Promise<unknown> {
  const path = `/asked-${(asked += 1)}`;
  await client(path, port);
  const find = () => gateway.events('request.completed').find(({ payload }) => payload['path'] === path);
  await expect.poll(find, SOON).toBeDefined();
  return find()?.payload['tlsKey'];
}

const curl =
  (...args: string[]) =>
  (path: string, port: number) =>
    run('curl', ['-q', '-sS', '-k', '--noproxy', '*', '--max-time', '60', ...args, `https://localhost:${port}${path}`]);

function openssl(path: string, port: number): Promise<void> {
  return new Promise((done, failed) => {
    const child = spawn('openssl', ['s_client', '-quiet', '-servername', 'localhost', '-connect', `127.0.0.1:${port}`], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.on('error', failed);
    child.on('close', () => done());
    child.stdin.end(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  });
}

/** Each time a browser that has never been anywhere. */
async function chromium(path: string, port: number): Promise<void> {
  const profile = mkdtempSync(join(folder, 'profile-'));
  const flags = [...CHROMIUM_FLAGS, '--ignore-certificate-errors', `--user-data-dir=${profile}`, '--dump-dom'];
  const { stdout } = await run(CHROMIUM, [...flags, `https://localhost:${port}${path}`], { timeout: 90_000 });
  expect(stdout).toContain('here');
}

test('two programs have two keys, each its own whatever it asks for', async () => {
  const first = await keyOf(curl());
  expect(first).toMatch(/^[0-9a-f]{16}$/u);
  for (const args of [[], ['--http1.1'], ['--no-alpn'], ['--tls-max', '1.3']]) expect(await keyOf(curl(...args))).toBe(first);
  const others = [await keyOf(openssl), await keyOf(curl('--tls-max', '1.2')), await keyOf(curl('--ciphers', 'AES128-SHA'))];
  expect(new Set([first, ...others]).size).toBe(4);
  expect(await keyOf(openssl)).toBe(others[0]);
});

test.skipIf(!existsSync(CHROMIUM))(
  'a browser that shuffles and makes up what it offers has one key',
  { timeout: 240_000 },
  async () => {
    const first = await keyOf(chromium);
    expect(first).toMatch(/^[0-9a-f]{16}$/u);
    expect(await keyOf(chromium)).toBe(first);
    expect(first).not.toBe(await keyOf(curl()));
  },
);

test('a hello in pieces is read as one in a whole, and the connection goes on', async () => {
  const whole = await keyOf(curl());
  for (const cut of [inSegments, inRecords]) {
    const relay = await startRelay(cut);
    expect(await keyOf(curl(), relay.port), cut.name).toBe(whole);
    relay.close();
  }
});

test('what is no hello is for the TLS library to end, and others come in meanwhile', async () => {
  const junk = [Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0]), Buffer.from([22, 3, 1, 0xff, 0xff])];
  for (const bytes of junk) {
    const socket = connect(gateway.httpsPort, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(bytes);
    await expect.poll(() => socket.closed || socket.readableEnded, SOON).toBe(true);
    socket.destroy();
  }
  // An incomplete one, and one in crumbs that promises more.
  const crumbs = Buffer.from(Array.from({ length: 60 }, () => [22, 3, 1, 0, 1, 1]).flat());
  const waiting = [Buffer.from([22, 3, 1, 2, 0, 1]), crumbs].map((bytes) => {
    const socket = connect(gateway.httpsPort, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(bytes);
    return socket;
  });
  expect(await keyOf(curl())).toMatch(/^[0-9a-f]{16}$/u);
  for (const socket of waiting) socket.destroy();
});

/** A segment of TCP for each few bytes. */
const inSegments = (hello: Buffer): Buffer[] => piecesOf(hello, 100);
/** A record of TLS for each few bytes of the message (RFC 8446 §5.1). */
const inRecords = (hello: Buffer): Buffer[] =>
  piecesOf(hello.subarray(RECORD_HEADER_BYTES), 60).map((part) => Buffer.concat([Buffer.from([22, 3, 1, 0, part.length]), part]));

const piecesOf = (bytes: Buffer, each: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / each) }, (_none, at) => bytes.subarray(at * each, (at + 1) * each));

/** Hands everything on; the first flight of a client in pieces, each when the one before has left. */
async function startRelay(cut: (hello: Buffer) => Buffer[]): Promise<{ port: number; close(): void }> {
  const carry = (client: Socket): void => {
    const server = connect({ port: gateway.httpsPort, host: '127.0.0.1', noDelay: true });
    for (const socket of [client, server]) socket.on('error', () => undefined);
    client.once('data', (hello: Buffer) => {
      client.pause();
      void (async () => {
        for (const piece of cut(hello)) {
          await new Promise<void>((done) => void server.write(piece, () => done()));
          await new Promise((done) => void setImmediate(done));
        }
        client.pipe(server);
      })();
    });
    server.pipe(client);
  };
  const relay = createServer(carry);
  await new Promise<void>((done) => void relay.listen(0, '127.0.0.1', done));
  return { port: (relay.address() as AddressInfo).port, close: () => void relay.close() };
}
