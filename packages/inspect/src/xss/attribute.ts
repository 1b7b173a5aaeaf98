import type { Evidence } from '../types.ts';
import { findEffect } from './effects.ts';
import { isEventHandler } from './events.ts';
import type { Attribute } from './html.ts';
import { readAttributes } from './html.ts';
import {
  attributeText,
  isActiveStyle,
  isDisguisedStyle,
  isIdleUrl,
  isScriptUrl,
  looksLikeScript,
  normalizeUrl,
} from './script.ts';
import { isProse, readTokens } from './tokens.ts';

/** Attributes whose value a browser follows or loads. */
const URL_ATTRIBUTES = new Set([
  'href',
  'src',
  'action',
  'formaction',
  'data',
  'xlink:href',
  'background',
  'dynsrc',
  'lowsrc',
  'poster',
  'codebase',
  'code',
  'cite',
  'longdesc',
  'usemap',
  'manifest',
  'to',
  'from',
  'values',
  'by',
  'content',
  'srcset',
  'ping',
  'archive',
  'classid',
  'profile',
  'icon',
  'folder',
  'xml:base',
  'target',
  'url',
  'source',
  'handler',
  'implementation',
  'value',
]);
/** Tags that show a picture as a document of its own, and run what it holds. */
const DOCUMENT_TAGS = new Set(['use', 'embed', 'object', 'iframe', 'frame', 'feimage', 'a', 'area']);
/** Attributes that only elements of the page itself set; from outside they change where a form or a link leads. */
const OVERRIDES = new Set(['formaction', 'xlink:href', 'ev:handler']);
/** Longer values that end with an open handler end so by chance. */
const OPEN_LENGTH_MAX = 256;
const OPEN_ADDRESS =
  /^[^"'`<>]{0,32}["'`][\s/]{0,8}(?:formaction|style|background|src|lowsrc|ping|srcdoc|xlink:href)\s{0,8}=\s{0,8}$/i;
const HANDLER = /^on[a-z]{3,48}/;
/** Attributes that frameworks in the page evaluate: AngularJS, Vue, Alpine, htmx. */
const DIRECTIVE = /^(?:(?:data-|x-)?ng-|v-|x-|@|:|hx-on|data-hx-on)/;
/** What broken markup may glue to the front of a name; the browser makes a new attribute of what follows it. */
const GLUE = /^["'`/\\;,)}\]>(=\p{Cc}\s]+/u;

interface Reason {
  rule: string;
  confidence: number;
  why: string;
}

const PLAIN_NAME = /^[a-z][\w:-]*$/;

function withoutGlue(written: string): string {
  return PLAIN_NAME.test(written) ? written : written.replace(GLUE, '');
}

/** The name as the browser reads it; nearly every one is that already. */
function plainName(written: string): string {
  return PLAIN_NAME.test(written) ? written : written.replace(GLUE, '').replaceAll(/\p{Cc}/gu, '');
}

interface Setting {
  /** For an attribute that leaves no doubt. */
  confidence: number;
  /** Lower case; empty when the tag is the page's own. */
  tag: string;
}

/** An attribute that runs script: a handler with code, a script URL, an active style, a document in `srcdoc`. */
export function judgeAttribute(attribute: Attribute, setting: Setting): Evidence | undefined {
  if (attribute.value === '') return undefined;
  const reason = attributeReason(attribute, setting);
  return reason === undefined ? undefined : { ...reason, span: [attribute.start, attribute.end] };
}

function attributeReason({ name: written, value }: Attribute, { confidence, tag }: Setting): Reason | undefined {
  const name = plainName(written);
  if (name.startsWith('on') && HANDLER.test(name)) return handlerReason(name, value, confidence);
  if (name === 'dataformatas')
    return { rule: 'xss.embed', confidence: Math.min(confidence, 0.91), why: 'data binding inserts markup' };
  if (name === 'srcdoc')
    return { rule: 'xss.embed', confidence: Math.min(confidence, 0.93), why: 'srcdoc holds a whole document' };
  if (name === 'style') return styleReason(value, confidence);
  // Internet Explorer wrote such a value back without quotes, and the backticks became empty ones (mutation XSS).
  if (value.includes('``') && /``\s{0,4}on[a-z]{3,48}\s{0,4}=/i.test(value))
    return { rule: 'xss.handler', confidence: Math.min(confidence, 0.93), why: 'a handler waits in a value behind backticks' };
  if (
    name.startsWith('xmlns') &&
    /^(?:x-schema:|http:\/\/www\.w3\.org\/2001\/xml-events|urn:schemas-microsoft-com:time)/.test(value)
  )
    return {
      rule: 'xss.embed',
      confidence: Math.min(confidence, 0.92),
      why: 'the namespace brings handlers or a foreign schema',
    };
  if (DIRECTIVE.test(name) && isInjected(value))
    return {
      rule: 'xss.handler',
      confidence: Math.min(confidence, 0.93),
      why: `${name.slice(0, 32)} is evaluated and holds script`,
    };
  return urlReason(name, value, { confidence, tag });
}

function styleReason(value: string, confidence: number): Reason | undefined {
  if (isActiveStyle(value)) return { rule: 'xss.style', confidence, why: 'the style runs script' };
  return isDisguisedStyle(value)
    ? { rule: 'xss.style', confidence: Math.min(confidence, 0.91), why: 'the style is written so that parsers disagree on it' }
    : undefined;
}

function handlerReason(name: string, value: string, confidence: number): Reason | undefined {
  if (looksLikeScript(value))
    return { rule: 'xss.handler', confidence, why: `the event handler ${name.slice(0, 48)} holds script` };
  return /^[\w%-]+$/.test(value)
    ? undefined
    : { rule: 'xss.handler', confidence: 0.5, why: `the event handler ${name.slice(0, 48)} is set` };
}

function urlReason(name: string, value: string, { confidence, tag }: Setting): Reason | undefined {
  if (!isScriptUrl(value)) return undefined;
  const url = normalizeUrl(value);
  if (!URL_ATTRIBUTES.has(name) && !/^(?:java|vb|live)script:/.test(url)) return undefined;
  if (isIdleUrl(value)) return undefined;
  const isPicture = url.startsWith('data:,') || (url.startsWith('data:image/svg') && !DOCUMENT_TAGS.has(tag));
  return { rule: 'xss.url', confidence: isPicture ? 0.6 : confidence, why: `the address in ${name.slice(0, 32)} runs script` };
}

/** True when an expression reaches what only injected script reaches. */
function isInjected(value: string): boolean {
  const text = attributeText(value);
  return (
    /\bconstructor\b|\$event\b.{0,64}\bview\b|orderBy:|\balert\b/.test(text) ||
    findEffect(readTokens(text, 0))?.weight === 'clear'
  );
}

/** Attributes injected into a tag of the application: the value begins inside a quoted or unquoted attribute value. */
export function judgeBrokenAttribute(text: string): Evidence[] {
  // Inside a tag of its own a value closes no attribute of the page.
  const tag = text.search(/<[a-z]/i);
  const judged = tag < 0 ? text : text.slice(0, tag);
  const open = openHandler(judged);
  if (open !== undefined) return [open];
  const style = judged.search(/(?:^|["'\s/])style\s{0,4}=/i);
  const isStyled = style >= 0 && isActiveStyle(judged.slice(style));
  for (const mark of ['"', "'", '`', '']) {
    const found = injectedAttributes(judged, mark);
    if (found.length > 0) return found;
  }
  const span = [style, judged.length] as const;
  return isStyled ? [{ rule: 'xss.attribute', confidence: 0.91, span, why: 'an injected style runs script' }] : [];
}

/** A value that ends with `onload=`, or closes the page's quote and ends with `src=`: what comes next becomes the script or its address. */
function openHandler(text: string): Evidence | undefined {
  if (text.length > OPEN_LENGTH_MAX) return undefined;
  const open = /(?:^|["'`\s/])(on[a-z]{3,48})\s{0,8}=\s{0,8}$/i.exec(text) ?? OPEN_ADDRESS.exec(text);
  if (open === null) return undefined;
  if (open[1] !== undefined && !isEventHandler(open[1].toLowerCase())) return undefined;
  return { rule: 'xss.attribute', confidence: 0.9, span: [open.index, text.length], why: 'a handler or an address is left open' };
}

/** The attributes behind the first quote of a kind, or from the start when the page's value has no quotes. */
function injectedAttributes(text: string, mark: string): Evidence[] {
  const at = mark === '' ? -1 : text.indexOf(mark);
  const found: Evidence[] = [];
  if (mark !== '' && at < 0) return found;
  for (const attribute of readAttributes(text, at + 1).attributes) {
    if (mark !== '' && OVERRIDES.has(withoutGlue(attribute.name)) && attribute.value !== '')
      found.push({
        rule: 'xss.attribute',
        confidence: 0.91,
        span: [attribute.start, attribute.end],
        why: 'an injected attribute sends the form or link elsewhere',
      });
    const name = withoutGlue(attribute.name);
    if (isOrdinaryName(name, attribute.value, mark)) continue;
    const isCertain = mark !== '' || isInjectedHandler(attribute);
    const evidence = judgeAttribute(attribute, { confidence: isCertain ? 0.94 : 0.91, tag: '' });
    if (evidence !== undefined && evidence.confidence > 0.5) found.push({ ...evidence, rule: 'xss.attribute' });
  }
  return found;
}

/** `oneRow = f()` is an assignment: only the name of an event makes a handler of it, or behind a quote what injected script does. */
function isOrdinaryName(name: string, value: string, mark: string): boolean {
  return name.startsWith('on') && !isEventHandler(name) && (mark === '' || !isInjection(value));
}

function isInjectedHandler({ name, value }: Attribute): boolean {
  return isEventHandler(name) && isInjection(value);
}

function isInjection(value: string): boolean {
  const tokens = readTokens(value, 0);
  return findEffect(tokens)?.weight === 'clear' && !isProse(tokens);
}
