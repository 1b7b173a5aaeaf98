import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCertificateStore } from './certificate-store.ts';
import type { CertificateStore } from './certificate-store.ts';
import { DAY_MS } from './expiry.ts';
import { issueAuthority, issueLeaf } from './issue.ts';
import { PAIR_FAULTS, readPair } from './pair.ts';
import type { PairFault, PairPem } from './pair.ts';

const NOW = Date.parse('2026-05-01T00:00:00Z');
const times = { notBeforeMs: NOW - DAY_MS, notAfterMs: NOW + 60 * DAY_MS };
let folder: string;
let authority: PairPem;
let shop: PairPem;
let other: PairPem;

/** A self-signed pair by openssl, for what our own issuer would never make. */
function byOpenssl(...args: readonly string[]): PairPem {
  const [cert, key] = [join(folder, 'c.pem'), join(folder, 'k.pem')];
  const command = [
    'req',
    '-x509',
    '-nodes',
    '-days',
    '365',
    '-subj',
    '/CN=by-openssl.test',
    '-keyout',
    key,
    '-out',
    cert,
    ...args,
  ];
  execFileSync('openssl', command, { stdio: 'ignore' });
  return { certPem: readFileSync(cert, 'utf8'), keyPem: readFileSync(key, 'utf8') };
}
const SAN = ['-addext', 'subjectAltName=DNS:by-openssl.test'];
const CLIENT_ONLY = ['-addext', 'extendedKeyUsage=clientAuth'];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-pair-'));
  authority = await issueAuthority({ ...times, commonName: 'test', domains: ['test', 'localhost'] });
  shop = await issueLeaf({ ...times, authority, names: ['shop.test', '*.shop.test', '127.0.0.1'] });
  other = await issueLeaf({ ...times, authority, names: ['other.test'] });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const chain = (): string => shop.certPem + authority.certPem;

describe('reading a pair', () => {
  it('accepts a certificate with its key, alone and with its chain', () => {
    const names = ['shop.test', '*.shop.test', '127.0.0.1'];
    expect(readPair(shop, NOW)).toMatchObject({ kind: 'usable', pair: { names, notAfterMs: times.notAfterMs } });
    expect(readPair({ ...shop, certPem: chain() }, NOW).kind).toBe('usable');
  });

  it('accepts the self-signed server certificate that openssl makes by default', () => {
    expect(readPair(byOpenssl('-newkey', 'rsa:2048', ...SAN), Date.now()).kind).toBe('usable');
  });

  it.each<[string, PairFault, () => [PairPem, number?]]>([
    ['the key of another certificate', 'key-mismatch', () => [{ ...shop, keyPem: other.keyPem }]],
    ['a chain in the wrong order', 'chain-order', () => [{ ...authority, certPem: authority.certPem + shop.certPem }]],
    ['a stranger in the chain', 'chain-order', () => [{ ...shop, certPem: shop.certPem + other.certPem }]],
    ['a certificate past its end', 'expired', () => [shop, times.notAfterMs]],
    ['a certificate before its start', 'not-yet-valid', () => [shop, times.notBeforeMs - 1]],
    ['a certificate cut off', 'certificate-unreadable', () => [{ ...shop, certPem: shop.certPem.slice(0, -200) }]],
    ['a chain cut off', 'certificate-unreadable', () => [{ ...shop, certPem: chain().slice(0, -200) }]],
    ['an empty certificate', 'certificate-unreadable', () => [{ ...shop, certPem: '' }]],
    ['a key cut off', 'key-unreadable', () => [{ ...shop, keyPem: shop.keyPem.slice(0, 60) }]],
    ['a certificate without names', 'names-missing', () => [byOpenssl('-newkey', 'rsa:2048')]],
    ['a certificate for clients', 'usage-wrong', () => [byOpenssl('-newkey', 'rsa:2048', ...SAN, ...CLIENT_ONLY)]],
    ['a short RSA key', 'key-weak', () => [byOpenssl('-newkey', 'rsa:1024', ...SAN)]],
    ['a file that is no certificate at all', 'too-large', () => [{ ...shop, certPem: 'x'.repeat(200_000) }]],
  ])('refuses %s', (_, fault, make) => {
    const [pem, nowMs = NOW] = make();
    expect(readPair(pem, nowMs)).toEqual({ kind: 'refused', fault });
    // What is wrong, then what to do.
    expect(PAIR_FAULTS[fault]).toMatch(/; |check/);
  });

  it('refuses every cut of a good pair, or reads the same certificate', () => {
    fc.assert(
      fc.property(fc.nat(shop.certPem.length), fc.nat(shop.keyPem.length), (certChars, keyChars) => {
        const reading = readPair({ certPem: shop.certPem.slice(0, certChars), keyPem: shop.keyPem.slice(0, keyChars) }, NOW);
        if (reading.kind === 'usable') expect(reading.pair.names).toContain('shop.test');
      }),
    );
  });

  it('never throws on noise', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (certPem, keyPem) => {
        expect(readPair({ certPem, keyPem }, NOW).kind).toBe('refused');
      }),
    );
  });

  it('reads no names out of the inside of another name', () => {
    const config = join(folder, 'sneaky.cnf');
    const sections = [
      '[req]',
      'distinguished_name=dn',
      'x509_extensions=ext',
      '[dn]',
      '[ext]',
      'subjectAltName=@names',
      '[names]',
    ];
    writeFileSync(config, [...sections, 'DNS.1=good.test', 'DNS.2="a, DNS:bank.test, x"', ''].join('\n'));
    const sneaky = byOpenssl('-newkey', 'rsa:2048', '-config', config);
    expect(new X509Certificate(sneaky.certPem).subjectAltName).toContain('DNS:bank.test');
    const reading = readPair(sneaky, Date.now());
    expect(reading).toMatchObject({ kind: 'usable', pair: { names: ['good.test'] } });
  });
});

