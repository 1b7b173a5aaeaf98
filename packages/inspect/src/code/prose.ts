/** Plain words in a row that make a sentence; statements of programs seldom have more than three. */
const RUN_WORDS_MIN = 4;
/** Plain words in a row that make a phrase when the value also starts with one. */
const PHRASE_WORDS_MIN = 3;
/** Looked at on each side of what was found. */
const WINDOW = 2_048;
const WORD = /^["'(*_]{0,2}\p{L}[\p{L}'’_-]*(?:\(\))?["')*_]{0,2}[,.!?:;]{0,2}$/u;
/** After one of these a program ends and any words may follow: a comment, or the end of a script tag. */
const ENDS_CODE = /\/\/|#|\/\*|--|\?>|%>/;
/** Words that programs write in a row, none of which makes a sentence. */
const KEYWORDS = new Set(
  'public private protected static final void class extends implements new return function var let const import from async await abstract package throws def'.split(
    ' ',
  ),
);
/** A sentence may begin with few words, quote code and go on. */
const OPENING_WORDS = /^\s{0,8}\p{Lu}[\p{L}'’-]{0,24}\s\p{L}[\p{L}'’-]{0,24}\b/u;
const FENCE = /```|<(?:pre|code)\b|\[code\]/i;

/**
 * True when a range of a text is code quoted by a sentence: plain words stand before it, or follow it without a comment sign between.
 * An evaluator that is handed the whole value stumbles over such words; one that is handed an attack does not.
 */
export function isQuotedCode(value: string, [start, end]: readonly [number, number]): boolean {
  if (isInElement(value, start) || isCodeSpan(value, [start, end])) return true;
  const before = stripTags(stripComments(value.slice(Math.max(0, start - WINDOW), start)));
  if (hasSentence(before)) return true;
  const after = stripTags(value.slice(end, end + WINDOW));
  const sentence = sentenceAt(after);
  if (sentence >= 0 && (!ENDS_CODE.test(after.slice(0, sentence)) || OPENING_WORDS.test(before))) return true;
  return FENCE.test(value.slice(0, WINDOW)) && (sentence >= 0 || hasSentence(value.slice(0, start)));
}

/** True for a place in an element for code, in a text that an editor saved: it begins with a tag, which no evaluator reads. */
function isInElement(value: string, at: number): boolean {
  if (!/^\s{0,8}<[a-z][a-z\d]{0,15}[\s>]/i.test(value.slice(0, 32))) return false;
  const before = value.slice(Math.max(0, at - WINDOW), at);
  const opened = Math.max(before.lastIndexOf('<pre'), before.lastIndexOf('<code'));
  const closed = Math.max(before.lastIndexOf('</pre>'), before.lastIndexOf('</code>'));
  return opened > closed && /<\/(?:pre|code)>/.test(value.slice(at, at + WINDOW));
}

/** ``Default: `process.cwd()` ``: a code span of Markdown (CommonMark §6.1) behind a word; to JavaScript it is a text, to the others nothing. */
function isCodeSpan(value: string, [start, end]: readonly [number, number]): boolean {
  if (value[start - 1] !== '`' || !/[\p{L}:(,] ?$/u.test(value.slice(Math.max(0, start - 3), start - 1))) return false;
  return /^[^`\n$]{0,64}`(?:[\s).,:;]|$)/.test(value.slice(end, end + 68));
}

function stripTags(text: string): string {
  return text.includes('<') ? text.replaceAll(/<\/?[a-z][^<>]{0,256}>/gi, ' ') : text;
}

/** A comment is part of a program: what it says does not make a sentence of the program. */
function stripComments(text: string): string {
  return text.includes('/*') || text.includes('//')
    ? text.replaceAll(/\/\*[^*]{0,1024}\*\/|(?<![:\w])\/\/[^\n]{0,1024}\n/g, ' ; ')
    : text;
}

function hasSentence(text: string): boolean {
  return sentenceAt(text) >= 0;
}

/** Where the first sentence begins, or -1. */
function sentenceAt(text: string): number {
  let run = 0;
  let first = 0;
  let at = 0;
  for (const word of text.split(/[ \t\r\n]/)) {
    const begins = at;
    at += word.length + 1;
    if (word === '') continue;
    if (word.length > 32 || !WORD.test(word) || KEYWORDS.has(word)) {
      run = 0;
      continue;
    }
    if (run++ === 0) first = begins;
    if (run >= RUN_WORDS_MIN || (run >= PHRASE_WORDS_MIN && first === 0)) return first;
  }
  return -1;
}

/** Nothing but words, as a sentence begins. */
const ONLY_WORDS = /^\s{0,8}(?:\p{L}[\p{L}'’-]{0,31}\s{1,4}){1,3}["'(]?$/u;
/** Where code goes on before the words do: `.NODE_ENV`, `()`, `('x')`. */
const REST_OF_CODE = /^[\w.]{0,64}(?:\([^()\n]{0,64}\)|\))?["')]{0,2}/;
const CLOSING_WORDS = /^(?:\s{1,4}\p{L}[\p{L}'’-]{0,31}){2,}|^\s{0,2}[?!]\s{0,8}$/u;
const WORDS_WINDOW = 128;

/** True for a short question or remark with the code in its middle: no engine reads past its first word. */
export function isInRemark(value: string, [start, end]: readonly [number, number]): boolean {
  if (start === 0 || start > WORDS_WINDOW || KEYWORDS.has(value.slice(0, start).trim())) return false;
  if (!ONLY_WORDS.test(value.slice(0, start))) return false;
  const rest = value.slice(end, end + 2 * WORDS_WINDOW);
  return CLOSING_WORDS.test(rest.slice(REST_OF_CODE.exec(rest)?.[0].length ?? 0));
}
