import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { Agent, get } from 'node:https';
import { createServer as createNetServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAcme } from '../../../packages/server/src/platform/tls/acme.ts';
import type { Acme, AcmeOptions } from '../../../packages/server/src/platform/tls/acme.ts';
import { installAlpnGate } from '../../../packages/server/src/platform/tls/alpn-gate.ts';
import { createCertificateStore } from '../../../packages/server/src/platform/tls/certificate-store.ts';
import { DAY_MS } from '../../../packages/server/src/platform/tls/expiry.ts';
import { createFileKeyStore } from '../../../packages/server/src/platform/tls/key-store.ts';
import type { KeyStore } from '../../../packages/server/src/platform/tls/key-store.ts';
import { openLocalCa } from '../../../packages/server/src/platform/tls/local-ca.ts';
import type { LocalCa } from '../../../packages/server/src/platform/tls/local-ca.ts';
import { followStore, tlsServerOptions } from '../../../packages/server/src/platform/tls/tls-options.ts';

// Let's Encrypt's own test CA, from Debian. Where it is missing the tests say so; on CI that is a failure, not a skip.
const PEBBLE = ['/usr/bin/pebble', '/usr/bin/pebble-challtestsrv'];
const isPresent = PEBBLE.every((path) => existsSync(path));
const mustRun = process.env['CI'] === 'true';
if (!isPresent) process.stderr.write(`SKIPPED: ACME tests need ${PEBBLE.join(' and ')} (apt install pebble)\n`);

const WAIT_MS = 15_000;
const EAB = { kid: 'kid-1', hmacKey: 'zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W' };

const portOf = (server: Server): number => (server.address() as AddressInfo).port; // A listening TCP server has one.
const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(portOf(server))));

async function freePort(): Promise<number> {
  const server = createNetServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const fetchText = (url: string, ca: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const request = get(url, { agent: new Agent({ ca }) }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString())).on('end', () => resolve(body));
    });
    request.on('error', reject);
  });

async function until<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** What one visitor sees: the certificate of a handshake for a name. */
const visit = (port: number, servername: string, protocol = 'h2'): Promise<X509Certificate> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', servername, ALPNProtocols: [protocol], rejectUnauthorized: false }, () => {
      const cert = socket.getPeerX509Certificate();
      socket.destroy();
      if (cert === undefined) reject(new Error('no certificate'));
      else resolve(cert);
    });
    socket.on('error', reject);
  });

const ask = (socket: TLSSocket, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    socket.once('data', (data: Buffer) => resolve(data.toString())).once('error', reject);
    socket.write(text);
  });

