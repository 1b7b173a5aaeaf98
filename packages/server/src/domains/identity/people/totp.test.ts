import { describe, expect, it } from 'vitest';
import { base32, matchTotp, totpCode, totpStep, totpUri } from './totp.ts';

const seed = Buffer.from('12345678901234567890');
const T0 = 1_700_000_000_000;
const step = totpStep(T0);
const match = (code: string, lastStep = -1, now = T0) => matchTotp(seed, code, { now, lastStep });

describe('one-time codes', () => {
  it('are those of RFC 6238 appendix B, cut to six digits', () => {
    const vectors = [
      [59, '287082'],
      [1_111_111_109, '081804'],
      [1_111_111_111, '050471'],
      [1_234_567_890, '005924'],
      [2_000_000_000, '279037'],
      [20_000_000_000, '353130'],
    ] as const;
    for (const [second, code] of vectors) expect(totpCode(seed, totpStep(second * 1000))).toBe(code);
  });

  it('are right one step to either side and no further', () => {
    for (const [offset, isRight] of [
      [-2, false],
      [-1, true],
      [0, true],
      [1, true],
      [2, false],
    ] as const) {
      expect(match(totpCode(seed, step + offset)), String(offset)).toBe(isRight ? step + offset : null);
    }
  });

  it('are right once: neither the same step nor one before it', () => {
    expect(match(totpCode(seed, step), step)).toBeNull();
    expect(match(totpCode(seed, step - 1), step)).toBeNull();
    expect(match(totpCode(seed, step + 1), step)).toBe(step + 1);
  });

  it('may be typed with a gap, and nothing else is a code', () => {
    const code = totpCode(seed, step);
    expect(match(`${code.slice(0, 3)} ${code.slice(3)}`)).toBe(step);
    for (const text of ['', '12345', '1234567', 'abcdef', '１２３４５６', `${code}0`, '-1e10']) expect(match(text)).toBeNull();
  });
});

describe('the seed', () => {
  it('is written as RFC 4648 says', () => {
    const vectors = { '': '', f: 'MY', fo: 'MZXQ', foo: 'MZXW6', foob: 'MZXW6YQ', fooba: 'MZXW6YTB', foobar: 'MZXW6YTBOI' };
    for (const [text, encoded] of Object.entries(vectors)) expect(base32(Buffer.from(text))).toBe(encoded);
  });

  it('reaches the app with its account, whatever characters are in there', () => {
    const uri = totpUri('MZXW6', { issuer: 'Büro & Co: Shop', account: 'a/b?c' });
    expect(uri).toContain('otpauth://totp/B%C3%BCro%20%26%20Co%3A%20Shop:a%2Fb%3Fc?secret=MZXW6&');
    expect(new URL(uri).searchParams.get('issuer')).toBe('Büro & Co: Shop');
  });
});
