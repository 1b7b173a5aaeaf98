/** `end` is the end of the last line of the value; `after` what stands behind it: blanks and a comment. */
type Value =
  | { readonly kind: 'value'; readonly value: string; readonly after: string; readonly end: number }
  | { readonly kind: 'fault'; readonly detail: string; readonly at: number };

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['\\', '\\'],
  ['"', '"'],
  ['$', '$'],
  ['`', '`'],
]);
/** What shells, containers and libraries read in different ways when no quotes stand around it. */
const DISPUTED = /['"\\$`]/u;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F]/u;
const COMMENT = /(?<blanks>[ \t]*)(?<comment>#[^\n]*)?/uy;

/** The value that begins at `at`, directly behind the `=`. */
export function readValue(text: string, at: number): Value {
  const quote = text[at];
  if (quote === "'") return readSingle(text, at);
  if (quote === '"') return readDouble(text, at);
  return readBare(text, at);
}

/** Up to the first blank; behind it only a comment may stand. */
function readBare(text: string, at: number): Value {
  const found = /[ \t\n]/u.exec(text.slice(at, lineEnd(text, at) + 1));
  const end = found === null ? lineEnd(text, at) : at + found.index;
  const value = text.slice(at, end);
  if (CONTROL.test(value)) return { kind: 'fault', detail: 'a control character without quotes', at };
  if (DISPUTED.test(value)) return { kind: 'fault', detail: 'quotes, \\, $ and ` need quotes around the whole value', at };
  return behind({ text, at: end, value, fault: at === end ? 'no blanks after =' : 'a value with blanks needs quotes' });
}

/** Everything up to the next single quote, also over lines: nothing is special in it. */
function readSingle(text: string, at: number): Value {
  const close = text.indexOf("'", at + 1);
  if (close === -1) return { kind: 'fault', detail: "the quote ' is not closed", at: text.length };
  const value = text.slice(at + 1, close);
  if (value.includes('\0')) return { kind: 'fault', detail: 'a value cannot hold the character zero', at: close };
  return behind({ text, at: close + 1, value, fault: 'only a comment may follow the closing quote' });
}

function readDouble(text: string, at: number): Value {
  let value = '';
  for (let index = at + 1; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '"') return behind({ text, at: index + 1, value, fault: 'only a comment may follow the closing quote' });
    if (character === '\0') return { kind: 'fault', detail: 'a value cannot hold the character zero', at: index };
    // Half of the programs that read such files put another variable here, the other half does not.
    if (character === '$' || character === '`')
      return { kind: 'fault', detail: `${character} stands for itself as \\${character}, or in single quotes`, at: index };
    if (character !== '\\') {
      value += character;
      continue;
    }
    index += 1;
    const meant = ESCAPES.get(text.charAt(index));
    if (meant === undefined)
      return { kind: 'fault', detail: 'the escapes are \\n \\r \\t \\\\ \\" \\$ \\`', at: Math.min(index, text.length) };
    value += meant;
  }
  return { kind: 'fault', detail: 'the quote " is not closed', at: text.length };
}

interface Behind {
  readonly text: string;
  readonly at: number;
  readonly value: string;
  /** Said when something else than a comment follows. */
  readonly fault: string;
}

/** A comment needs a blank before it: `a#b` is a value. */
function behind({ text, at, value, fault }: Behind): Value {
  COMMENT.lastIndex = at;
  const { blanks = '', comment = '' } = COMMENT.exec(text)?.groups ?? {};
  const end = at + blanks.length + comment.length;
  if ((end < text.length && text[end] !== '\n') || (comment !== '' && blanks === '')) return { kind: 'fault', detail: fault, at };
  return { kind: 'value', value, after: comment === '' ? '' : `${blanks}${comment}`, end };
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}
