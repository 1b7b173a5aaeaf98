/** Octets from which the kind of a file is told. */
const SNIFF_CHARS_MAX = 512;
/** Long enough that no picture holds one by chance. */
const PAGE_TAG = /<\?php\b|<%@\s{0,4}page\b|<jsp:\w|<%\s{0,4}eval\s{0,4}\(?\s{0,4}request\b|<script\s[^>]{0,64}\brunat\s{0,4}=/i;

/**
 * The text of a file's beginning, or undefined when it is none. What the part says of its type is the client's choice; a byte order
 * mark or a null byte beside every letter makes UTF-16, in which XML may hide from readers of octets (CWE-838). Of a picture only a
 * page that is hidden in it is text: servers run it for its tag, whatever stands before (CWE-434).
 *
 * @example fileText('<svg>') // '<svg>'
 */
export function fileText(sample: string): string | undefined {
  if (sample === '') return undefined;
  const text = isWide(sample) ? sample.replaceAll('\0', '') : sample;
  for (let i = 0; i < Math.min(text.length, SNIFF_CHARS_MAX); i++) {
    const code = text.charCodeAt(i);
    // Escape begins colours in logs of terminals, form feed pages in listings.
    if (code < 32 && code !== 9 && code !== 10 && code !== 13 && code !== 12 && code !== 27) return hiddenPage(text);
  }
  return text;
}

function hiddenPage(text: string): string | undefined {
  const at = text.search(PAGE_TAG);
  return at < 0 ? undefined : text.slice(at);
}

function isWide(sample: string): boolean {
  if (/^(?:\u00ff\u00fe|\u00fe\u00ff|\ufeff)/.test(sample)) return true;
  return sample.length > 3 && ((sample[1] === '\0' && sample[3] === '\0') || (sample[0] === '\0' && sample[2] === '\0'));
}
