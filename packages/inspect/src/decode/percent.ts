const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Octets turned into characters at once; the argument list of a call is bounded by the stack. */
const CHUNK_BYTES = 8_192;

/** Value of a hexadecimal digit's char code, or -1. */
export function hexValue(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** Byte written as two hexadecimal digits at `at`, or -1. */
export function hexByte(text: string, at: number): number {
  const high = hexValue(text.charCodeAt(at));
  const low = hexValue(text.charCodeAt(at + 1));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/** Bytes as UTF-8 when they are UTF-8, else undefined. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes one to one as code points; never fails. Not TextDecoder('latin1'), which is windows-1252 (WHATWG Encoding §4.2). */
export function decodeLatin1(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; i += CHUNK_BYTES) out += String.fromCharCode(...bytes.subarray(i, i + CHUNK_BYTES));
  return out;
}

/**
 * Octets as UTF-8 where they are, else one to one: bodies of forms and files may hold anything.
 *
 * @example decodeBytes(new Uint8Array([0xc3, 0xa9])) // 'é'
 */
export function decodeBytes(bytes: Uint8Array): string {
  return decodeUtf8(bytes) ?? decodeLatin1(bytes);
}

/**
 * Decodes percent escapes once. A `%` that starts no escape stays as it is, as the WHATWG URL parser leaves it.
 * Octets that are not UTF-8 are read as Latin-1, so overlong forms stay visible to the detectors.
 *
 * @example decodePercent('a%20b') // 'a b'
 */
export function decodePercent(text: string, plusIsSpace: boolean = false): string {
  const plain = plusIsSpace && text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!plain.includes('%')) return plain;
  const bytes = new Uint8Array(plain.length * 3);
  let length = 0;
  for (let i = 0; i < plain.length; i++) {
    const code = plain.charCodeAt(i);
    const byte = code === 37 ? hexByte(plain, i + 1) : -1;
    if (byte >= 0) {
      bytes[length++] = byte;
      i += 2;
    } else if (code < 128) bytes[length++] = code;
    else {
      const point = plain.codePointAt(i) ?? code;
      length += writeUtf8(bytes, length, point);
      if (point > 0xffff) i++;
    }
  }
  const used = bytes.subarray(0, length);
  return decodeUtf8(used) ?? decodeLatin1(used);
}

/** Writes one code point above U+007F as UTF-8; a lone surrogate becomes U+FFFD (WHATWG Encoding). */
function writeUtf8(bytes: Uint8Array, at: number, point: number): number {
  const scalar = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
  if (scalar < 0x800) {
    bytes[at] = 0xc0 | (scalar >> 6);
    bytes[at + 1] = 0x80 | (scalar & 63);
    return 2;
  }
  if (scalar < 0x10000) {
    bytes[at] = 0xe0 | (scalar >> 12);
    bytes[at + 1] = 0x80 | ((scalar >> 6) & 63);
    bytes[at + 2] = 0x80 | (scalar & 63);
    return 3;
  }
  bytes[at] = 0xf0 | (scalar >> 18);
  bytes[at + 1] = 0x80 | ((scalar >> 12) & 63);
  bytes[at + 2] = 0x80 | ((scalar >> 6) & 63);
  bytes[at + 3] = 0x80 | (scalar & 63);
  return 4;
}
