const KEPT_CHARS = 96;

/** Long texts keep their beginning, length and a checksum: a group or a value costs a bounded number of bytes. */
export function compact(text: string): string {
  if (text.length <= KEPT_CHARS + 32) return text;
  let one = 0x811c9dc5;
  let other = 0x1b873593;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    // FNV-1a twice, with different starts and primes.
    one = Math.imul(one ^ unit, 0x01000193);
    other = Math.imul(other ^ unit, 0x85ebca6b) ^ (other >>> 13);
  }
  return `${text.slice(0, KEPT_CHARS)}#${text.length}#${(one >>> 0).toString(16)}${(other >>> 0).toString(16)}`;
}
