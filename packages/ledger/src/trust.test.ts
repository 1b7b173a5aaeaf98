import { describe, expect, it } from 'vitest';
import { formatCheckpoint, parseCheckpoint, signCheckpoint } from './checkpoint.ts';
import { emptyRoot, leafHash } from './hash.ts';
import { parseVerifier } from './key.ts';
import { memoryLog, testEntry, testOrigin, testSigner, trustOf } from './memory-log.ts';
import { proveInclusion } from './proof.ts';
import { formatTlogProof, parseTlogProof, verifyTlogProof } from './tlog-proof.ts';
import { formatTrust, openCheckpoint, parseTrust } from './trust.ts';

const root = 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=';
const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('checkpoints', () => {
  it('round-trip the example of the specification', () => {
    const text = `example.com/behind-the-sofa\n20852163\n${root}\n`;
    expect(parseCheckpoint(text)).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 });
    expect(formatCheckpoint(parseCheckpoint(text))).toBe(text);
  });

  it('of the empty log have size 0', () => {
    expect(formatCheckpoint({ origin: testOrigin, size: 0, root: emptyRoot() })).toContain('\n0\n');
  });

  it.each([
    ['a leading zero', `a\n01\n${root}\n`],
    ['a sign', `a\n+1\n${root}\n`],
    ['an exponent', `a\n1e3\n${root}\n`],
    ['a size beyond 2^53', `a\n9007199254740993\n${root}\n`],
    ['an extension line', `a\n1\n${root}\nmore\n`],
    ['no final newline', `a\n1\n${root}`],
    ['a short root', 'a\n1\nCsUY\n'],
    ['another spelling of the root', `a\n1\n${root.replace('I=', 'J=')}\n`],
    ['an empty origin', `\n1\n${root}\n`],
    ['a scheme', `https://a\n1\n${root}\n`],
    ['a plus', `a+b\n1\n${root}\n`],
  ])('are refused: %s', (_name, text) => {
    expect(() => parseCheckpoint(text)).toThrow(expect.objectContaining({ code: 'checkpoint-malformed' }));
  });
});

describe('trust files', () => {
  const signer = testSigner();

  it('round-trip', () => {
    const text = formatTrust(trustOf(signer, 5, 900));
    expect(text).toBe(`holdfast-trust v1\norigin ${testOrigin}\nkey ${signer.vkey} 5 900\n`);
    expect(formatTrust(parseTrust(text))).toBe(text);
  });

  it.each([
    ['another version', 'holdfast-trust v2\norigin a\nkey K 0 -\n'],
    ['no key', 'holdfast-trust v1\norigin a\n'],
    ['a key twice', 'holdfast-trust v1\norigin a\nkey K 0 9\nkey K 10 -\n'],
    ['a range that ends before it starts', 'holdfast-trust v1\norigin a\nkey K 9 8\n'],
    ['a loose number', 'holdfast-trust v1\norigin a\nkey K 00 -\n'],
    ['a word too many', 'holdfast-trust v1\norigin a\nkey K 0 - x\n'],
    ['an empty line', 'holdfast-trust v1\norigin a\n\nkey K 0 -\n'],
    ['no final newline', 'holdfast-trust v1\norigin a\nkey K 0 -'],
  ])('are refused: %s', (_name, text) => {
    expect(() => parseTrust(text.replaceAll('K', signer.vkey))).toThrow(expect.objectContaining({ code: 'trust-malformed' }));
  });
});

describe('key rotation', () => {
  const [retired, current] = [testSigner(testOrigin, 1), testSigner(testOrigin, 2)];
  const trust = {
    origin: testOrigin,
    keys: [
      { verifier: parseVerifier(retired.vkey), firstSize: 0, lastSize: 1000 },
      { verifier: parseVerifier(current.vkey), firstSize: 900, lastSize: null },
    ],
  };
  const head = (size: number) => ({ origin: testOrigin, size, root: leafHash(testEntry(size)) });
  const open = (size: number, signers: Parameters<typeof signCheckpoint>[1]) =>
    openCheckpoint(bytes(signCheckpoint(head(size), signers)), trust);

  it('accepts notes before, during and after the change of keys', () => {
    expect(open(10, [retired]).size).toBe(10);
    expect(open(950, [retired, current]).size).toBe(950);
    expect(open(1000, [retired]).size).toBe(1000);
    expect(open(5000, [current]).size).toBe(5000);
  });

  it('refuses a note the retired key signed for a later size, and the new key for an earlier one', () => {
    expect(() => open(1001, [retired])).toThrow(expect.objectContaining({ code: 'key-out-of-range' }));
    expect(() => open(899, [current])).toThrow(expect.objectContaining({ code: 'key-out-of-range' }));
  });

  it('refuses a checkpoint of another log signed by a trusted key', () => {
    const note = signCheckpoint({ ...head(10), origin: 'other.example' }, [retired]);
    expect(() => openCheckpoint(bytes(note), trust)).toThrow(expect.objectContaining({ code: 'origin-mismatch' }));
  });
});

describe('tlog-proof files', async () => {
  const log = memoryLog(700);
  const checkpoint = Buffer.from(log.files.get('checkpoint') ?? '').toString();
  const text = formatTlogProof({
    index: 300,
    proof: await proveInclusion({ index: 300, size: 700, readTile: log.readTile }),
    checkpoint,
  });
  const entry = testEntry(300);

  it('verify offline for their entry only', () => {
    expect(verifyTlogProof({ text, entry, trust: log.trust })).toMatchObject({ size: 700 });
    expect(() => verifyTlogProof({ text, entry: testEntry(301), trust: log.trust })).toThrow(
      expect.objectContaining({ code: 'proof-invalid' }),
    );
    const other = trustOf(testSigner(testOrigin, 99));
    expect(() => verifyTlogProof({ text, entry, trust: other })).toThrow(expect.objectContaining({ code: 'signature-unknown' }));
  });

  it('have the layout of the specification and round-trip, with and without extra data', () => {
    expect(text.split('\n').slice(0, 2)).toEqual(['c2sp.org/tlog-proof@v1', 'index 300']);
    expect(formatTlogProof(parseTlogProof(text))).toBe(text);
    const extra = formatTlogProof({ ...parseTlogProof(text), extra: Buffer.from('note') });
    expect(extra.split('\n')[1]).toBe('extra bm90ZQ==');
    expect(verifyTlogProof({ text: extra, entry, trust: log.trust }).size).toBe(700);
  });

  it('of a one-entry log have no hash lines', async () => {
    const one = memoryLog(1);
    const note = Buffer.from(one.files.get('checkpoint') ?? '').toString();
    const proof = formatTlogProof({ index: 0, proof: [], checkpoint: note });
    expect(proof.startsWith('c2sp.org/tlog-proof@v1\nindex 0\n\n')).toBe(true);
    expect(verifyTlogProof({ text: proof, entry: testEntry(0), trust: one.trust }).size).toBe(1);
  });

  it.each([
    ['another version', text.replace('@v1', '@v2')],
    ['a leading zero', text.replace('index 300', 'index 0300')],
    ['no index', text.replace('index 300\n', '')],
    ['extra data after the index', text.replace('index 300', 'index 300\nextra AA==')],
    ['loose base64 in extra data', text.replace('index', 'extra A\nindex')],
    ['too many hashes', text.replace('index 300\n', `index 300\n${`${root}\n`.repeat(64)}`)],
    ['nothing', ''],
  ])('are refused: %s', (_name, changed) => {
    expect(() => parseTlogProof(changed)).toThrow(expect.objectContaining({ code: 'proof-malformed' }));
  });
});
