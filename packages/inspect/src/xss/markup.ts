import type { Evidence } from '../types.ts';
import type { Attribute, Tag } from './html.ts';
import { readAttributes, readTag } from './html.ts';
import { isActiveStyle, isScriptUrl, looksLikeScript, normalizeUrl } from './script.ts';

/** Tags read per value; past it the value is not a text a person formatted. */
const TAGS_MAX = 20_000;
/** Characters read per character of the value: markup inside attribute values is entered too, until this is used up. */
const READS_MAX = 4;
const READS_FREE = 65_536;
const SCRIPT_LENGTH_MAX = 4_096;
/** Tags whose content is read as well. */
const BODY_TAGS = /^(?:\w{1,16}:)?(?:script|style|handler)$/;
const HANDLER = /^on[a-z]{3,32}/;
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
/** Tags that run or embed foreign code by their mere presence with an address. */
const EMBEDDING = new Map<string, readonly string[]>([
  ['object', ['data', 'classid', 'codebase']],
  ['embed', ['src', 'code']],
  ['applet', ['code', 'codebase', 'archive']],
  ['base', ['href']],
  ['bgsound', ['src']],
  ['frame', ['src']],
  ['layer', ['src']],
  ['xml', ['src']],
  ['import', ['namespace', 'implementation']],
]);
const ACTIVE_LINKS = new Set(['stylesheet', 'import', 'preload', 'prefetch', 'modulepreload']);

/** Every way a piece of markup can run script, tag by tag. */
export function judgeMarkup(text: string): Evidence[] {
  const found: Evidence[] = [];
  let budget = text.length * READS_MAX + READS_FREE;
  let at = text.indexOf('<');
  for (let tags = 0; at >= 0 && tags < TAGS_MAX && found.length === 0; tags++) {
    const tag = readTag(text, at);
    if (tag === undefined) {
      at = text.indexOf('<', at + 1);
      continue;
    }
    // Fail closed: past the budget a tag whose body would have to be read counts as one that runs script.
    if (budget < 0 && BODY_TAGS.test(tag.name)) {
      found.push({
        rule: 'xss.script',
        confidence: 0.9,
        span: [tag.start, tag.end],
        why: 'more script and style tags than are read one by one',
      });
      break;
    }
    judgeTag(text, tag, found);
    budget -= tag.end - at + (BODY_TAGS.test(tag.name) ? SCRIPT_LENGTH_MAX : 0);
    at = text.indexOf('<', budget > 0 ? at + 1 : tag.end);
  }
  return found;
}

function judgeTag(text: string, tag: Tag, found: Evidence[]): void {
  const span = [tag.start, tag.end] as const;
  const reason = tagReason(text, tag);
  if (reason !== undefined) found.push({ rule: reason.rule, confidence: reason.confidence, span, why: reason.why });
  for (const attribute of tag.attributes) {
    const evidence = judgeAttribute(attribute, 0.97);
    if (evidence !== undefined) found.push(evidence);
  }
}

interface Reason {
  rule: string;
  confidence: number;
  why: string;
}

/** What the tag itself runs or loads, apart from its attributes' values. */
function tagReason(text: string, tag: Tag): Reason | undefined {
  const { name } = tag;
  if (name === 'script') return scriptReason(text, tag);
  if (name === 'style') return styleReason(text, tag);
  if (BODY_TAGS.test(name) && looksLikeScript(text.slice(tag.end, tag.end + SCRIPT_LENGTH_MAX))) {
    return { rule: 'xss.script', confidence: 0.93, why: `a <${name}> tag holds script` };
  }
  if ((name === 'set' || name.startsWith('animate')) && animatesScript(tag)) {
    return { rule: 'xss.handler', confidence: 0.93, why: `an SVG <${name}> tag rewrites an active attribute` };
  }
  return embedReason(tag);
}

/** Tags that bring foreign content or change the page around them. */
function embedReason(tag: Tag): Reason | undefined {
  const { name } = tag;
  if ((name === 'iframe' || name === 'frame') && isForeignFrame(tag)) {
    return { rule: 'xss.embed', confidence: 0.91, why: 'a frame loads a page over an open connection or an odd scheme' };
  }
  const addresses = EMBEDDING.get(name) ?? [];
  if (tag.attributes.some((attribute) => addresses.includes(attribute.name) && attribute.value !== '')) {
    return { rule: 'xss.embed', confidence: 0.91, why: `a <${name}> tag loads foreign content` };
  }
  if (name === 'meta' && tag.attributes.some((attribute) => attribute.name === 'http-equiv')) {
    return { rule: 'xss.embed', confidence: 0.93, why: 'a <meta http-equiv> tag changes how the page behaves' };
  }
  const isLink = name === 'link' && isActiveLink(tag);
  return isLink
    ? { rule: 'xss.embed', confidence: 0.92, why: 'a <link> tag loads a foreign style sheet or document' }
    : undefined;
}

