import type { Reader } from '../bytes/reader.ts';
import type { Shape, Span } from '../case.ts';

const CHUNKS_MAX = 100_000;
const SPANS_MAX = 256;
const FORMS: ReadonlyMap<string, { readonly id: string; readonly needs: readonly string[] }> = new Map([
  ['WEBP', { id: 'webp', needs: ['VP8 ', 'VP8L', 'ANMF'] }],
  ['WAVE', { id: 'wav', needs: ['data'] }],
  ['AVI ', { id: 'avi', needs: ['LIST'] }],
]);
const NO_TEXT: ReadonlySet<string> = new Set(['VP8 ', 'VP8L', 'ALPH', 'ANMF', 'data', 'fmt ', 'idx1']);

/** RIFF: chunks with a name and a length, in the order of Windows (RFC 9649 §2.3 for WebP). Null = a form nobody here knows. */
export function readRiff(reader: Reader): Shape | null {
  const form = FORMS.get(reader.latin1(8, 4));
  if (form === undefined) return null;
  const texts: Span[] = [];
  const end = reader.u32(4, true) + 8;
  const shape = (fault: string | null): Shape => ({ id: form.id, end: Math.min(end, reader.size), fault, texts });
  if (end < 12 || end > reader.size) return shape('it is cut');
  let hasContent = false;
  let at = 12;
  for (let count = 0; at + 8 <= end; count++) {
    const [name, length] = [reader.latin1(at, 4), reader.u32(at + 4, true)];
    // Some writers of AVI and WAV leave a length of zero where they could not go back to write it.
    if (count >= CHUNKS_MAX || at + 8 + length > end) return shape('a chunk is cut');
    if (!NO_TEXT.has(name) && form.id === 'webp' && texts.length < SPANS_MAX) texts.push([at + 8, at + 8 + length]);
    hasContent ||= form.needs.includes(name);
    at += 8 + length + (length % 2);
  }
  return shape(hasContent ? null : 'it has no content');
}
