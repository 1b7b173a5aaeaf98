import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import type { Server, TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCertificateStore } from '../../../packages/server/src/platform/tls/certificate-store.ts';
import type { CertificateStore } from '../../../packages/server/src/platform/tls/certificate-store.ts';
import { DAY_MS } from '../../../packages/server/src/platform/tls/expiry.ts';
import { issueAuthority, issueLeaf } from '../../../packages/server/src/platform/tls/issue.ts';
import { watchOwnFiles } from '../../../packages/server/src/platform/tls/own-files.ts';
import type { OwnFilesOutcome } from '../../../packages/server/src/platform/tls/own-files.ts';
import type { PairPem } from '../../../packages/server/src/platform/tls/pair.ts';
import { followStore, tlsServerOptions } from '../../../packages/server/src/platform/tls/tls-options.ts';

const NAME = 'shop.test';
const WAIT_MS = 10_000;
let folder: string;
let authority: PairPem;
let store: CertificateStore;
let server: Server;
let port: number;
let outcomes: OwnFilesOutcome[];
const cleanups: AsyncDisposable[] = [];

const times = (days = 60) => ({ notBeforeMs: Date.now() - 90 * DAY_MS, notAfterMs: Date.now() + days * DAY_MS });
const leaf = (days?: number): Promise<PairPem> => issueLeaf({ ...times(days), authority, names: [NAME] });
const certPath = (): string => join(folder, 'site.crt');
const keyPath = (): string => join(folder, 'site.key');

async function place(pem: PairPem, where = folder): Promise<void> {
  await writeFile(join(where, 'site.crt'), pem.certPem);
  await writeFile(join(where, 'site.key'), pem.keyPem, { mode: 0o600 });
}

async function follow(paths: { certPath: string; keyPath: string }, pollMs = 30_000) {
  const onOutcome = (outcome: OwnFilesOutcome): void => void outcomes.push(outcome);
  const files = await watchOwnFiles({ slot: 'own', store, onOutcome, debounceMs: 20, pollMs, ...paths });
  cleanups.push(files);
  return files;
}

async function until(isDone: () => boolean): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  while (!isDone()) {
    if (Date.now() > deadline) throw new Error('assertion: did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function dial(): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', servername: NAME, ca: authority.certPem, ALPNProtocols: ['h2'] });
  await once(socket, 'secureConnect');
  return socket;
}

async function served(): Promise<string> {
  const socket = await dial();
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

const faults = (): unknown[] => outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.fault : outcome.kind));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-own-'));
  outcomes = [];
  authority = await issueAuthority({ ...times(), commonName: 'test', domains: ['test'] });
  store = createCertificateStore({ now: Date.now });
  await place(await leaf());
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup[Symbol.asyncDispose]();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

async function serve(): Promise<void> {
  const parts = { store, listenerName: 'own' };
  server = createServer(tlsServerOptions(parts), (socket) => {
    socket.on('error', () => socket.destroy()).on('data', (data) => socket.write(data));
  });
  followStore(server, parts);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port; // A listening TCP server has one.
}

describe("the operator's own certificate files", () => {
  it('are swapped on change, under an open connection', async () => {
    await follow({ certPath: certPath(), keyPath: keyPath() });
    await serve();
    const visitor = await dial();
    const before = await served();
    await place(await leaf());
    await until(() => outcomes.filter((outcome) => outcome.kind === 'replaced').length === 2);
    expect(await served()).not.toBe(before);
    visitor.write('still here');
    expect(String((await once(visitor, 'data'))[0])).toBe('still here');
    visitor.destroy();
  });

  it.each<[string, string, () => Promise<void>]>([
    ['the key belongs to another certificate', 'key-mismatch', async () => writeFile(keyPath(), (await leaf()).keyPem)],
    ['the certificate has expired', 'expired', async () => place(await leaf(-1))],
    ['the certificate is half written', 'certificate-unreadable', () => truncate(certPath(), 300)],
    ['the certificate is gone', 'certificate-missing', () => rm(certPath())],
    ['the key is gone', 'key-missing', () => rm(keyPath())],
  ])('keep the old pair serving and say so once when %s', async (_, fault, spoil) => {
    const files = await follow({ certPath: certPath(), keyPath: keyPath() });
    await serve();
    const before = await served();
    await spoil();
    await until(() => faults().at(-1) === fault);
    await files.reload();
    await files.reload();
    expect(faults().filter((each) => each === fault)).toHaveLength(1);
    expect(await served()).toBe(before);
    // The innocent twin: a good pair afterwards is taken, and the fault is over.
    await place(await leaf());
    await until(() => faults().at(-1) === 'replaced');
    expect(await served()).not.toBe(before);
    expect(store.describe()[0]?.lastFault).toBeNull();
  });

  it('are followed through a swapped link, as container platforms mount secrets', async () => {
    const mount = join(folder, 'mount');
    await mkdir(join(mount, 'v1'), { recursive: true });
    await mkdir(join(mount, 'v2'));
    await place(await leaf(), join(mount, 'v1'));
    await place(await leaf(), join(mount, 'v2'));
    await symlink('v1', join(mount, '..data'));
    await symlink('..data/site.crt', join(mount, 'site.crt'));
    await symlink('..data/site.key', join(mount, 'site.key'));
    await follow({ certPath: join(mount, 'site.crt'), keyPath: join(mount, 'site.key') });
    await serve();
    const before = await served();
    await symlink('v2', join(mount, '..next'));
    await rename(join(mount, '..next'), join(mount, '..data'));
    await until(() => outcomes.length === 2);
    expect(await served()).not.toBe(before);
  });

  it('are found by the poll when no file event comes', async () => {
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere);
    await place(await leaf(), elsewhere);
    // The watched folder holds only links, so a write behind them raises no event there.
    await mkdir(join(folder, 'links'));
    for (const name of ['site.crt', 'site.key']) await symlink(join(elsewhere, name), join(folder, 'links', name));
    await follow({ certPath: join(folder, 'links', 'site.crt'), keyPath: join(folder, 'links', 'site.key') }, 100);
    await serve();
    const before = await served();
    await place(await leaf(), elsewhere);
    await until(() => outcomes.filter((outcome) => outcome.kind === 'replaced').length === 2);
    expect(await served()).not.toBe(before);
  });

  it('report a key that everyone on the machine can read, and still serve', async () => {
    const open = join(folder, 'open');
    await mkdir(open);
    await writeFile(join(open, 'site.crt'), await readFile(certPath()));
    await writeFile(join(open, 'site.key'), await readFile(keyPath()), { mode: 0o644 });
    await follow({ certPath: join(open, 'site.crt'), keyPath: join(open, 'site.key') });
    await serve();
    expect(outcomes).toMatchObject([{ kind: 'replaced', keyReadableByOthers: true }]);
    const closed = await follow({ certPath: certPath(), keyPath: keyPath() });
    expect(await closed.reload()).toMatchObject({ kind: 'unchanged', keyReadableByOthers: false });
  });
});