/** A script tag counts when it has an address, ends as a script, or holds something that parses as code; the bare word in prose does not. */
function scriptReason(text: string, tag: Tag): Reason | undefined {
  if (text[tag.start + 1] === '/') return undefined;
  const why = 'a <script> tag with code or an address';
  if (tag.attributes.some((attribute) => /src|href/.test(attribute.name) && attribute.value !== ''))
    return { rule: 'xss.script', confidence: 0.97, why };
  const body = text.slice(tag.end, tag.end + SCRIPT_LENGTH_MAX);
  const close = body.search(/<\s*\/\s*script/i);
  if (close >= 0) return { rule: 'xss.script', confidence: 0.97, why };
  if (looksLikeScript(body)) return { rule: 'xss.script', confidence: 0.95, why };
  return body.trim() === '' ? { rule: 'xss.script', confidence: 0.9, why: 'an opening <script> tag ends the value' } : undefined;
}

function styleReason(text: string, tag: Tag): Reason | undefined {
  const isScript = tag.attributes.some((attribute) => attribute.name === 'type' && /script/i.test(attribute.value));
  const isActive = isScript || isActiveStyle(text.slice(tag.end, tag.end + SCRIPT_LENGTH_MAX));
  return isActive
    ? { rule: 'xss.style', confidence: 0.95, why: 'a <style> tag runs script or loads a foreign sheet' }
    : undefined;
}

/** Editors write frames with quoted https addresses; an http, relative-scheme or view-source address is not one of theirs. */
function isForeignFrame(tag: Tag): boolean {
  return tag.attributes.some(
    (attribute) => attribute.name === 'src' && /^(?:http:|mhtml:|view-source:|\/\/|ftp:)/.test(normalizeUrl(attribute.value)),
  );
}

function isActiveLink(tag: Tag): boolean {
  const rel = tag.attributes.find((attribute) => attribute.name === 'rel')?.value.toLowerCase() ?? '';
  return (
    tag.attributes.some((attribute) => attribute.name === 'href' && attribute.value !== '') &&
    ACTIVE_LINKS.has(rel.replaceAll(/["'\\]/g, '').trim())
  );
}

function animatesScript(tag: Tag): boolean {
  const target = tag.attributes.find((attribute) => attribute.name === 'attributename')?.value.toLowerCase() ?? '';
  return target.startsWith('on') || target.includes('innerhtml') || target.endsWith('href') || target === 'src';
}

/** An attribute that runs script: a handler with code, a script URL, an active style, a document in `srcdoc`. */
export function judgeAttribute(attribute: Attribute, confidence: number): Evidence | undefined {
  const reason = attributeReason(attribute, confidence);
  return reason === undefined ? undefined : { ...reason, span: [attribute.start, attribute.end] };
}

function attributeReason(attribute: Attribute, confidence: number): Reason | undefined {
  const { value } = attribute;
  if (value === '') return undefined;
  // Quotes and slashes may be glued to a name by broken markup; the browser makes a new attribute of what follows them.
  const name = attribute.name.replace(/^[^a-z]+/, '').replaceAll(/\p{Cc}/gu, '');
  if (HANDLER.test(name)) {
    if (looksLikeScript(value))
      return { rule: 'xss.handler', confidence, why: `the event handler ${name.slice(0, 32)} holds script` };
    return /^[\w%-]+$/.test(value)
      ? undefined
      : { rule: 'xss.handler', confidence: 0.5, why: `the event handler ${name.slice(0, 32)} is set` };
  }
  if (name === 'dataformatas')
    return { rule: 'xss.embed', confidence: Math.min(confidence, 0.91), why: 'data binding inserts markup' };
  if (name === 'srcdoc')
    return { rule: 'xss.embed', confidence: Math.min(confidence, 0.93), why: 'srcdoc holds a whole document' };
  if (name === 'style') return isActiveStyle(value) ? { rule: 'xss.style', confidence, why: 'the style runs script' } : undefined;
  const url = normalizeUrl(value);
  if (isScriptUrl(value) && (URL_ATTRIBUTES.has(name) || /^(?:java|vb|live)script:/.test(url))) {
    const isPlainData = url.startsWith('data:,') || url.startsWith('data:image/svg');
    return {
      rule: 'xss.url',
      confidence: isPlainData ? 0.6 : confidence,
      why: `the address in ${name.slice(0, 32)} runs script`,
    };
  }
  return undefined;
}

/** Attributes injected into a tag of the application: the value begins inside a quoted or unquoted attribute value. */
export function judgeBrokenAttribute(text: string): Evidence[] {
  const starts = [0];
  for (const quote of ['"', "'", '`']) {
    const at = text.indexOf(quote);
    if (at >= 0) starts.push(at + 1);
  }
  const found: Evidence[] = [];
  const style = text.search(/(?:^|["'\s/])style\s{0,4}=/i);
  if (style >= 0 && isActiveStyle(text.slice(style)))
    found.push({ rule: 'xss.attribute', confidence: 0.91, span: [style, text.length], why: 'an injected style runs script' });
  for (const start of starts) {
    for (const attribute of readAttributes(text, start).attributes) {
      const evidence = judgeAttribute(attribute, start === 0 ? 0.91 : 0.94);
      if (evidence !== undefined && evidence.confidence > 0.5) found.push({ ...evidence, rule: 'xss.attribute' });
    }
    if (found.length > 0) break;
  }
  return found;
}
