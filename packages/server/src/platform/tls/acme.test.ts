import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createAcme } from './acme.ts';
import type { AcmeOptions } from './acme.ts';
import { BACKOFF_MIN_MS } from './backoff.ts';
import { createCertificateStore } from './certificate-store.ts';
import type { KeyStore } from './key-store.ts';

// Orders that succeed are proven against a real CA in tests/system/tls; here is what goes wrong before one answers.
const open: { server: Server; sockets: Set<Socket> }[] = [];
afterEach(() => {
  for (const { server, sockets } of open.splice(0)) {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
});

function memoryKeys(entries: Record<string, string> = {}): KeyStore {
  const held = new Map(Object.entries(entries).map(([name, text]) => [name, Buffer.from(text)]));
  return {
    read: (name) => Promise.resolve(held.get(name)),
    write: (name, bytes) => Promise.resolve(void held.set(name, Buffer.from(bytes))),
  };
}

/** A directory that takes connections and never says a word. */
async function silentDirectory(): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({ server, sockets });
  const { port } = server.address() as AddressInfo; // A listening TCP server has one.
  return `https://127.0.0.1:${port}/dir`;
}

async function closedDirectory(): Promise<string> {
  const url = await silentDirectory();
  await new Promise((resolve) => open.pop()?.server.close(resolve));
  return url;
}

const make = (options: Partial<AcmeOptions> & { readonly url?: string }) =>
  createAcme({
    directory: { url: options.url ?? 'https://127.0.0.1:1/dir', termsAgreed: true },
    certificates: [['shop.test']],
    keys: memoryKeys(),
    store: createCertificateStore({ now: Date.now }),
    now: () => 0,
    random: () => 0,
    ...options,
  });

describe('an order', () => {
  it.each([[['../etc']], [['shop.test', '127.0.0.1']], [[]], [['a b']]])('is not made for %j', async (names) => {
    expect(await make({}).obtain(names)).toEqual({ kind: 'refused', fault: 'name-invalid' });
  });

  it('is not made for a wildcard, which neither challenge can prove', async () => {
    expect(await make({}).obtain(['*.shop.test'])).toEqual({ kind: 'refused', fault: 'wildcard-unsupported' });
  });

  it('names the cause when the directory is not there, and waits longer each time', async () => {
    let nowMs = 0;
    const acme = make({ url: await closedDirectory(), now: () => nowMs });
    const failed = {
      kind: 'failed',
      stage: 'account',
      fault: 'directory-unreachable',
      detail: expect.stringContaining('ECONNREFUSED'),
    };
    expect(await acme.renewalJob.run()).toMatchObject([{ ...failed, retryAtMs: BACKOFF_MIN_MS }]);
    expect(await acme.renewalJob.run()).toMatchObject([{ kind: 'waiting', retryAtMs: BACKOFF_MIN_MS }]);
    nowMs = BACKOFF_MIN_MS;
    expect(await acme.renewalJob.run()).toMatchObject([{ ...failed, retryAtMs: 3 * BACKOFF_MIN_MS }]);
  });

  it('ends in time when the directory is silent, and keeps its names taken until it has really ended', async () => {
    const acme = make({ url: await silentDirectory(), orderTimeoutMs: 300 });
    expect(await acme.obtain(['shop.test'])).toMatchObject({ kind: 'failed', fault: 'timed-out' });
    expect(await acme.obtain(['www.shop.test', 'shop.test'])).toEqual({ kind: 'refused', fault: 'order-in-flight' });
    expect(await acme.obtain(['other.test'])).toMatchObject({ kind: 'failed', fault: 'timed-out' });
  });
});

describe('restoring', () => {
  it.each(['', 'not a bundle', '-----BEGIN CERTIFICATE-----\nAAAA'])(
    'leaves a broken bundle %j to the renewal job',
    async (text) => {
      const store = createCertificateStore({ now: Date.now });
      const acme = make({ keys: memoryKeys({ 'acme-shop.test.pem': text }), store, url: await closedDirectory() });
      await acme.restore();
      expect(store.describe()).toEqual([]);
      expect(await acme.renewalJob.run()).toMatchObject([{ kind: 'failed' }]);
    },
  );
});
