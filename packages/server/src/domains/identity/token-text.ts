import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** `hf_` lets secret scanners find a leaked token; the checksum lets them (and us) tell a token from noise without a look-up. */
const PREFIX = 'hf_';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62^43 > 2^256 and 62^6 > 2^32. */
const SECRET_DIGITS = 43;
const CHECK_DIGITS = 6;
export const TOKEN_BYTES = 32;
export const TOKEN_LENGTH = PREFIX.length + SECRET_DIGITS + CHECK_DIGITS;
const FIELD_CHARS_MAX = 256;

function base62(value: bigint, digits: number): string {
  let rest = value;
  let text = '';
  for (let place = 0; place < digits; place += 1) {
    text = ALPHABET.charAt(Number(rest % 62n)) + text;
    rest /= 62n;
  }
  return text;
}

const checksum = (text: string): string => base62(BigInt(crc32(text)), CHECK_DIGITS);

/** The token that carries these 32 random bytes. */
export function writeToken(random: Uint8Array): string {
  const secret = base62(BigInt(`0x${Buffer.from(random).toString('hex')}`), SECRET_DIGITS);
  return `${PREFIX}${secret}${checksum(PREFIX + secret)}`;
}

/** Whether the text can be a token at all. A typing error or noise stops here and costs no look-up. */
export function isTokenShaped(text: string): boolean {
  if (text.length !== TOKEN_LENGTH || !text.startsWith(PREFIX) || !/^[0-9A-Za-z_]+$/u.test(text)) return false;
  return checksum(text.slice(0, -CHECK_DIGITS)) === text.slice(-CHECK_DIGITS);
}

/** What is stored. A plain hash is enough for 256 random bits: there is nothing to guess, so nothing to slow down. */
export function hashToken(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

/** `Bearer` in any letter case (RFC 9110 §11.1), then one token and nothing else (RFC 6750 §2.1). */
const BEARER = /^bearer +(\S+)$/iu;

/** The hash of the token of ours in an Authorization field, hex; null = there is none. */
export function readBearerToken(field: string): string | null {
  if (field.length > FIELD_CHARS_MAX) return null;
  const text = BEARER.exec(field)?.[1];
  return text === undefined || !isTokenShaped(text) ? null : hashToken(text).toString('hex');
}
