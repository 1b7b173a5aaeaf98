import { connect } from 'node:tls';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readClientHello } from './client-hello.ts';

let hello: Buffer;

/** The first flight of Node's own TLS client. */
const firstFlight = (servername: string, ALPNProtocols: string[]): Promise<Buffer> =>
  new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.once('data', (data: Buffer) => {
        resolve(data);
        socket.destroy();
        server.close();
      });
    }).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo; // A listening TCP server has one.
      connect({ port, host: '127.0.0.1', servername, ALPNProtocols }).on('error', () => undefined);
    });
  });

beforeAll(async () => {
  hello = await firstFlight('shop.example.test', ['acme-tls/1']);
});

describe('reading a client hello', () => {
  it('finds server name and protocols', async () => {
    expect(readClientHello(hello)).toEqual({ kind: 'hello', serverName: 'shop.example.test', protocols: ['acme-tls/1'] });
    expect(readClientHello(await firstFlight('a.test', ['h2', 'http/1.1']))).toMatchObject({ protocols: ['h2', 'http/1.1'] });
  });

  it('waits for more at every cut', () => {
    for (let size = 0; size < hello.length; size += 1) expect(readClientHello(hello.subarray(0, size)).kind).toBe('partial');
  });

  it('leaves plain HTTP, other records and other handshake messages to the TLS library', () => {
    expect(readClientHello(Buffer.from('GET / HTTP/1.1\r\n\r\n')).kind).toBe('other');
    expect(readClientHello(Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0])).kind).toBe('other');
    expect(readClientHello(Buffer.from([22, 3, 1, 0xff, 0xff])).kind).toBe('other');
    expect(readClientHello(Buffer.from([22, 3, 1, 0, 0])).kind).toBe('other');
  });

  it('never throws on noise or on a hello with any byte changed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(['hello', 'partial', 'other']).toContain(readClientHello(bytes).kind);
      }),
    );
    fc.assert(
      fc.property(fc.nat(hello.length - 1), fc.nat(255), (at, value) => {
        const changed = Buffer.from(hello);
        changed[at] = value;
        expect(['hello', 'partial', 'other']).toContain(readClientHello(changed).kind);
      }),
    );
  });
});
