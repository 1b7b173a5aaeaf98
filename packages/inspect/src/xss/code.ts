import type { Evidence } from '../types.ts';
import { isScriptUrl, looksLikeScript } from './script.ts';

/** Functions and properties that injected script calls to prove or use itself. One alternation, no nested repetition. */
const SINK =
  /(?:\b(?:alert|confirm|prompt|eval|setTimeout|setInterval|Function|execScript|atob|fetch|importScripts|unescape)\b["'\])\s]{0,6}(?:\(|`)|\bdocument\s{0,4}(?:\.|\[)|\b(?:window|self|top|parent|globalThis|frames)\s{0,4}(?:\[|\.\s{0,4}(?:location|name|open|eval|alert))|\blocation\s{0,4}(?:\.\s{0,4}(?:href|hash|replace|assign)\s{0,4})?[=(]|\bfromCharCode\b|\bXMLHttpRequest\b|\.constructor\b|\bimport\s{0,4}\(|\.innerHTML\s{0,4}=)/i;
/** A string of the application's script is closed and the script goes on. */
const BREAKOUT = /^[^'"`<>]{0,64}['"`]\s{0,4}(?:[)\]}]\s{0,4}){0,8}[;,+\-*/|&^%<>=?:}]|^[)\]};\s]{1,16}/;
const BARE_CALL = /^[\s("'`;[]{0,8}(?:alert|confirm|prompt|eval)[\])"'\s]{0,6}(?:\(|`)/i;
const COOKIE_CODE =
  /^[\s("'`;]{0,8}(?:document\.(?:cookie|location|write(?:ln)?)\s{0,4}[=(+]|(?:window\.|top\.|self\.)?location\s{0,4}=\s{0,4}['"])/i;
const SPLITTERS = /<!--[^<>]{0,64}-->|\]\]>?<!\[cdata\[/gi;
const EMBEDDED =
  /["'(=?]\s{0,4}(?:java|vb|live)script:\s{0,4}[\w.$]{1,64}\s{0,4}[(=`]|&\{[^{}]{0,256}[(=]|(?:^|["';{\s])[\w-]{1,32}\s{0,4}:\s{0,4}expression\s{0,4}\(/i;
/** Code built of brackets, signs and nothing else. */
const SYMBOL_CODE = /\[\]\s?\[\s?\(|\(!\[\]\+|\(\+?!!?\[\]/;
const TEMPLATE_CODE = /constructor|\$eval|\$on|\$event|alert\s{0,4}\(|__proto__|document\b|window\b|\btoString\b|_c\.constructor/;
const TEMPLATE_LENGTH_MAX = 512;

/** Script without markup: a string broken out of, a script URL as the whole value, a template expression that reaches constructors. */
export function judgeCode(text: string): Evidence | undefined {
  return judgeUrlValue(text) ?? judgeEmbedded(text) ?? judgeBreakout(text) ?? judgeTemplate(text) ?? judgeSymbols(text);
}

function judgeUrlValue(text: string): Evidence | undefined {
  if (!isScriptUrl(text) || /^\s{0,4}data:image/i.test(text)) return undefined;
  const colon = text.indexOf(':');
  const body = text.slice(colon + 1);
  const isData = /^[^:]{0,40}data$/i.test(text.slice(0, colon));
  // "javascript: the basics" is a title; code follows its colon closely and calls or assigns.
  const isProse = /^\s+[a-z]+\s+[a-z]+/i.test(body);
  if (!isData && (isProse || !looksLikeScript(body))) return undefined;
  return {
    rule: 'xss.url',
    confidence: isData && /^data:,/i.test(text) ? 0.4 : 0.94,
    span: [0, text.length],
    why: 'the value is an address that runs script',
  };
}

/** Forms that run script wherever a lax parser meets them: a quoted script address, script entities, expressions, split keywords. */
function judgeEmbedded(text: string): Evidence | undefined {
  const joined = text.includes('<') ? text.replaceAll(SPLITTERS, '') : text;
  const match = EMBEDDED.exec(joined);
  if (match === null) return undefined;
  return {
    rule: 'xss.code',
    confidence: 0.91,
    span: [Math.min(match.index, text.length), Math.min(match.index + match[0].length, text.length)],
    why: 'an address or expression that runs script is embedded',
  };
}

function judgeBreakout(text: string): Evidence | undefined {
  const sink = SINK.exec(text);
  if (sink === null) return undefined;
  const span = [sink.index, sink.index + sink[0].length] as const;
  if (BARE_CALL.test(text) || COOKIE_CODE.test(text))
    return { rule: 'xss.code', confidence: 0.92, span, why: 'the value is a call that script injection uses' };
  const before = text.slice(0, sink.index).trimEnd();
  const joins =
    before === '' ||
    /[;,+\-*/|&^%<>=?:!~()[\]{}'"`\\]$/.test(before) ||
    /\b(?:return|typeof|void|delete|new|in|throw)$/.test(before);
  if (!joins) return undefined;
  if (BREAKOUT.test(text) || /^\\+['"]/.test(text))
    return { rule: 'xss.code', confidence: 0.93, span, why: 'a string of the page is closed and script follows' };
  return { rule: 'xss.code', confidence: 0.4, span, why: 'the value contains script' };
}

function judgeTemplate(text: string): Evidence | undefined {
  const open = text.indexOf('{{');
  if (open < 0) return undefined;
  const close = text.indexOf('}}', open);
  const body = text.slice(open, Math.min(close < 0 ? text.length : close, open + TEMPLATE_LENGTH_MAX));
  if (!TEMPLATE_CODE.test(body)) return undefined;
  return {
    rule: 'xss.template',
    confidence: 0.92,
    span: [open, open + body.length],
    why: 'a template expression reaches the page or its constructors',
  };
}

function judgeSymbols(text: string): Evidence | undefined {
  const match = SYMBOL_CODE.exec(text);
  if (match === null || text.length < 32) return undefined;
  return {
    rule: 'xss.code',
    confidence: 0.91,
    span: [match.index, match.index + match[0].length],
    why: 'script written with signs only',
  };
}
