/** Byte classes of HTTP/1.1 as lookup tables: one read a byte instead of comparisons. */
export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const QUOTE = 0x22;
export const HASH = 0x23;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const EQUALS = 0x3d;
export const BACKSLASH = 0x5c;
export const UNDERSCORE = 0x5f;

const table = (isMember: (byte: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, byte) => (isMember(byte) ? 1 : 0));

const TOKEN_MARKS = "!#$%&'*+-.^_`|~";
const isAlphanumeric = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);

/** RFC 9110 §5.6.2 `tchar`. */
export const IS_TOKEN: Uint8Array = table((byte) => isAlphanumeric(byte) || TOKEN_MARKS.includes(String.fromCharCode(byte)));
/** `tchar` without the underscore: behind a gateway `X_Forwarded_For` and `X-Forwarded-For` can become one name (CGI, WSGI). */
export const IS_NAME: Uint8Array = table((byte) => IS_TOKEN[byte] === 1 && byte !== UNDERSCORE);
/** RFC 9110 §5.5: HTAB, SP, VCHAR and obs-text; every other control byte is refused. */
export const IS_VALUE: Uint8Array = table((byte) => byte === TAB || (byte >= SP && byte !== 0x7f));
/** Visible ASCII without `#` and `\`: what a request target may hold before it is decoded. */
export const IS_TARGET: Uint8Array = table((byte) => byte > SP && byte < 0x7f && byte !== HASH && byte !== BACKSLASH);
/** RFC 9110 §5.6.4 `qdtext`, ASCII only. */
export const IS_QUOTED: Uint8Array = table(
  (byte) => byte === TAB || (byte >= SP && byte < 0x7f && byte !== QUOTE && byte !== BACKSLASH),
);

/** The value of a hexadecimal digit, or -1. */
export function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
