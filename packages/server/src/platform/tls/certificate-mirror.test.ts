import { beforeAll, describe, expect, it } from 'vitest';
import { createCertificateMirror } from './certificate-mirror.ts';
import type { NamedPair } from './certificate-mirror.ts';
import { DAY_MS } from './expiry.ts';
import { issueAuthority, issueLeaf } from './issue.ts';

let first: NamedPair;
let second: NamedPair;
const broken: NamedPair = { names: ['broken.test'], certPem: 'no', keyPem: 'no' };

beforeAll(async () => {
  const times = { notBeforeMs: Date.now() - DAY_MS, notAfterMs: Date.now() + DAY_MS };
  const authority = await issueAuthority({ ...times, commonName: 'test', domains: ['test'] });
  const pair = async (...names: string[]): Promise<NamedPair> => ({
    names,
    ...(await issueLeaf({ ...times, authority, names })),
  });
  first = await pair('first.test', '*.first.test');
  second = await pair('second.test');
});

describe('the mirror of a snapshot', () => {
  it('answers by name, by wildcard and with the first', () => {
    const mirror = createCertificateMirror();
    expect(mirror.secureContextFor('first.test')).toBeUndefined();
    mirror.apply({ certificates: [first, second], alpnCertificates: [] });
    const standard = mirror.secureContextFor(undefined);
    expect(mirror.secureContextFor('WWW.first.test')).toBe(standard);
    expect(mirror.secureContextFor('unknown.test')).toBe(standard);
    expect(mirror.secureContextFor('second.test')).not.toBe(standard);
  });

  it('gives unknown names nothing when strict', () => {
    const mirror = createCertificateMirror({ strictNames: true });
    mirror.apply({ certificates: [first], alpnCertificates: [] });
    expect(mirror.secureContextFor('second.test')).toBeUndefined();
    expect(mirror.secureContextFor('first.test')).toBeDefined();
  });

  it('reuses contexts and stays silent when nothing changed', () => {
    const mirror = createCertificateMirror();
    let changes = 0;
    mirror.onChange(() => (changes += 1));
    mirror.apply({ certificates: [first, second], alpnCertificates: [] });
    const before = mirror.secureContextFor('second.test');
    mirror.apply({ certificates: [{ ...first }, { ...second }], alpnCertificates: [] });
    expect([mirror.secureContextFor('second.test'), changes]).toEqual([before, 1]);
    mirror.apply({ certificates: [second], alpnCertificates: [] });
    expect([mirror.secureContextFor(undefined), changes]).toEqual([before, 2]);
  });

  it('leaves a broken pair out, and keeps serving when nothing else came', () => {
    const mirror = createCertificateMirror();
    expect(mirror.apply({ certificates: [broken, first], alpnCertificates: [] })).toEqual({ refused: 1 });
    expect(mirror.apply({ certificates: [broken], alpnCertificates: [] })).toEqual({ refused: 1 });
    expect(mirror.apply({ certificates: [], alpnCertificates: [] })).toEqual({ refused: 0 });
    expect(mirror.pairs()).toEqual([first]);
  });

  it('holds challenge certificates apart from serving ones', () => {
    const mirror = createCertificateMirror();
    mirror.apply({ certificates: [first], alpnCertificates: [second] });
    expect(mirror.hasPending()).toBe(true);
    expect(mirror.alpnContextFor('second.test')).toBeDefined();
    expect(mirror.alpnContextFor('first.test')).toBeUndefined();
    expect(mirror.secureContextFor('second.test')).toBe(mirror.secureContextFor(undefined));
    mirror.apply({ certificates: [first], alpnCertificates: [] });
    expect([mirror.hasPending(), mirror.alpnContextFor('second.test')]).toEqual([false, undefined]);
  });
});
