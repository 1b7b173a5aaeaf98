const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function utf8(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}

/** RFC 4648 §4. */
export function base64(bytes: readonly number[]): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const [a, b, c] = [bytes[index] ?? 0, bytes[index + 1], bytes[index + 2]];
    const group = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    text += ALPHABET.charAt(group >> 18) + ALPHABET.charAt((group >> 12) & 63);
    text += b === undefined ? '=' : ALPHABET.charAt((group >> 6) & 63);
    text += c === undefined ? '=' : ALPHABET.charAt(group & 63);
  }
  return text;
}

/**
 * The part of the encoding that does not depend on what stands before and after: at each of three offsets, the characters
 * that are made of these bytes alone.
 */
export function base64Offsets(bytes: readonly number[]): readonly string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = base64([...Array.from({ length: offset }, () => 0x20), ...bytes]);
    const start = [0, 2, 3][offset] ?? 0;
    const cut = [0, 3, 2][(bytes.length + offset) % 3] ?? 0;
    return encoded.slice(start, encoded.length - cut);
  });
}

/** UTF-16 as the bytes a log shows them: one character for each byte. Marks stay where they are. */
export function utf16(units: readonly number[], order: 'le' | 'be'): number[] {
  return units.flatMap((unit) => {
    if (unit < 0) return [unit];
    const [low, high] = [unit & 0xff, unit >> 8];
    return order === 'le' ? [low, high] : [high, low];
  });
}
