import { asciiText, CHUNK_BYTES, latin1, type Reader } from '../bytes/reader.ts';

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin1';

const SAMPLE_BYTES = 8192;
/** Tab, line feed, form feed, carriage return and escape stand in texts; other controls do not. */
const TEXT_CONTROLS: ReadonlySet<number> = new Set([9, 10, 12, 13, 27]);

/** How a file is written when its beginning is text; null = it is none. */
export function textEncoding(reader: Reader): TextEncoding | null {
  if (reader.isAt(0, '\u00ff\u00fe') && !reader.isAt(2, '\0\0')) return 'utf-16le';
  if (reader.isAt(0, '\u00fe\u00ff')) return 'utf-16be';
  const sample = reader.read(0, SAMPLE_BYTES);
  const wide = wideEncoding(sample);
  if (wide !== null) return wide;
  for (const octet of sample) if ((octet < 32 && !TEXT_CONTROLS.has(octet)) || octet === 127) return null;
  return isUtf8(sample) ? 'utf-8' : isMostlyLetters(sample) ? 'latin1' : null;
}

/** XML without a byte order mark begins with `<` in one of two octets (XML 1.0 Appendix F). */
function wideEncoding(sample: Uint8Array): TextEncoding | null {
  const [first, second, third, fourth] = sample;
  if (second === 0 && fourth === 0 && isLetter(first) && isLetter(third)) return 'utf-16le';
  return first === 0 && third === 0 && isLetter(second) && isLetter(fourth) ? 'utf-16be' : null;
}

const isLetter = (octet: number | undefined): boolean => octet !== undefined && octet > 32 && octet < 127;

/** A character may be cut at the end of the sample. */
function isUtf8(sample: Uint8Array): boolean {
  const text = new TextDecoder('utf-8').decode(sample, { stream: true });
  return !text.includes('\ufffd');
}

/** Old encodings. So many octets without one control character are no numbers; of fewer, most must be letters. */
function isMostlyLetters(sample: Uint8Array): boolean {
  let odd = 0;
  for (const octet of sample) if (octet >= 0x80 && octet < 0xa0) odd++;
  return sample.length >= 256 || odd * 8 < sample.length;
}

/** A file as pieces of text, in order. Octets that are no UTF-8 become one character each and never disappear. */
export function decodedTexts(reader: Reader, encoding: TextEncoding, visit: (text: string) => void): void {
  // Markup, code and formulas are ASCII: what the other octets mean is nobody's concern here, so that UTF-8 need not be decoded.
  const decoder = encoding === 'utf-8' || encoding === 'latin1' ? null : new TextDecoder(encoding);
  reader.each(0, reader.size, (chunk, at) => {
    visit(decoder === null ? asciiText(chunk) : decoder.decode(chunk, { stream: at + CHUNK_BYTES < reader.size }));
  });
}

/** The beginning of a file as text. */
export function textHead(reader: Reader, encoding: TextEncoding, octets: number = SAMPLE_BYTES): string {
  const sample = reader.read(0, octets);
  const text = encoding === 'utf-8' || encoding === 'latin1' ? latin1(sample) : new TextDecoder(encoding).decode(sample);
  return text.replace(/^(?:\u00ef\u00bb\u00bf|\ufeff)/, '');
}
