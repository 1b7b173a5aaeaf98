import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { drawQr } from './draw.ts';
import { encodeQr, type Qr } from './encode.ts';

const digest = (qr: Qr): string =>
  createHash('sha256')
    .update(qr.map((row) => row.map(Number).join('')).join('\n'))
    .digest('hex');

const URI =
  'otpauth://totp/Demo%20Shop:ada@example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Demo%20Shop&algorithm=SHA1&digits=6&period=30';

describe('a QR code', () => {
  // Each symbol of 1 to 666 bytes was read back by an independent reader (jsQR 1.4) when these digests were taken.
  test.each([
    ['otpauth://totp/a:b?secret=ABC', 29, 'b47dde42e783a87b1680c161989b27a61a33310d7ad76ef44eda3f374657a023'],
    [URI, 49, '59ec15123239805c7d8d6fff4ee424389aa9fd609e33a47f98fd1b69ed964e71'],
    ['x'.repeat(600), 93, 'ab96c562b62eec114360cdd1abf2332e4506c7fcd752aa1cad4c76145b6275db'],
  ])('of %s is the symbol that readers read', (text, size, expected) => {
    const qr = encodeQr(text);
    expect(qr?.length).toBe(size);
    expect(qr === null ? null : digest(qr)).toBe(expected);
  });

  test('of a text that is too long is none', () => {
    expect(encodeQr('x'.repeat(666))).not.toBeNull();
    expect(encodeQr('x'.repeat(667))).toBeNull();
  });

  test('is drawn dark on white with a quiet zone and a name', () => {
    const { text } = drawQr(encodeQr('HI') ?? [], 'for "you"');
    expect(text).toContain('viewBox="0 0 29 29"');
    expect(text).toContain('aria-label="for &quot;you&quot;"');
    // The corner of the upper left finder.
    expect(text).toContain('M4 4h1v1h-1z');
  });
});
