/** Characters that best-fit tables (Windows code pages, MySQL collations) turn into ASCII punctuation although NFKC does not. */
const BEST_FIT = new Map([
  // These three become ASCII letters when a text is put in upper or lower case (Unicode CaseFolding).
  [0x017f, 's'],
  [0x0131, 'i'],
  [0x212a, 'k'],
  [0x2039, '<'],
  [0x203a, '>'],
  [0x207c, '='],
  [0x207d, '('],
  [0x207e, ')'],
  [0x2215, '/'],
  [0x2216, '\\'],
  [0x29f5, '\\'],
  [0x2044, '/'],
  [0xefc8, '/'],
  [0xf025, '/'],
  [0x2024, '.'],
  [0x02b9, "'"],
  [0x02bc, "'"],
  [0x2032, "'"],
  [0x2329, '<'],
  [0x3008, '<'],
  [0x232a, '>'],
  [0x3009, '>'],
  [0xfe52, '.'],
  [0xfe68, '\\'],
  [0xfe64, '<'],
  [0xfe65, '>'],
  [0xfe66, '='],
  [0xfe59, '('],
  [0xfe5a, ')'],
  [0xfe54, ';'],
]);
/** Full-width forms U+FF01 to U+FF5E mirror ASCII U+0021 to U+007E (UAX 15, NFKC). */
const FULL_WIDTH_FIRST = 0xff01;
const FULL_WIDTH_LAST = 0xff5e;
/** Below it nothing is folded: the letters of most European languages cost one comparison. */
const FIRST = 0x0131;
const FULL_WIDTH_OFFSET = 0xfee0;

/**
 * Full-width and other look-alike forms as the ASCII they resemble. Only single characters are folded: whole NFKC may grow a text
 * eighteenfold, and no evasion needs the rest of it.
 */
export function foldLookAlikes(text: string): string {
  let out = '';
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < FIRST) continue;
    const isFullWidth = code >= FULL_WIDTH_FIRST && code <= FULL_WIDTH_LAST;
    const folded = isFullWidth ? String.fromCharCode(code - FULL_WIDTH_OFFSET) : BEST_FIT.get(code);
    if (folded === undefined) continue;
    out += text.slice(from, i) + folded;
    from = i + 1;
  }
  return from === 0 ? text : out + text.slice(from);
}
