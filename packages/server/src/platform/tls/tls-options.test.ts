import { once } from 'node:events';
import { connect as connectH2, createSecureServer } from 'node:http2';
import { connect as connectTcp, createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { connect, createServer } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createChallengeBook } from './acme-challenges.ts';
import { installAlpnGate } from './alpn-gate.ts';
import { createCertificateStore } from './certificate-store.ts';
import { DAY_MS } from './expiry.ts';
import { issueAuthority, issueLeaf } from './issue.ts';
import type { PairPem } from './pair.ts';
import { followStore, rotateTicketKeys, tlsServerOptions } from './tls-options.ts';

let authority: PairPem;
const times = { notBeforeMs: Date.now() - DAY_MS, notAfterMs: Date.now() + 60 * DAY_MS };
const leaf = (...names: string[]): Promise<PairPem> => issueLeaf({ ...times, authority, names });
const open: Server[] = [];

beforeAll(async () => {
  authority = await issueAuthority({ ...times, commonName: 'test', domains: ['test', 'localhost'] });
});
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  open.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port; // A listening TCP server has one.
}

async function startServer(pem: PairPem) {
  const store = createCertificateStore({ now: Date.now });
  store.replace({ slot: 'own', source: 'own-files', pem });
  const parts = { store, listenerName: 'test' };
  const server = createServer(tlsServerOptions(parts), (socket) => {
    socket.on('error', () => socket.destroy()).on('data', (data) => socket.write(data));
  });
  followStore(server, parts);
  return { server, store, port: await listen(server) };
}

/** The open socket, or the words of the failure. */
const dial = (port: number, options: ConnectionOptions = {}): Promise<TLSSocket | string> =>
  new Promise((resolve) => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      servername: 'shop.test',
      ca: authority.certPem,
      ALPNProtocols: ['h2'],
      ...options,
    });
    socket.once('secureConnect', () => resolve(socket)).on('error', (error) => resolve(error.message));
  });

const must = (result: TLSSocket | string): TLSSocket => {
  if (typeof result === 'string') throw new Error(`assertion: ${result}`);
  return result;
};

