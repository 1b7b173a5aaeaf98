/** Words and signs of which script without markup has at least one. Sticky: asked only where the first three characters fit. */
const CODE_HINT =
  /script|expression|&\{|data:|alert|confirm|prompt|eval|document|window|location|constructor|fromcharcode|xmlhttp|innerhtml|settimeout|setinterval|import\s?\(|fetch|function|top\s?\[|self\s?\[|parent\s?\[|this\s?\[|frames|atob|btoa|unescape|\]\(|\.call|\.apply|print\(|beacon/iy;
/** The first three characters of each of them, or all two. */
const STARTS =
  'scr exp &{ dat ale con pro eva doc win loc fro xml inn set imp fet fun top sel par thi fra ato bto une ]( .ca .ap pri bea'.split(
    ' ',
  );
const START_LENGTH = 3;
/** Five bits tell letters apart, in any case; other characters share them, which costs a look and nothing else. */
const BITS = 5;
const LOW = 31;
const KEY_MASK = 0x7fff;

const IS_START: Uint8Array = fill();

function fill(): Uint8Array {
  const table = new Uint8Array(KEY_MASK + 1);
  for (const start of STARTS) {
    let key = 0;
    for (let i = 0; i < start.length; i++) key = (key << BITS) | (start.charCodeAt(i) & LOW);
    if (start.length === START_LENGTH) table[key] = 1;
    // Any character may follow the short ones.
    else table.fill(1, key << BITS, (key << BITS) + LOW + 1);
  }
  return table;
}

/** True when the text holds a word or sign that script without markup needs; one pass, whatever the text. */
export function hasCodeHint(text: string): boolean {
  let key = 0;
  for (let at = 0; at < text.length; at++) {
    key = ((key << BITS) | (text.charCodeAt(at) & LOW)) & KEY_MASK;
    if (IS_START[key] === 1 && isHint(text, at - START_LENGTH + 1)) return true;
  }
  // A short sign may be the last thing in the text.
  return isHint(text, text.length - START_LENGTH + 1);
}

function isHint(text: string, at: number): boolean {
  if (at < 0) return false;
  CODE_HINT.lastIndex = at;
  return CODE_HINT.test(text);
}
