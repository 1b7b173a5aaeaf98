import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LedgerError } from './errors.ts';
import { keyPairFromSeed, parseSigner, parseVerifier } from './key.ts';
import { testSigner } from './memory-log.ts';
import { openNote, signNote, splitNote } from './note.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

/** The worked example in the documentation of Go's note package: another implementation's bytes. */
const go = {
  skey: 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz',
  vkey: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  text: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
  signature: 'x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=',
};
const goNote = `${go.text}\n\u2014 PeterNeumann ${go.signature}\n`;
const peter = parseVerifier(go.vkey);

describe('keys', () => {
  it('read the keys of Go and derive the same public key', () => {
    expect(parseSigner(go.skey).vkey).toBe(go.vkey);
    expect(parseSigner(go.skey)).toMatchObject({ name: 'PeterNeumann', keyId: 'c74f20a3' });
  });

  it('round-trip from a seed', () => {
    const { skey, vkey } = keyPairFromSeed('log.example/a', new Uint8Array(32).fill(1));
    expect(parseSigner(skey).vkey).toBe(vkey);
    expect(parseVerifier(vkey).vkey).toBe(vkey);
  });

  it.each([
    ['another key id', go.vkey.replace('c74f20a3', 'c74f20a4')],
    ['another name', go.vkey.replace('Peter', 'Petra')],
    ['upper-case key id', go.vkey.replace('c74f20a3', 'C74F20A3')],
    ['another algorithm', 'x+00000000+Aqpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
    ['a short key', 'x+00000000+AQ=='],
    ['an empty name', '+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
    ['a space in the name', go.vkey.replace('Neumann', ' eumann')],
    ['loose base64', `${go.vkey}=`],
    ['nothing', ''],
  ])('are refused: %s', (_name, vkey) => {
    expect(() => parseVerifier(vkey)).toThrow(expect.objectContaining({ code: 'key-malformed' }));
    expect(() => parseSigner(`PRIVATE+KEY+${vkey}`)).toThrow(expect.objectContaining({ code: 'key-malformed' }));
  });

  it('never quote a secret key in an error', () => {
    try {
      parseSigner(go.skey.replace('c74f20a3', 'c74f20a4'));
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toContain('AYEKFALVFGyN');
    }
  });
});

describe('notes', () => {
  it('are byte for byte those of Go', () => {
    expect(signNote(go.text, [parseSigner(go.skey)])).toBe(goNote);
    expect(openNote(bytes(goNote), [peter]).text).toBe(go.text);
  });

  it('may contain empty lines and other letters in the text', () => {
    const note = signNote('è subito\n\nsera\n\n', [parseSigner(go.skey)]);
    expect(openNote(bytes(note), [peter]).text).toBe('è subito\n\nsera\n\n');
  });

  it('with 16 signatures open when one key is known; the rest is counted', () => {
    const signers = Array.from({ length: 15 }, (_, i) => testSigner(`witness${i}.example`, i + 1));
    const note = bytes(signNote(go.text, [...signers, parseSigner(go.skey)]));
    expect(openNote(note, [peter])).toMatchObject({ unknownSignatures: 15, signers: [{ name: 'PeterNeumann' }] });
  });

  it('that no trusted key signed are refused, even under a trusted name with another key id', () => {
    const impostor = testSigner('PeterNeumann', 9);
    const note = bytes(signNote(go.text, [impostor]));
    expect(() => openNote(note, [peter])).toThrow(expect.objectContaining({ code: 'signature-unknown' }));
    expect(openNote(note, [peter, parseVerifier(impostor.vkey)]).signers).toHaveLength(1);
  });

  it('with a bad signature of a known key are refused although another known key signed well', () => {
    const other = testSigner('other.example', 3);
    const good = signNote(go.text, [parseSigner(go.skey), other]);
    const forged = `${good.slice(0, good.indexOf('\u2014'))}${signNote('else\n', [parseSigner(go.skey)]).slice('else\n\n'.length)}${good.slice(good.lastIndexOf('\u2014'))}`;
    const known = [peter, parseVerifier(other.vkey)];
    expect(openNote(bytes(good), known).signers).toHaveLength(2);
    expect(() => openNote(bytes(forged), known)).toThrow(expect.objectContaining({ code: 'signature-invalid' }));
    expect(openNote(bytes(forged), [parseVerifier(other.vkey)]).signers).toHaveLength(1);
  });

  it('with any one byte changed are refused', () => {
    const note = bytes(goNote);
    fc.assert(
      fc.property(fc.nat(note.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = note.map((byte, i) => (i === at ? byte ^ flip : byte));
        expect(() => openNote(changed, [peter])).toThrow(LedgerError);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['no signature', `${go.text}\n`],
    ['no blank line', `${go.text}\u2014 PeterNeumann ${go.signature}\n`],
    ['a hyphen for the dash', goNote.replace('\u2014', '-')],
    ['no final newline', goNote.slice(0, -1)],
    ['a carriage return', goNote.replaceAll('\n', '\r\n')],
    ['a control byte', goNote.replace('If', 'I\u0007')],
    ['two spaces', goNote.replace('PeterNeumann ', 'PeterNeumann  ')],
    ['a byte order mark on a signature line', goNote.replace('\u2014', '\ufeff\u2014')],
    ['a key id alone', `${go.text}\n\u2014 PeterNeumann x08gow==\n`],
    ['33 signatures', `${go.text}\n${`\u2014 PeterNeumann ${go.signature}\n`.repeat(33)}`],
  ])('are refused: %s', (_name, note) => {
    expect(() => splitNote(bytes(note))).toThrow(expect.objectContaining({ code: 'note-malformed' }));
  });

  it('are not signed when the text is no note text', () => {
    for (const text of ['no newline', 'tab\there\n', '\ud800\n']) {
      expect(() => signNote(text, [parseSigner(go.skey)])).toThrow(expect.objectContaining({ code: 'note-malformed' }));
    }
  });
});
