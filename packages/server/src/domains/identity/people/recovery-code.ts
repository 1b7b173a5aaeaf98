import { createHash } from 'node:crypto';
import { CROCKFORD } from '@holdfast/contract';

export const RECOVERY_CODES = 10;
/** 80 bits: more than the 64 of SP 800-63B-4 §3.1.2.1, so a plain hash leaves nothing to guess. */
export const RECOVERY_CODE_BYTES = 10;
const CHARACTERS = 16;
const GROUP = 4;

/** `XXXX-XXXX-XXXX-XXXX` in letters that are not mistaken for each other. */
export function writeRecoveryCode(random: Uint8Array): string {
  let value = BigInt(`0x${Buffer.from(random).toString('hex')}`);
  let text = '';
  for (let place = 0; place < CHARACTERS; place += 1) {
    text = CROCKFORD.charAt(Number(value % 32n)) + text;
    value /= 32n;
  }
  return (text.match(new RegExp(`.{${GROUP}}`, 'gu')) ?? []).join('-');
}

/** As it is hashed: upper case, without separators, with the letters people write for digits read as those. Null = no code. */
export function readRecoveryCode(typed: string): string | null {
  if (typed.length > 64) return null;
  const text = typed.toUpperCase().replaceAll(/[\s-]/gu, '').replaceAll('O', '0').replaceAll(/[IL]/gu, '1');
  return text.length === CHARACTERS && /^[0-9A-HJKMNP-TV-Z]+$/u.test(text) ? text : null;
}

/** Bound to the person, so that equal codes of two people would not look equal in the table. */
export function hashRecoveryCode(person: string, code: string): string {
  return createHash('sha256').update(`${person}:${code}`).digest('hex');
}
