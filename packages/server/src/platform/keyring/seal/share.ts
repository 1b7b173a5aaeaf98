import { CROCKFORD, SHARE_CHARS_MAX } from '@holdfast/contract';
import { createHash } from 'node:crypto';
import { toCrockford } from '../../crockford.ts';

const PREFIX = 'hfs1-';
const VERSION = 1;
export const SET_BYTES = 4;
const SECRET_BYTES = 32;
const CHECK_BYTES = 4;
const BODY_BYTES = 1 + SET_BYTES + 2 + SECRET_BYTES;

/** One of the shares of the key that the root key is wrapped with. */
export interface Share {
  /** Names those that belong together, hex. */
  readonly set: string;
  readonly index: number;
  readonly need: number;
  readonly bytes: Uint8Array;
}

export type ShareReading =
  | { readonly kind: 'share'; readonly share: Share }
  | { readonly kind: 'refused'; readonly fault: 'none' | 'damaged' };

const checkOf = (body: Uint8Array): Buffer =>
  createHash('sha256').update('holdfast share v1').update(body).digest().subarray(0, CHECK_BYTES);

/** `hfs1-` and groups of five, without letters that are mistaken for others: people read these out and write them down. */
export function formatShare({ set, index, need, bytes }: Share): string {
  const body = Buffer.concat([Buffer.from([VERSION]), Buffer.from(set, 'hex'), Buffer.from([index, need]), bytes]);
  if (body.length !== BODY_BYTES) throw new Error('assertion: a share has one length');
  const text = toCrockford(Buffer.concat([body, checkOf(body)])).toLowerCase();
  return PREFIX + (text.match(/.{1,5}/gu) ?? []).join('-');
}

/** As somebody typed it: case, spaces and hyphens do not matter, O is 0 and I and L are 1 (Crockford base 32). */
export function parseShare(text: string): ShareReading {
  if (text.length > SHARE_CHARS_MAX) return { kind: 'refused', fault: 'none' };
  const trimmed = text.trim().toLowerCase();
  if (!trimmed.startsWith(PREFIX)) return { kind: 'refused', fault: 'none' };
  const bytes = fromLetters(trimmed.slice(PREFIX.length).replaceAll(/[\s-]/gu, ''));
  if (bytes?.length !== BODY_BYTES + CHECK_BYTES) return { kind: 'refused', fault: 'damaged' };
  const body = bytes.subarray(0, BODY_BYTES);
  if (!checkOf(body).equals(bytes.subarray(BODY_BYTES))) return { kind: 'refused', fault: 'damaged' };
  const [index = 0, need = 0] = body.subarray(1 + SET_BYTES);
  // A checksum says that nobody mistyped; it does not say that nobody made this up.
  if (body[0] !== VERSION || index === 0 || need < 2) return { kind: 'refused', fault: 'damaged' };
  const set = body.toString('hex', 1, 1 + SET_BYTES);
  return { kind: 'share', share: { set, index, need, bytes: new Uint8Array(body.subarray(1 + SET_BYTES + 2)) } };
}

function fromLetters(text: string): Buffer | null {
  const bytes = Buffer.alloc((text.length * 5) >> 3);
  let value = 0;
  let bits = 0;
  let at = 0;
  for (const letter of text.toUpperCase().replaceAll('O', '0').replaceAll(/[IL]/gu, '1')) {
    const found = CROCKFORD.indexOf(letter);
    if (found === -1) return null;
    value = (value << 5) | found;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at] = value >> bits;
    at += 1;
    value &= (1 << bits) - 1;
  }
  // What is left over is padding: another text for the same share would be a second share to a reader.
  return value === 0 && bits < 5 ? bytes : null;
}