describe.skipIf(!isPresent && !mustRun)('ACME against pebble', () => {
  const children: ChildProcess[] = [];
  const servers: Server[] = [];
  let folder: string;
  let keys: KeyStore;
  let ca: LocalCa;
  let root: string;
  let directoryUrl: string;
  let boundDirectoryUrl: string;
  let shiftMs = 0;
  let acme: Acme | undefined;
  let tlsPort: number;
  const now = (): number => Date.now() + shiftMs;
  const store = createCertificateStore({ now });

  const start = (command: string, args: readonly string[]): void => {
    const env = { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_AUTHZREUSE: '0' };
    children.push(spawn(command, args, { stdio: 'ignore', env }));
  };

  const startPebble = async (dnsPort: number, bindingRequired: boolean, httpPort: number): Promise<[string, string]> => {
    const [listenPort, managementPort] = [await freePort(), await freePort()];
    const config = {
      listenAddress: `127.0.0.1:${listenPort}`,
      managementListenAddress: `127.0.0.1:${managementPort}`,
      certificate: join(folder, 'tls', 'leaf.crt'),
      privateKey: join(folder, 'tls', 'leaf.key'),
      httpPort,
      tlsPort,
      ocspResponderURL: '',
      externalAccountBindingRequired: bindingRequired,
      externalAccountMACKeys: bindingRequired ? { [EAB.kid]: EAB.hmacKey } : {},
    };
    const path = join(folder, `pebble-${listenPort}.json`);
    await writeFile(path, JSON.stringify({ pebble: config }));
    start('/usr/bin/pebble', ['-config', path, '-strict', '-dnsserver', `127.0.0.1:${dnsPort}`]);
    const rootPem = await until(() => fetchText(`https://127.0.0.1:${managementPort}/roots/0`, ca.caPem));
    return [`https://127.0.0.1:${listenPort}/dir`, rootPem];
  };

  const open = (options: Partial<AcmeOptions> & Pick<AcmeOptions, 'certificates'>): Acme => {
    const directory = {
      url: directoryUrl,
      caPem: ca.caPem,
      email: 'operator@example.test',
      termsAgreed: true,
      pollMinMs: 100,
    } as const;
    acme = createAcme({ directory, keys, store, now, random: () => 0, ...options });
    return acme;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-acme-'));
    const tls = join(folder, 'tls');
    keys = createFileKeyStore(tls);
    // The directory itself runs on a private CA: ours. That is the `caPem` case of an installation with its own ACME server.
    ca = await openLocalCa({ folder: tls, keys, hostNames: [], now });
    store.replace({ slot: 'local', source: 'local-ca', pem: ca.leaf });

    const http = createHttpServer((request, response) => {
      const answer = acme?.challengeFor(request.url?.split('/.well-known/acme-challenge/')[1] ?? '');
      response.writeHead(answer === undefined ? 404 : 200).end(answer);
    });
    const parts = { store, listenerName: 'test' };
    const secure = createServer(tlsServerOptions(parts), (socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', (data) => socket.write(data));
    });
    followStore(secure, parts);
    installAlpnGate(secure, {
      hasPending: () => acme?.hasPending() ?? false,
      alpnContextFor: (name: string) => acme?.alpnContextFor(name),
    });
    servers.push(http, secure);
    const httpPort = await listen(http);
    tlsPort = await listen(secure);

    const dnsPort = await freePort();
    const off = ['-http01', '', '-https01', '', '-tlsalpn01', ''];
    const dns = ['-dns01', `127.0.0.1:${dnsPort}`, '-defaultIPv6', '', '-management', `127.0.0.1:${await freePort()}`];
    start('/usr/bin/pebble-challtestsrv', [...off, ...dns]);
    [directoryUrl, root] = await startPebble(dnsPort, false, httpPort);
    [boundDirectoryUrl] = await startPebble(dnsPort, true, httpPort);
  });

  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    for (const server of servers) server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('gets a certificate by HTTP-01, renews it, and swaps it under an open connection', async () => {
    const name = 'http.shop.test';
    const { renewalJob, httpAnswers } = open({ certificates: [[name]], challenges: ['http-01'] });
    const visitor = connect({
      port: tlsPort,
      host: '127.0.0.1',
      servername: name,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
    });
    expect(await ask(visitor, 'before')).toBe('before');
    const local = visitor.getPeerX509Certificate()?.fingerprint256;

    expect(await renewalJob.run()).toMatchObject([{ kind: 'issued', names: [name] }]);
    const first = await visit(tlsPort, name);
    expect(first.checkHost(name)).toBe(name);
    expect(first.fingerprint256).not.toBe(local);
    const chain = store
      .pairs()[0]
      ?.certPem.match(/-----BEGIN[^]+?END CERTIFICATE-----/g)
      ?.map((pem: string) => new X509Certificate(pem));
    expect(chain?.at(-1)?.checkIssued(new X509Certificate(root))).toBe(true);
    expect(httpAnswers()).toEqual([]);

    expect(await renewalJob.run()).toMatchObject([{ kind: 'kept' }]);
    expect((await visit(tlsPort, name)).fingerprint256).toBe(first.fingerprint256);
    // Past two thirds of its life.
    shiftMs = ((first.validToDate.getTime() - Date.now()) * 3) / 4;
    expect(await renewalJob.run()).toMatchObject([{ kind: 'issued' }]);
    shiftMs = 0;
    expect((await visit(tlsPort, name)).fingerprint256).not.toBe(first.fingerprint256);

    expect(await ask(visitor, 'after two swaps')).toBe('after two swaps');
    visitor.destroy();
  });

  it('gets a certificate by TLS-ALPN-01 on the live listener, unseen by visitors, and renews it', async () => {
    const names = ['alpn.shop.test', 'www.alpn.shop.test'];
    const seen = new Map<string, readonly string[]>();
    const onAnswersChanged = async (): Promise<void> => {
      const name = acme?.alpnAnswers()[0]?.names[0];
      if (name === undefined) return;
      // While the challenge is pending a browser for the same name still gets the ordinary certificate.
      const [browser, validator] = [await visit(tlsPort, name), await visit(tlsPort, name, 'acme-tls/1')];
      seen.set(name, [browser.subject, validator.subject]);
    };
    const { renewalJob, hasPending } = open({ certificates: [names], challenges: ['tls-alpn-01'], onAnswersChanged });
    expect(await renewalJob.run()).toMatchObject([{ kind: 'issued', names }]);
    for (const name of names) expect(seen.get(name)).toEqual([expect.not.stringContaining(name), `CN=${name}`]);
    const first = await visit(tlsPort, names[1] ?? '');
    expect(names.map((name) => first.checkHost(name))).toEqual(names);
    expect(hasPending()).toBe(false);

    shiftMs = ((first.validToDate.getTime() - Date.now()) * 3) / 4;
    expect(await renewalJob.run()).toMatchObject([{ kind: 'issued' }]);
    shiftMs = 0;
    expect((await visit(tlsPort, names[0] ?? '')).fingerprint256).not.toBe(first.fingerprint256);
  });

  it('finds its certificates again after a restart, without a new order', async () => {
    const fresh = createCertificateStore({ now });
    const again = open({ certificates: [['http.shop.test'], ['never-ordered.shop.test']], store: fresh });
    await again.restore();
    expect(fresh.describe()).toMatchObject([{ slot: 'acme:http.shop.test', source: 'acme', names: ['http.shop.test'] }]);
    expect((await again.renewalJob.run())[0]).toMatchObject({ kind: 'kept' });
  });

  it('keeps the old certificate when a renewal fails, waits before the next try, and takes its answers back', async () => {
    const name = 'http.shop.test';
    const before = (await visit(tlsPort, name)).fingerprint256;
    const failing = open({ certificates: [[name]], challenges: ['http-01'] });
    acme = undefined; // The listener answers 404 now.
    const [outcome, second] = await Promise.all([failing.renewalJob.run(), failing.obtain(['x.test', name])]);
    expect(outcome).toMatchObject([{ kind: 'failed', stage: 'challenge', fault: 'directory-refused' }]);
    expect(second).toEqual({ kind: 'refused', fault: 'order-in-flight' });
    expect(await failing.renewalJob.run()).toMatchObject([{ kind: 'waiting' }]);
    expect(failing.httpAnswers()).toEqual([]);
    expect((await visit(tlsPort, name)).fingerprint256).toBe(before);
    shiftMs = DAY_MS;
    acme = failing;
    expect(await failing.renewalJob.run()).toMatchObject([{ kind: 'issued' }]);
    shiftMs = 0;
  });

  it('registers with an external account binding where the CA demands one', async () => {
    const certificates = [['bound.shop.test']];
    const boundKeys = createFileKeyStore(join(folder, 'bound'));
    const directory = { url: boundDirectoryUrl, caPem: ca.caPem, termsAgreed: true, pollMinMs: 100 } as const;
    const without = open({ certificates, keys: boundKeys, directory });
    expect(await without.renewalJob.run()).toMatchObject([{ kind: 'failed', stage: 'account' }]);
    const withBinding = open({ certificates, keys: boundKeys, directory: { ...directory, externalAccount: EAB } });
    expect(await withBinding.renewalJob.run()).toMatchObject([{ kind: 'issued' }]);
    // The account exists now: a renewal needs the binding no more.
    const later = open({ certificates, keys: boundKeys, directory });
    expect(await later.renewalJob.run()).toMatchObject([{ kind: 'issued' }]);
  });

  it('does not talk to a directory whose certificate it does not trust', async () => {
    // The same directory under a name of its own origin, for which no root was given.
    const url = directoryUrl.replace('127.0.0.1', 'localhost');
    const wary = open({
      certificates: [['wary.shop.test']],
      directory: { url, termsAgreed: true, pollMinMs: 100 },
      orderTimeoutMs: 60_000,
    });
    expect(await wary.renewalJob.run()).toMatchObject([
      { kind: 'failed', fault: 'directory-unreachable', stage: 'account', detail: expect.stringMatching(/certificate/) },
    ]);
  });
});
