import * as fc from 'fast-check';
import { createServer, type AddressInfo } from 'node:net';
import { connect, type ConnectionOptions } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { readHelloKey } from './hello-key.ts';

/** The first flight of Node's own TLS client. */
const firstFlight = (options: ConnectionOptions = {}): Promise<Buffer> =>
  new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (data: Buffer) => {
        resolve(data);
        socket.destroy();
        server.close();
      });
    }).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo; // A listening TCP server has one.
      connect({ port, host: '127.0.0.1', ...options }).on('error', () => undefined);
    });
  });

const keyOf = (bytes: Uint8Array): string => {
  const read = readHelloKey(bytes);
  if (read.kind !== 'key') throw new Error(`read as ${read.kind}`);
  return read.key;
};

const two = (number: number): number[] => [number >>> 8, number & 255];
const vector = (octets: 1 | 2, bytes: readonly number[]): number[] => [
  ...(octets === 2 ? two(bytes.length) : [bytes.length]),
  ...bytes,
];

interface Offer {
  readonly ciphers?: readonly number[];
  /** Kind and body of each. */
  readonly extensions?: readonly (readonly [number, readonly number[]])[];
}
const ALGORITHMS: readonly [number, readonly number[]] = [13, vector(2, [0x04, 0x03, 0x08, 0x04])];
const VERSIONS: readonly [number, readonly number[]] = [43, vector(1, [0x03, 0x04, 0x03, 0x03])];

/** The handshake message, without records (RFC 8446 §4.1.2). */
function messageOf({ ciphers = [0x1301, 0x1302], extensions = [ALGORITHMS, VERSIONS] }: Offer = {}): Buffer {
  const offered = extensions.flatMap(([kind, body]) => [...two(kind), ...vector(2, body)]);
  const head = [3, 3, ...Array.from({ length: 32 }, (_none, at) => at), ...vector(1, [])];
  const hello = [...head, ...vector(2, ciphers.flatMap(two)), ...vector(1, [0]), ...vector(2, offered)];
  return Buffer.from([1, 0, ...two(hello.length), ...hello]);
}
/** In records of so many bytes each. */
function inRecords(message: Buffer, bytesEach = message.length): Buffer {
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += bytesEach) {
    const part = message.subarray(at, at + bytesEach);
    records.push(Buffer.from([22, 3, 1, ...two(part.length)]), part);
  }
  return Buffer.concat(records);
}
const keyOfOffer = (offer: Offer): string => keyOf(inRecords(messageOf(offer)));

let hello: Buffer;
beforeAll(async () => {
  hello = await firstFlight({ servername: 'shop.example.test' });
});

describe('the key of a TLS client', () => {
  it('is the same for each of its connections, whatever name and protocol it asks for, and another for another client', async () => {
    expect(keyOf(hello)).toMatch(/^[0-9a-f]{16}$/u);
    for (const options of [{ servername: 'other.test' }, {}, { ALPNProtocols: ['h2'] }, { ALPNProtocols: ['http/1.1'] }])
      expect(keyOf(await firstFlight(options))).toBe(keyOf(hello));
    const others = [{ sigalgs: 'ecdsa_secp256r1_sha256' }, { ciphers: 'AES128-SHA' }, { maxVersion: 'TLSv1.2' as const }];
    for (const options of others) expect(keyOf(await firstFlight(options)), JSON.stringify(options)).not.toBe(keyOf(hello));
  });

  it('does not heed values that stand for nothing, the order of what is shuffled, or a session that is taken up', () => {
    const plain = keyOfOffer({});
    expect(keyOfOffer({ ciphers: [0x1302, 0x1301] })).toBe(plain);
    expect(keyOfOffer({ ciphers: [0x0a0a, 0x1301, 0x1302] })).toBe(plain);
    const greased: Offer = {
      ciphers: [0xdada, 0x1301, 0x1302],
      extensions: [
        [0x4a4a, []],
        [43, vector(1, [0x7a, 0x7a, 0x03, 0x04, 0x03, 0x03])],
        [13, vector(2, [0xaa, 0xaa, 0x04, 0x03, 0x08, 0x04])],
        [0xfafa, [0]],
      ],
    };
    expect(keyOfOffer(greased)).toBe(plain);
    expect(keyOfOffer({ extensions: [ALGORITHMS, VERSIONS, [41, [1, 2, 3]], [42, []], [21, [0, 0]]] })).toBe(plain);
    expect(keyOfOffer({ ciphers: [0x0a1a, 0x1301, 0x1302] }), 'which only looks like one').not.toBe(plain);
    expect(keyOfOffer({ extensions: [ALGORITHMS, VERSIONS, [51, []]] })).not.toBe(plain);
    expect(keyOfOffer({ extensions: [[13, vector(2, [0x08, 0x04, 0x04, 0x03])], VERSIONS] })).not.toBe(plain);
  });

  it('is read from a hello in several records, and waits for more at every cut', () => {
    const message = messageOf();
    for (const bytesEach of [8, 20, 64]) expect(keyOf(inRecords(message, bytesEach))).toBe(keyOfOffer({}));
    for (const whole of [hello, inRecords(message, 20)])
      for (let size = 0; size < whole.length; size += 1) {
        const read = readHelloKey(whole.subarray(0, size));
        expect(read.kind).toBe('partial');
        if (read.kind === 'partial') expect(read.bytesMin).toBeGreaterThan(size);
      }
  });

  it('leaves to the TLS library what is no hello, is longer than any, or comes in crumbs', () => {
    for (const bytes of [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0]),
      Buffer.from([22, 3, 1, 0xff, 0xff]),
      Buffer.from([22, 3, 1, 0, 0]),
      Buffer.from([22, 3, 1, 0, 4, 1, 0x7f, 0xff, 0xff]),
      inRecords(messageOf(), 1),
    ])
      expect(readHelloKey(bytes).kind).toBe('other');
    const extensions = Array.from({ length: 65 }, (_none, at) => [1000 + at, []] as const);
    expect(readHelloKey(inRecords(messageOf({ extensions }))).kind).toBe('other');
  });

  it('never throws on noise or on a hello with any byte changed', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => readHelloKey(bytes).kind !== 'key' || bytes.length > 40));
    fc.assert(
      fc.property(fc.nat(hello.length - 1), fc.nat(255), (at, value) => {
        const changed = Buffer.from(hello);
        changed[at] = value;
        expect(['key', 'partial', 'other']).toContain(readHelloKey(changed).kind);
      }),
    );
  });
});
