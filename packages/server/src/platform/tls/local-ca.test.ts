import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { X509Certificate } from 'node:crypto';
import { connect, createServer } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS } from './expiry.ts';
import { issueLeaf } from './issue.ts';
import { createFileKeyStore } from './key-store.ts';
import { LEAF_LIFETIME_DAYS, openLocalCa } from './local-ca.ts';
import { readPair } from './pair.ts';

const START = Date.parse('2026-03-01T00:00:00Z');
let folder: string;
let nowMs: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-ca-'));
  nowMs = START;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (hostNames: readonly string[] = [], replaceAuthority = false) =>
  openLocalCa({ folder, keys: createFileKeyStore(folder), hostNames, now: () => nowMs, replaceAuthority });

const verifies = (leafPem: string, caPath: string, atMs: number): string => {
  try {
    return execFileSync(
      'openssl',
      ['verify', '-x509_strict', '-purpose', 'sslserver', '-attime', String(atMs / 1000), '-CAfile', caPath],
      {
        input: leafPem,
        encoding: 'utf8',
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    );
  } catch (error) {
    return error instanceof Error && 'stderr' in error ? String(error.stderr) : 'failed';
  }
};

describe('the local CA', () => {
  it('is made on first start with keys that only the owner reads', async () => {
    const ca = await open(['shop.test']);
    expect([ca.authority, ca.leafState]).toEqual(['created', 'issued']);
    for (const name of ['ca.key', 'leaf.key']) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    const leaf = new X509Certificate(ca.leaf.certPem);
    expect(leaf.subjectAltName).toContain('DNS:*.localhost');
    for (const host of ['localhost', 'shop.test']) expect(leaf.checkHost(host)).toBeDefined();
    for (const address of ['127.0.0.1', '::1']) expect(leaf.checkIP(address)).toBe(address);
    expect(leaf.checkHost('example.com')).toBeUndefined();
    expect(leaf.validToDate.getTime() - leaf.validFromDate.getTime()).toBeLessThanOrEqual(397 * DAY_MS);
  });

  it('convinces openssl in strict mode', async () => {
    const ca = await open(['shop.test']);
    expect(verifies(ca.leaf.certPem, ca.caPath, nowMs)).toContain('OK');
  });

  it('keeps authority and leaf over a restart', async () => {
    const first = await open(['shop.test']);
    nowMs += 10 * DAY_MS;
    const second = await open(['shop.test']);
    expect([second.authority, second.leafState, second.leaf.certPem]).toEqual(['kept', 'kept', first.leaf.certPem]);
  });

  it('gives out a new leaf with a new key when somebody says so, under the same authority', async () => {
    const first = await open(['shop.test']);
    const parts = { folder, keys: createFileKeyStore(folder), hostNames: ['shop.test'], now: () => nowMs };
    const second = await openLocalCa({ ...parts, replaceLeaf: true });
    expect([second.authority, second.leafState, second.caPem]).toEqual(['kept', 'issued', first.caPem]);
    expect(second.leaf.keyPem).not.toBe(first.leaf.keyPem);
    expect(verifies(second.leaf.certPem, second.caPath, nowMs)).toContain('OK');
    expect((await open(['shop.test'])).leaf).toEqual(second.leaf);
  });

  it('reissues the leaf 30 days before its end, under the same authority', async () => {
    const first = await open();
    nowMs += (LEAF_LIFETIME_DAYS - 31) * DAY_MS;
    expect((await open()).leafState).toBe('kept');
    nowMs += 2 * DAY_MS;
    const later = await open();
    expect([later.authority, later.leafState, later.caPem]).toEqual(['kept', 'issued', first.caPem]);
  });

  it('reissues the leaf when host names change', async () => {
    await open(['a.test']);
    const second = await open(['b.test']);
    expect([second.authority, second.leafState, second.uncoveredNames]).toEqual(['kept', 'issued', []]);
    expect(readPair(second.leaf, nowMs)).toMatchObject({ kind: 'usable', pair: { names: expect.arrayContaining(['b.test']) } });
  });

  it('vouches for a public name given at birth, and reports one that came later', async () => {
    const first = await open(['shop.example.com']);
    expect(first.uncoveredNames).toEqual([]);
    expect(verifies(first.leaf.certPem, first.caPath, nowMs)).toContain('OK');
    const second = await open(['shop.example.com', 'www.shop.example.com', 'bank.example.net', '203.0.113.9']);
    expect(second.uncoveredNames).toEqual(['bank.example.net', '203.0.113.9']);
    // Leaving the uncovered names out keeps the certificate valid for all the others.
    expect(verifies(second.leaf.certPem, second.caPath, nowMs)).toContain('OK');
    const third = await open(['shop.example.com', 'bank.example.net'], true);
    expect([third.authority, third.uncoveredNames]).toEqual(['replaced', []]);
  });

  it('cannot be abused for other names by whoever steals its key', async () => {
    const ca = await open();
    const keyPem = await readFile(join(folder, 'ca.key'), 'utf8');
    const authority = { certPem: ca.caPem, keyPem };
    for (const name of ['bank.example.com', 'notlocalhost', '8.8.8.8', '2001:db8::1']) {
      const forged = await issueLeaf({ authority, names: [name], notBeforeMs: nowMs, notAfterMs: nowMs + DAY_MS });
      expect(verifies(forged.certPem, ca.caPath, nowMs), name).toContain('permitted subtree violation');
    }
    const honest = await issueLeaf({
      authority,
      names: ['x.internal', '10.1.2.3', 'fd00::1'],
      notBeforeMs: nowMs,
      notAfterMs: nowMs + DAY_MS,
    });
    expect(verifies(honest.certPem, ca.caPath, nowMs)).toContain('OK');
  });

  it.each([
    ['the leaf key is of another pair', 'leaf.key', 'kept'],
    ['the leaf is cut off', 'leaf.crt', 'kept'],
    ['the authority is cut off', 'ca.crt', 'replaced'],
  ])('repairs itself when %s', async (_, file, authority) => {
    await open();
    await writeFile(join(folder, file), '-----BEGIN CERTIFICATE-----\nMIIB');
    const after = await open();
    expect([after.authority, after.leafState]).toEqual([authority, 'issued']);
    expect(verifies(after.leaf.certPem, after.caPath, nowMs)).toContain('OK');
  });

  it('serves a client that trusts it, and not one that does not', async () => {
    nowMs = Date.now();
    const ca = await open();
    const server = createServer({ cert: ca.leaf.certPem, key: ca.leaf.keyPem }, (socket) => socket.end('hi'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A listening TCP server has an AddressInfo.
    const { port } = server.address() as AddressInfo;
    const attempt = (caPem: string | undefined): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect({
          port,
          host: '127.0.0.1',
          servername: 'localhost',
          ...(caPem === undefined ? {} : { ca: caPem }),
        });
        socket.once('data', (data: Buffer) => resolve(data.toString())).once('error', (error: Error) => resolve(error.message));
      });
    expect(await attempt(ca.caPem)).toBe('hi');
    expect(await attempt(undefined)).toMatch(/unable to verify/);
    await new Promise((resolve) => server.close(resolve));
  });
});
