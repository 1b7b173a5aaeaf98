import type { Evidence } from '../types.ts';
import { decodeEntities } from '../variants/entities.ts';
import { decodeEscapes } from '../variants/escapes.ts';

/** Values longer than this are judged by their beginning: script has to start somewhere. */
const JUDGED_LENGTH_MAX = 4_096;
const SCRIPT_SCHEMES = [
  'javascript:',
  'vbscript:',
  'livescript:',
  'mocha:',
  'jscript:',
  'data:text/html',
  'data:text/xml',
  'data:application/x',
  'data:text/javascript',
  'data:image/svg',
  'mhtml:',
  'data:;base64',
  'data:,',
];
/** Schemes that wrap another URL. */
const WRAPPING = /^(?:feed:|view-source:|jar:|pcast:|url\(|\d{1,6};(?:url=)?|url=|&)+/;
const CALL = /[\w$\])'"`]\s{0,4}[(`]|\(\s{0,4}[\w$]{1,40}\s{0,4}\)/;
const ASSIGNMENT = /[\w$\])]\s{0,4}[-+*/|&]?=(?!=)\s{0,4}\S/;
const GLOBAL_WORD = /\b(?:document|window|location|self|top|parent|import|throw|eval|constructor|alert|confirm|prompt)\b/i;

/** Text as a browser reads an attribute: references resolved, escapes resolved for script. */
export function attributeText(value: string): string {
  return decodeEscapes(decodeEntities(value.slice(0, JUDGED_LENGTH_MAX)));
}

/** True when text could do something as JavaScript: it calls, assigns or names a global. */
export function looksLikeScript(value: string): boolean {
  const text = attributeText(value);
  return CALL.test(text) || ASSIGNMENT.test(text) || GLOBAL_WORD.test(text);
}

/** The URL as the parser compares schemes: no tabs, line breaks or leading controls (WHATWG URL §4.4). */
export function normalizeUrl(value: string): string {
  const text = attributeText(value);
  let out = '';
  for (let i = 0; i < text.length && out.length < 256; i++) {
    const code = text.charCodeAt(i);
    if (code > 32 && code !== 0xa0 && code !== 92) out += text.charAt(i);
  }
  return out
    .toLowerCase()
    .replace(WRAPPING, '')
    .replace(/^["'`]+/, '');
}

/** Every scheme ends with a colon, written as itself or as a reference or an escape. */
const MAY_HAVE_SCHEME = /[:&\\]/;

/** True when following or loading the URL runs script. */
export function isScriptUrl(value: string): boolean {
  if (!MAY_HAVE_SCHEME.test(value)) return false;
  const url = normalizeUrl(value);
  return SCRIPT_SCHEMES.some((scheme) => url.startsWith(scheme));
}

/** Addresses that say "do nothing", as pages write them for buttons that look like links. */
const IDLE = /^(?:java|live)script:(?:(?:void(?:\(?0\)?|\(null\))|false|returnfalse|undefined)?;?)$/;

/** True for `javascript:void(0)` and its like: script by its scheme, and nothing by its content. */
export function isIdleUrl(value: string): boolean {
  return IDLE.test(normalizeUrl(value));
}

const STYLE_COMMENT = /\/\*[^*]{0,200}\*+(?:[^/*][^*]{0,200}\*+){0,8}\//g;
const ACTIVE_STYLE =
  /expression\s{0,16}\(|(?<![-\w])behaviou?r\s{0,16}:|-moz-binding|javascript:|vbscript:|@import|-o-link|data:text\/html|url\(\s{0,16}["']?data:text/i;

/** True when a style runs script or loads a foreign sheet in some browser; comments and escapes inside words are removed first. */
export function isActiveStyle(value: string): boolean {
  const text = decodeEntities(value.slice(0, JUDGED_LENGTH_MAX));
  if (ACTIVE_STYLE.test(text)) return true;
  if (!text.includes('/*') && !text.includes('\\')) return false;
  return ACTIVE_STYLE.test(cssUnescape(text).replaceAll(STYLE_COMMENT, '').replaceAll('\0', ''));
}

/** Escaped ASCII letters and signs: escapes are for other alphabets and for icon fonts. */
const ESCAPED_ASCII = /\\0{0,4}[2-7][\da-f](?![\da-f])/i;
/** A placeholder of a page template may stand in a style; other braces and brackets belong to sheets, not to attributes. */
const PLACEHOLDER = /\{\{[^{}]{0,200}\}\}|[$#]\{[^{}]{0,200}\}|\{%[^{}]{0,200}%\}|\[[\w-]{1,32}\]/g;

/** True when an attribute's style holds what only a sheet does, or hides its letters: browsers disagreed on where such a value ends. */
export function isDisguisedStyle(value: string): boolean {
  const text = decodeEntities(value.slice(0, JUDGED_LENGTH_MAX)).trim();
  if (text.startsWith('{') || text.startsWith('[')) return false;
  if (ESCAPED_ASCII.test(text) || /url\([^)]{0,400}\/\*/i.test(text)) return true;
  if (/["'][^"';]{0,64}[\n\r\f]/.test(text)) return true;
  return /[{}]/.test(text.replaceAll(PLACEHOLDER, ''));
}

/** The declarations that need no element around them to be known for what they are; a sheet of colours and fonts is none. */
const ACTIVE_DECLARATION =
  /(?:^|["'`;{\s=])(?:-moz-binding|behaviou?r)\s{0,8}:\s{0,8}url\s{0,4}\(|\bstyle\s{0,4}=[^<>=]{0,48}url\s{0,4}\(\s{0,4}["']?(?:java|vb)script|@import\s{0,8}(?:url\s{0,4}\(\s{0,4})?["']?(?:javascript|data|vbscript):/i;

/** A value that goes on in a style of the page and runs script there (CWE-79). */
export function judgeStyleValue(value: string): Evidence | undefined {
  const match = ACTIVE_DECLARATION.exec(value);
  if (match === null) return undefined;
  const span = [match.index, match.index + match[0].length] as const;
  return { rule: 'xss.style', confidence: 0.93, span, why: 'a style declaration loads script' };
}

/** CSS escapes: a backslash with one to six hexadecimal digits and an optional blank, or one literal character (CSS Syntax §4.3.7). */
function cssUnescape(text: string): string {
  return text.replaceAll(/\\([\da-f]{1,6})\s?|\\/gi, (_, digits: string | undefined) => {
    const point = digits === undefined ? -1 : parseInt(digits, 16);
    return point < 0 || point > 0x10ffff ? '' : String.fromCodePoint(point);
  });
}