describe('the certificate store', () => {
  let store: CertificateStore;
  let nowMs = NOW;
  beforeAll(() => {
    store = createCertificateStore({ now: () => nowMs });
    store.replace({ slot: 'own:shop', source: 'own-files', pem: shop });
    store.replace({ slot: 'acme:other', source: 'acme', pem: other });
  });

  it('answers by exact name, by wildcard of one label, and with the default', () => {
    const [shopContext, otherContext] = [store.secureContextFor('shop.test'), store.secureContextFor('other.test')];
    expect(otherContext).not.toBe(shopContext);
    expect(store.secureContextFor('WWW.shop.test.')).toBe(shopContext);
    expect(store.secureContextFor('a.b.shop.test')).toBe(store.secureContextFor(undefined));
    expect(store.secureContextFor('__proto__')).toBe(store.secureContextFor(undefined));
  });

  it('gives strangers nothing when strict, and visitors without a name the default', () => {
    const strict = createCertificateStore({ now: () => NOW, strictNames: true });
    strict.replace({ slot: 'a', source: 'acme', pem: other });
    expect(strict.secureContextFor('unknown.test')).toBeUndefined();
    expect(strict.secureContextFor('constructor')).toBeUndefined();
    expect(strict.secureContextFor('other.test')).toBeDefined();
    expect(strict.secureContextFor(undefined)).toBeDefined();
  });

  it('keeps the old pair when the new one is bad, and says why until a good one comes', () => {
    const before = store.secureContextFor('shop.test');
    const outcome = store.replace({ slot: 'own:shop', source: 'own-files', pem: { ...shop, keyPem: other.keyPem } });
    expect(outcome).toEqual({ kind: 'refused', fault: 'key-mismatch' });
    expect(store.secureContextFor('shop.test')).toBe(before);
    expect(store.describe()[0]).toMatchObject({
      slot: 'own:shop',
      source: 'own-files',
      lastFault: 'key-mismatch',
      expiry: { kind: 'ok' },
    });
    expect(store.replace({ slot: 'own:shop', source: 'own-files', pem: shop }).kind).toBe('unchanged');
    expect(store.describe()[0]).toMatchObject({ lastFault: null });
  });

  it('prefers what the operator placed, and falls back when that is removed', async () => {
    const mine = await issueLeaf({ ...times, authority, names: ['other.test'] });
    const ordered = store.secureContextFor('other.test');
    store.replace({ slot: 'own:other', source: 'own-files', pem: mine });
    expect(store.secureContextFor('other.test')).not.toBe(ordered);
    expect(store.remove('own:other')).toBe(true);
    expect(store.secureContextFor('other.test')).toBe(ordered);
  });

  it('tells followers of changes only', async () => {
    let changes = 0;
    const stop = store.onChange(() => (changes += 1));
    store.replace({ slot: 'own:shop', source: 'own-files', pem: shop });
    expect(changes).toBe(0);
    const renewed = await issueLeaf({ ...times, authority, names: ['shop.test'] });
    store.replace({ slot: 'own:shop', source: 'own-files', pem: renewed });
    expect(changes).toBe(1);
    stop();
    store.remove('own:shop');
    expect(changes).toBe(1);
  });

  it('shows the approaching end', () => {
    nowMs = times.notAfterMs - 6 * DAY_MS;
    expect(store.describe()[0]?.expiry).toEqual({ kind: 'expiring', days: 7 });
  });
});
