import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashRecoveryCode, readRecoveryCode, RECOVERY_CODE_BYTES, writeRecoveryCode } from './recovery-code.ts';

describe('recovery codes', () => {
  it('hold 80 bits in four groups', () => {
    expect(writeRecoveryCode(Buffer.alloc(RECOVERY_CODE_BYTES))).toBe('0000-0000-0000-0000');
    expect(writeRecoveryCode(Buffer.alloc(RECOVERY_CODE_BYTES, 255))).toBe('ZZZZ-ZZZZ-ZZZZ-ZZZZ');
    expect(writeRecoveryCode(randomBytes(RECOVERY_CODE_BYTES))).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/u);
  });

  it('are read as people type them', () => {
    const code = '01AB-C0DE-1234-WXYZ';
    for (const typed of [code, code.toLowerCase(), code.replaceAll('-', ' '), ' oLab code i234 wxyz ']) {
      expect(readRecoveryCode(typed), typed).toBe('01ABC0DE1234WXYZ');
    }
    for (const typed of ['', '0', `${code}0`, 'UUUU-UUUU-UUUU-UUUU', 'x'.repeat(1000)])
      expect(readRecoveryCode(typed)).toBeNull();
  });

  it('are stored as a hash that differs for each person', () => {
    expect(hashRecoveryCode('a', '01ABC0DE1234WXYZ')).toMatch(/^[0-9a-f]{64}$/u);
    expect(hashRecoveryCode('a', '01ABC0DE1234WXYZ')).not.toBe(hashRecoveryCode('b', '01ABC0DE1234WXYZ'));
  });
});
