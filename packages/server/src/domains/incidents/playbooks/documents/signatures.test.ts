import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalJson, digestOf } from './canonical.ts';
import { samplePlaybook, uuid } from './sample.ts';
import { fingerprintOf, verifySignatures } from './signatures.ts';
import { signed as sign, type Pair } from './test-signing.ts';

const PAIRS: ReadonlyMap<string, Pair> = new Map<string, Pair>([
  ['Ed25519', generateKeyPairSync('ed25519')],
  ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ['PS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
]);
const pairOf = (algorithm: string): Pair => {
  const pair = PAIRS.get(algorithm);
  if (pair === undefined) throw new Error(`no key for ${algorithm}`);
  return pair;
};

const signed = (algorithm: string, pair: Pair, over: Readonly<Record<string, unknown>> = {}) =>
  sign(samplePlaybook(), { algorithm, pair, over });

describe('signatures of playbooks', () => {
  it.each([...PAIRS.keys()])('of %s are valid by a key that is trusted, and unknown by another', (algorithm) => {
    const pair = pairOf(algorithm);
    const document = signed(algorithm, pair);
    expect(verifySignatures(document, new Set([fingerprintOf(pair.publicKey)]))).toEqual({ state: 'valid', faults: [] });
    expect(verifySignatures(document, new Set())).toEqual({ state: 'unknown', faults: [] });
  });

  it.each([...PAIRS.keys()])('of %s over something else are refused at their value, trusted or not', (algorithm) => {
    const pair = pairOf(algorithm);
    const document = { ...signed(algorithm, pair), name: 'Ban nobody' };
    for (const trusted of [new Set<string>(), new Set([fingerprintOf(pair.publicKey)])])
      expect(verifySignatures(document, trusted)).toMatchObject({
        state: 'unknown',
        faults: [{ pointer: '/signatures/0/value', level: 'error' }],
      });
  });

  it('of another playbook or version are refused', () => {
    const pair = pairOf('Ed25519');
    const other = signed('Ed25519', pair, { related_to: `playbook--${uuid(201)}` });
    expect(verifySignatures(other, new Set()).faults).toMatchObject([{ pointer: '/signatures/0/related_to' }]);
    const older = signed('Ed25519', pair, { related_version: '2025-01-01T00:00:00Z' });
    expect(verifySignatures(older, new Set()).faults).toMatchObject([{ pointer: '/signatures/0/related_version' }]);
  });

  it('with a key of another algorithm, a short key or no key are refused', () => {
    const pair = pairOf('Ed25519');
    const faults = (over: Readonly<Record<string, unknown>>) => verifySignatures(signed('Ed25519', pair, over), new Set()).faults;
    const rsa = pairOf('RS256').publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    expect(faults({ public_key: rsa })).toMatchObject([{ pointer: '/signatures/0/public_key' }]);
    expect(faults({ public_key: 'AAAA' })).toMatchObject([{ pointer: '/signatures/0/public_key' }]);
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
    expect(verifySignatures(signed('RS256', short), new Set()).faults).toMatchObject([{ pointer: '/signatures/0/public_key' }]);
  });

  it('that cannot be checked here count for nothing', () => {
    const pair = pairOf('Ed25519');
    const trusted = new Set([fingerprintOf(pair.publicKey)]);
    const { public_key: _key, ...elsewhere } = signed('Ed25519', pair).signatures[0] ?? {};
    const away = { ...samplePlaybook(), signatures: [{ ...elsewhere, cert_url: 'https://keys.example/cert.pem' }] };
    expect(verifySignatures(away, trusted)).toEqual({ state: 'unknown', faults: [] });
    expect(verifySignatures(signed('Ed25519', pair, { algorithm: 'HS256' }), trusted)).toEqual({ state: 'unknown', faults: [] });
    expect(verifySignatures(signed('Ed25519', pair, { revoked: true }), trusted)).toEqual({ state: 'unknown', faults: [] });
    expect(verifySignatures(samplePlaybook(), trusted)).toEqual({ state: 'none', faults: [] });
  });
});

describe('the canonical form', () => {
  it('is that of RFC 8785 §3.2.3: keys by UTF-16 units, numbers and texts as ECMAScript has them', () => {
    const value = { '\u20AC': 1, '\r': 2, '\uFB33': 3, '1': 4, '\u{1F600}': 5, '\u0080': 6, '\u00F6': 7 };
    expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"\u00F6":7,"\u20AC":1,"\u{1F600}":5,"\uFB33":3}');
    expect(canonicalJson([1e30, 4.5, 0.002, 1e-27, -0])).toBe('[1e+30,4.5,0.002,1e-27,0]');
    expect(digestOf({ a: 1, b: 2 })).toBe(digestOf({ b: 2, a: 1 }));
  });
});