describe('what clients can negotiate', () => {
  it.each<[string, ConnectionOptions, string]>([
    ['TLS 1.3', {}, 'TLS_AES_256_GCM_SHA384'],
    ['TLS 1.2 with AEAD', { maxVersion: 'TLSv1.2' }, 'ECDHE-ECDSA-AES256-GCM-SHA384'],
    [
      'a client that prefers weaker ciphers',
      { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384' },
      'ECDHE-ECDSA-AES256-GCM-SHA384',
    ],
  ])('serves %s', async (_, options, cipher) => {
    const { port } = await startServer(await leaf('shop.test'));
    const socket = must(await dial(port, options));
    expect([socket.getCipher().name, socket.alpnProtocol]).toEqual([cipher, 'h2']);
    socket.destroy();
  });

  it.each<[string, ConnectionOptions]>([
    ['TLS 1.1', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }],
    ['CBC', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0' }],
    ['no forward secrecy', { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256:@SECLEVEL=0' }],
    ['protocols that we do not speak', { ALPNProtocols: ['spdy/3'] }],
    ['an old curve only', { ecdhCurve: 'P-521' }],
  ])('refuses %s', async (_, options) => {
    const { port } = await startServer(await leaf('shop.test'));
    expect(await dial(port, options)).toMatch(/alert|unsupported|hang up|ECONNRESET/);
  });

  it('refuses renegotiation that the client asks for', async () => {
    const { port } = await startServer(await leaf('shop.test'));
    const socket = must(await dial(port, { maxVersion: 'TLSv1.2' }));
    const failure = await new Promise<Error | null>((resolve) => {
      socket.on('error', resolve);
      socket.renegotiate({}, (error) => resolve(error));
    });
    expect(failure?.message).toMatch(/no renegotiation|hang up|ECONNRESET/i);
    socket.destroy();
  });

  it('refuses names that nobody holds when strict, and serves the others', async () => {
    const store = createCertificateStore({ now: Date.now, strictNames: true });
    store.replace({ slot: 'own', source: 'own-files', pem: await leaf('shop.test') });
    const port = await listen(createServer(tlsServerOptions({ store, listenerName: 'strict' }), (socket) => socket.end()));
    expect(await dial(port, { servername: 'unknown.test', rejectUnauthorized: false })).toMatch(
      /hang up|ECONNRESET|disconnected/,
    );
    must(await dial(port)).destroy();
  });

  it('works under an HTTP/2 server', async () => {
    const store = createCertificateStore({ now: Date.now });
    store.replace({ slot: 'own', source: 'own-files', pem: await leaf('shop.test') });
    const server = createSecureServer({ ...tlsServerOptions({ store, listenerName: 'h2' }), allowHTTP1: true }, (_, response) =>
      response.end('ok'),
    );
    const session = connectH2(`https://127.0.0.1:${await listen(server)}`, { ca: authority.certPem, servername: 'shop.test' });
    const stream = session.request({ ':path': '/' });
    const body = await new Promise((resolve) => stream.on('data', (data: Buffer) => resolve(data.toString())));
    expect(body).toBe('ok');
    session.destroy();
  });
});

describe('a swap', () => {
  it('changes new handshakes, with and without SNI, and leaves open connections', async () => {
    const { port, store } = await startServer(await leaf('shop.test'));
    const noName = { servername: '', checkServerIdentity: () => undefined };
    const visitor = must(await dial(port));
    const before = must(await dial(port, noName)).getPeerCertificate().fingerprint256;
    store.replace({ slot: 'own', source: 'own-files', pem: await leaf('shop.test') });
    for (const options of [{}, noName]) {
      const later = must(await dial(port, options));
      expect(later.getPeerCertificate().fingerprint256).not.toBe(before);
      later.destroy();
    }
    visitor.write('still here');
    expect(String((await once(visitor, 'data'))[0])).toBe('still here');
    visitor.destroy();
  });
});

describe('session tickets', () => {
  const resumable = async (port: number, options: ConnectionOptions): Promise<Buffer> => {
    const socket = must(await dial(port, options));
    socket.write('x');
    // In TLS 1.3 the ticket comes after the handshake, and before the first answer.
    await once(socket, 'data');
    const session = socket.getSession();
    socket.destroy();
    return session ?? Buffer.alloc(0);
  };
  it.each<[string, ConnectionOptions]>([
    ['TLS 1.2', { maxVersion: 'TLSv1.2' }],
    ['TLS 1.3', { minVersion: 'TLSv1.3' }],
  ])('resume in %s, also over a certificate swap, but not after a rotation of the keys', async (_, options) => {
    const { server, port, store } = await startServer(await leaf('shop.test'));
    const handedOn: Uint8Array[] = [];
    using rotation = rotateTicketKeys({ servers: [server], onRotate: (keys) => handedOn.push(keys) });
    const session = await resumable(port, options);
    expect(must(await dial(port, { ...options, session })).isSessionReused()).toBe(true);
    store.replace({ slot: 'own', source: 'own-files', pem: await leaf('shop.test') });
    expect(must(await dial(port, { ...options, session })).isSessionReused()).toBe(true);
    rotation.rotateNow();
    expect(must(await dial(port, { ...options, session })).isSessionReused()).toBe(false);
    expect(handedOn.map((keys) => keys.length)).toEqual([48, 48]);
  });
});

describe('the ALPN gate', () => {
  const pending = async (name: string) => {
    const book = createChallengeBook();
    expect(await book.addAlpn({ name, keyAuthorization: 'token.thumb', nowMs: Date.now() })).toBe(true);
    return book;
  };
  const acme = (servername: string): ConnectionOptions => ({
    servername,
    ALPNProtocols: ['acme-tls/1'],
    rejectUnauthorized: false,
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('answers the validator over %s, and visitors as ever', async (version) => {
    const { server, port } = await startServer(await leaf('shop.test'));
    installAlpnGate(server, await pending('shop.test'));
    const validator = must(await dial(port, { ...acme('shop.test'), maxVersion: version, minVersion: version }));
    expect([validator.alpnProtocol, validator.getPeerCertificate().subject.CN]).toEqual(['acme-tls/1', 'shop.test']);
    await once(validator, 'close');
    const visitor = must(await dial(port));
    visitor.write('hello');
    expect(String((await once(visitor, 'data'))[0])).toBe('hello');
    visitor.destroy();
  });

  it('takes a hello that arrives in many pieces', async () => {
    const { server, port } = await startServer(await leaf('shop.test'));
    installAlpnGate(server, await pending('shop.test'));
    // A relay that tears the client's bytes apart: the hello needs many segments, as over a bad line.
    const relay = createTcpServer((client) => {
      const onward = connectTcp(port, '127.0.0.1').setNoDelay(true);
      client.on('error', () => onward.destroy()).on('close', () => onward.destroy());
      onward.on('error', () => client.destroy()).pipe(client);
      client.on('data', (data) => {
        for (let at = 0; at < data.length; at += 50) setTimeout(() => onward.write(data.subarray(at, at + 50)), at / 50);
      });
    });
    const torn = await listen(relay);
    const visitor = must(await dial(torn));
    expect(visitor.authorized).toBe(true);
    visitor.destroy();
    const validator = must(await dial(torn, acme('shop.test')));
    expect(validator.getPeerCertificate().subject.CN).toBe('shop.test');
    validator.destroy();
  });

  it('refuses the protocol for names without a pending challenge, and when none is pending', async () => {
    const { server, port } = await startServer(await leaf('shop.test', 'other.test'));
    const book = await pending('shop.test');
    installAlpnGate(server, book);
    expect(await dial(port, acme('other.test'))).toMatch(/alert/);
    book.removeAlpn('shop.test');
    expect(await dial(port, acme('shop.test'))).toMatch(/alert/);
  });

  it('survives noise and hang-ups while it peeks', async () => {
    const { server, port } = await startServer(await leaf('shop.test'));
    installAlpnGate(server, await pending('shop.test'));
    for (const bytes of ['GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01', '\x16\x03\x01\xff\xff', '']) {
      const socket = connectTcp(port, '127.0.0.1').on('error', () => undefined);
      socket.end(Buffer.from(bytes, 'latin1'));
      await once(socket.resume(), 'close');
    }
    const visitor = must(await dial(port));
    expect(visitor.authorized).toBe(true);
    visitor.destroy();
  });

  it('can be taken out again', async () => {
    const { server, port } = await startServer(await leaf('shop.test'));
    installAlpnGate(server, await pending('shop.test'))();
    expect(await dial(port, acme('shop.test'))).toMatch(/alert/);
    must(await dial(port)).destroy();
  });
});

describe('HTTP-01 answers', () => {
  it('are given for their token only', () => {
    const book = createChallengeBook();
    expect(book.addHttp({ token: 'abc_-1', keyAuthorization: 'abc_-1.thumb' })).toBe(true);
    expect(book.challengeFor('abc_-1')).toBe('abc_-1.thumb');
    for (const token of ['abc', '', '../abc_-1', '__proto__', 'x'.repeat(300)]) expect(book.challengeFor(token)).toBeUndefined();
    expect(book.addHttp({ token: '<script>', keyAuthorization: 'x' })).toBe(false);
    book.removeHttp('abc_-1');
    expect(book.challengeFor('abc_-1')).toBeUndefined();
  });

  it('are bounded in number', () => {
    const book = createChallengeBook();
    const added = Array.from({ length: 150 }, (_, index) => book.addHttp({ token: `t${index}`, keyAuthorization: 'k' }));
    expect(added.filter(Boolean)).toHaveLength(100);
  });
});
