import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnKeyView } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { verifyAssertion, type KeyList } from '../../support/verify-assertion.ts';

/** For a slow machine: the key signs after seconds, and what is signed is remembered for a while. */
const GIVE_UP_MS = 200_000;
const PACE_MS = 25;
const AFTER = 20;

/** What a listener shows to a client that trusts the local authority and nothing else. */
async function presented(url: string, server: HoldfastProcess): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), ca: server.ca(), servername: 'localhost' });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

describe.each([
  ['in one process', []],
  ['with two workers', ['--workers', '2']],
])('the key of identity headers, changed by one command while requests go on, %s', (_name, args) => {
  let application: Server;
  let server: HoldfastProcess;
  let kept: KeyList | null = null;
  const kids = new Map<string, number>();
  const failures: unknown[] = [];

  const readKeys = async (): Promise<KeyList> =>
    // The gateway serves a list of this shape.
    JSON.parse((await server.fetch('/.well-known/holdfast/jwks.json')).body) as KeyList;
  /** As libraries for it do: the list is kept, and read again for a key that it lacks. */
  const check = async (token: string): Promise<string> => {
    const { kid } = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString()) as { kid: string };
    if (kept?.keys.some((key) => key.kid === kid) !== true) kept = await readKeys();
    const issuer = `https://localhost:${new URL(server.https).port}`;
    verifyAssertion(token, kept, { issuer, audience: 'app' });
    return kid;
  };
  beforeAll(async () => {
    application = createServer((incoming, outgoing) => {
      check(String(incoming.headers['x-holdfast-jwt-assertion']))
        .then((kid) => {
          kids.set(kid, (kids.get(kid) ?? 0) + 1);
          return outgoing.end('ok');
        })
        .catch((error: unknown) => {
          failures.push(error);
          outgoing.writeHead(500).end();
        });
    });
    await new Promise<void>((done) => {
      application.listen(0, '127.0.0.1', done);
    });
    // A TCP server that listens has an address object.
    const { port } = application.address() as AddressInfo;
    server = await HoldfastProcess.start({ args: ['--to', `http://127.0.0.1:${port}`, '--login', 'required', ...args] });
  }, 120_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    application.closeAllConnections();
    application.close();
  });

  test('is accepted at each request by an application that checks each', { timeout: 2 * GIVE_UP_MS }, async () => {
    expect((await server.cli('service', 'create', 'crawler', '--app', 'app')).code).toBe(0);
    const created = await server.cli<{ token: string }>('token', 'create', '--account', 'crawler', '--name', 'test');
    expect(created.code, created.stderr).toBe(0);
    const headers = { authorization: `Bearer ${created.data.token}`, accept: 'application/json' };
    const statuses = new Map<number, number>();
    const stop = new AbortController();
    const work = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        const { status } = await server.fetch('/orders', { headers });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        await sleep(PACE_MS);
      }
    };
    const working = Promise.all([work(), work()]);
    try {
      await expect.poll(() => kids.size, { timeout: GIVE_UP_MS, interval: 50 }).toBe(1);
      const rotated = await server.cli<OwnKeyView>('secret', 'rotate', 'holdfast/identity', '--now');
      expect(rotated.code, rotated.stdout + rotated.stderr).toBe(0);
      expect(rotated.data).toMatchObject({ kind: 'own', name: 'identity', everyDays: 30, failures: 0 });
      await expect.poll(() => [...kids.values()][1] ?? 0, { timeout: GIVE_UP_MS, interval: 50 }).toBeGreaterThan(AFTER);
    } finally {
      stop.abort();
      await working;
    }
    expect(failures).toEqual([]);
    expect([...statuses.keys()]).toEqual([200]);
    expect(new Set((await readKeys()).keys.map(({ kid }) => kid))).toEqual(new Set(kids.keys()));
  });

  test(
    'the certificate of both listeners changes under the same authority, and calls over it go on',
    { timeout: GIVE_UP_MS },
    async () => {
      const before = [await presented(server.https, server), await presented(server.admin, server)];
      expect(before[0]).toBe(before[1]);
      const calls = Array.from({ length: 20 }, async () => (await server.fetch('/.well-known/holdfast/jwks.json')).status);
      expect((await server.cli('secret', 'rotate', 'holdfast/certificate')).code).toBe(0);
      expect(new Set(await Promise.all(calls))).toEqual(new Set([200]));
      for (const url of [server.https, server.admin])
        await expect.poll(async () => presented(url, server), { timeout: GIVE_UP_MS }).not.toBe(before[0]);
    },
  );

  test('stands beside the others with its time, and each change has one record', { timeout: GIVE_UP_MS }, async () => {
    for (const name of ['ledger', 'data', 'subjects', 'certificate'])
      expect((await server.cli('secret', 'rotate', `holdfast/${name}`)).code, name).toBe(0);
    const { data } = await server.cli<{ ownKeys: OwnKeyView[] }>('secret', 'rotations');
    expect(data.ownKeys.map(({ name, everyDays }) => [name, everyDays])).toEqual([
      ['identity', 30],
      ['ledger', 180],
      ['data', 365],
      ['subjects', 365],
      ['certificate', 90],
    ]);
    for (const { since, nextAt } of data.ownKeys) expect(nextAt).toBeGreaterThan(since ?? Infinity);
    const by = async (type: string): Promise<string[]> => {
      const tail = await server.cli<{ events: { actor: { kind: string } }[] }>('audit', 'tail', '--type', type);
      return tail.data.events.map(({ actor }) => actor.kind);
    };
    expect((await by('identity.key-added')).filter((kind) => kind === 'operator')).toEqual(['operator']);
    expect(await by('keyring.key.rotated')).toEqual(['operator', 'operator']);
    expect((await server.cli('secret', 'rotate', 'holdfast/nothing')).code).toBe(2);
    expect((await server.cli('secret', 'rotate', 'holdfast/identity', '--drill')).code).toBe(2);
  });
});
