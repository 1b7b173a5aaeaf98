import type { Evidence } from '../types.ts';
import { type Effect, findEffect } from './effects.ts';
import { isIdleUrl, isScriptUrl, looksLikeScript } from './script.ts';
import { isProse, readTokens, type Token } from './tokens.ts';

/** Functions and properties that injected script calls to prove or use itself. One alternation, no nested repetition. */
const SINK =
  /(?:\b(?:alert|confirm|prompt|eval|setTimeout|setInterval|execScript|atob|fetch|importScripts|unescape)\b["'\])\s]{0,6}(?:\(|`)|\bdocument\s{0,4}(?:\.|\[)|\b(?:window|self|top|parent|globalThis|frames)\s{0,4}(?:\[|\.\s{0,4}(?:location|open|eval|alert))|\blocation\s{0,4}(?:\.\s{0,4}(?:href|hash|replace|assign)\s{0,4})?[=(]|\bfromCharCode\b|\bXMLHttpRequest\b|\.constructor\b|\bimport\s{0,4}\(|\.innerHTML\s{0,4}=)/i;
/** A string of the application's script is closed and the script goes on. */
const BREAKOUT = /^[^'"`<>]{0,64}['"`]\s{0,4}(?:[)\]}]\s{0,4}){0,8}[;,+\-*/|&^%<>=?:}]|^\s{0,4}[)\]};]/;
const ESCAPED_QUOTE = /^\\+['"]/;
/** A call, a list or an assignment before the quote: the string is one of the value's own. */
const OWN_STRING = /\w\s{0,2}[([=]\s{0,2}['"`][^'"`]{0,16}$/;
const SPLITTERS = /<!--[^<>]{0,64}-->|\]\]>?<!\[cdata\[/gi;
const EMBEDDED =
  /["'(=?]\s{0,4}(?:java|vb|live)script:\s{0,4}[\w.$]{1,64}\s{0,4}[(=`]|&\{[^{}]{0,256}[(=]|(?:^|["';{\s])[\w-]{1,32}\s{0,4}:\s{0,4}expression\s{0,4}\(/i;
/** Signs that may stand between a closed string and the script that goes on. */
const AFTER_STRING = new Set(';,+-*/|&^%<>=?:})]!~.['.split(''));
/** Statements at the beginning of a value that are looked at as a whole script. */
const PLAIN_LENGTH_MAX = 1_024;
/** Up to here several statements are one attempt; longer ones are what people paste to ask about. */
const SHORT_LENGTH_MAX = 64;
const DECLARATIONS: ReadonlySet<string> = new Set(
  'const let var function class if for while import export async return switch try case'.split(' '),
);
/** From here on evidence decides by itself, and nothing more is looked for. */
export const CLEAR_CONFIDENCE_MIN = 0.9;
const LINK_LENGTH_MAX = 256;
const LINKS_MAX = 1_000;

/** Script without markup: an address that runs script, a string broken out of, a whole value that is an injected expression. */
export function judgeCode(text: string): Evidence | undefined {
  return strongest(READINGS, text);
}

/** The first reading that leaves no doubt, else the least doubtful: a weak reading must not hide a strong one behind it. */
export function strongest(readings: readonly ((text: string) => Evidence | undefined)[], text: string): Evidence | undefined {
  let best: Evidence | undefined;
  for (const read of readings) {
    const evidence = read(text);
    if (evidence === undefined || evidence.confidence <= (best?.confidence ?? 0)) continue;
    best = evidence;
    if (best.confidence >= CLEAR_CONFIDENCE_MIN) break;
  }
  return best;
}

const READINGS = [judgeUrlValue, judgeLinks, judgeEmbedded, judgeStrings, judgePlain, judgeBreakout];

function judgeUrlValue(text: string): Evidence | undefined {
  if (!isScriptUrl(text) || /^\s{0,4}data:image/i.test(text)) return undefined;
  const colon = text.indexOf(':');
  const scheme = text.slice(0, Math.max(0, colon)).trim();
  const body = text.slice(colon + 1);
  const span = [0, text.length] as const;
  // No writer puts a break or a control character into the word; browsers drop both (WHATWG URL §4.4).
  if (/^[a-z]{1,9}[\p{Cc}]{1,16}[a-z\p{Cc}]{1,16}$/iu.test(scheme))
    return { rule: 'xss.url', confidence: 0.94, span, why: 'the scheme of a script address is taken apart' };
  if (isIdleUrl(text)) return undefined;
  if (/^(?:vb|live|j)script:[^\s\d]/i.test(scheme + text.slice(colon, colon + 2)))
    return { rule: 'xss.url', confidence: 0.93, span, why: 'the value is an address of a scheme that only runs script' };
  if (/^mhtml:(?:https?|file):/i.test(text))
    return { rule: 'xss.url', confidence: 0.92, span, why: 'the address takes a document out of an archive' };
  const isData = /^[^:]{0,40}data$/i.test(text.slice(0, colon));
  // "javascript: the basics" is a title; code follows its colon closely and calls or assigns.
  const isTitle = /^\s+[a-z]+\s+[a-z]+/i.test(body);
  if (!isData && (isTitle || !looksLikeScript(body))) return undefined;
  const confidence = isData && /^data:,/i.test(text) ? 0.4 : 0.94;
  return { rule: 'xss.url', confidence, span, why: 'the value is an address that runs script' };
}

/** Forms that run script wherever a lax parser meets them: a quoted script address, script entities, expressions, split keywords. */
function judgeEmbedded(text: string): Evidence | undefined {
  const joined = text.includes('<') ? text.replaceAll(SPLITTERS, '') : text;
  const match = EMBEDDED.exec(joined);
  if (match === null || isIdleUrl(joined.slice(match.index + 1, match.index + LINK_LENGTH_MAX).split(/["'\s>]/, 1)[0] ?? ''))
    return undefined;
  return {
    rule: 'xss.code',
    confidence: 0.91,
    span: [Math.min(match.index, text.length), Math.min(match.index + match[0].length, text.length)],
    why: 'an address or expression that runs script is embedded',
  };
}

/** Links of Markdown and of wikis: `[text](address)`. */
function judgeLinks(text: string): Evidence | undefined {
  let at = text.indexOf('](');
  for (let links = 0; at >= 0 && links < LINKS_MAX; links++, at = text.indexOf('](', at + 2)) {
    const address = text.slice(at + 2, at + 2 + LINK_LENGTH_MAX);
    const end = Math.min(text.length, at + 2 + address.length);
    // A title may follow the address, and a quote in it closes the attribute it is written to.
    if (isScriptUrl(address) ? !isIdleUrl(address.split(')', 1)[0] ?? '') : /^[^\s)"]{0,64}"\s{0,8}on[a-z]{3,32}=/i.test(address))
      return {
        rule: 'xss.url',
        confidence: 0.93,
        span: [at, end],
        why: 'a link in the text leads to an address that runs script',
      };
  }
  return undefined;
}

/** The value closes a string of the page's script and goes on, or stands in a template literal of it (ECMA-262 §12.9). */
function judgeStrings(text: string): Evidence | undefined {
  for (const mark of ["'", '"', '`', '${']) {
    const at = text.indexOf(mark);
    if (at < 0) continue;
    const tokens = readTokens(text, at + mark.length);
    const first = tokens[0];
    if (first === undefined || (mark !== '${' && !AFTER_STRING.has(first.text.charAt(0)) && !first.isOnNewLine)) continue;
    const effect = findEffect(tokens);
    if (effect === undefined || isProse(untilBehind(tokens, effect))) continue;
    if (mark === '${' && effect.weight !== 'clear') continue;
    return {
      rule: 'xss.code',
      confidence: effect.weight === 'clear' ? 0.93 : 0.91,
      span: [effect.start, effect.end],
      why: 'a string of the page is closed and script follows',
    };
  }
  return undefined;
}

/** The whole value is one expression, or begins with one, that only an injection consists of. */
function judgePlain(text: string): Evidence | undefined {
  const tokens = readTokens(text.slice(0, PLAIN_LENGTH_MAX), 0);
  const first = tokens.find((token) => !/^[;)\]}]$/.test(token.text));
  const isShort =
    text.length <= SHORT_LENGTH_MAX && !/[\n\r]/.test(text) && first?.text !== 'function' && first?.text !== 'class';
  if (first === undefined || (DECLARATIONS.has(first.text) && !isShort)) return undefined;
  const effect = findEffect(tokens);
  if (effect === undefined || isProse(untilBehind(tokens, effect))) return undefined;
  const span = [effect.start, effect.end] as const;
  if (effect.weight !== 'clear' || !(isShort || isFirst(tokens, effect.start)))
    return { rule: 'xss.code', confidence: 0.4, span, why: 'the value contains script' };
  return { rule: 'xss.code', confidence: 0.92, span, why: 'the value is an expression that script injection uses' };
}

/** The tokens up to the call or assignment and the one behind its brackets; further on a page or another language may follow. */
function untilBehind(tokens: readonly Token[], effect: Effect): readonly Token[] {
  let at = tokens.findIndex((token) => token.end >= effect.end);
  if (at < 0) return tokens;
  let depth = 0;
  for (; at < tokens.length; at++) {
    const text = tokens[at]?.text ?? '';
    if (text === '(' || text === '[') depth++;
    else if (text === ')' || text === ']') depth--;
    if (depth <= 0) break;
  }
  return tokens.slice(0, at + 2);
}

/** Whether an effect belongs to the first statement, or to the one behind a single word or number (`1;alert(1)`). */
function isFirst(tokens: readonly Token[], start: number): boolean {
  const statement = tokens.findIndex((token, i) => i > 0 && (token.text === ';' || token.isOnNewLine));
  if (statement < 0 || (tokens[statement]?.start ?? 0) > start) return true;
  return statement <= 1 || (tokens[0]?.kind === 'sign' && statement <= 3);
}

function judgeBreakout(text: string): Evidence | undefined {
  const opening = BREAKOUT.exec(text) ?? ESCAPED_QUOTE.exec(text);
  if (opening !== null && !OWN_STRING.test(opening[0])) {
    // What the value does it does behind the quote: `fetch("/items")` opens a string of its own.
    const behind = findSink(text, opening[0].length - 1);
    if (behind !== undefined)
      return { rule: 'xss.code', confidence: 0.93, span: behind, why: 'a string of the page is closed and script follows' };
  }
  const span = findSink(text, 0);
  return span === undefined ? undefined : { rule: 'xss.code', confidence: 0.4, span, why: 'the value contains script' };
}

/** The first sink from an offset on, when what stands before it may go on with an expression. */
function findSink(text: string, from: number): readonly [number, number] | undefined {
  const sink = SINK.exec(text.slice(from));
  if (sink === null) return undefined;
  const start = from + sink.index;
  const before = text.slice(0, start).trimEnd();
  const joins =
    before === '' ||
    /[;,+\-*/|&^%<>=?:!~()[\]{}'"`\\]$/.test(before) ||
    /\b(?:return|typeof|void|delete|new|in|throw)$/.test(before);
  return joins ? [start, start + sink[0].length] : undefined;
}
