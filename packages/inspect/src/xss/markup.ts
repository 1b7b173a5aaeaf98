import type { Evidence } from '../types.ts';
import type { Tag } from './html.ts';
import { judgeAttribute } from './attribute.ts';
import { CLEAR_CONFIDENCE_MIN } from './code.ts';
import { isEventHandler } from './events.ts';
import { readTag } from './html.ts';
import { isActiveStyle, isScriptUrl, looksLikeScript, normalizeUrl } from './script.ts';

/** Tags read per value; past it the value is not a text a person formatted. */
const TAGS_MAX = 200_000;
/** Characters read per character of the value: markup inside attribute values is entered too, until this is used up. */
const READS_MAX = 1;
const READS_FREE = 65_536;
const SCRIPT_LENGTH_MAX = 4_096;
const EVIDENCE_MAX = 256;
const START_LENGTH_MAX = 16;
const PREFIX_LENGTH_MAX = 16;
/** Tags whose content is read as well. */
const BODY_TAGS = new Set(['script', 'style', 'handler', 'listener']);
/** Tags that run or embed foreign code by their mere presence with an address. */
const EMBEDDING = new Map<string, readonly string[]>([
  ['object', ['data', 'classid', 'codebase', 'type']],
  ['isindex', ['action', 'formaction', 'prompt', 'type']],
  ['embed', ['src', 'code']],
  ['applet', ['code', 'codebase', 'archive']],
  ['base', ['href']],
  ['bgsound', ['src']],
  ['frame', ['src']],
  ['layer', ['src']],
  ['xml', ['src']],
  ['import', ['namespace', 'implementation']],
  ['vmlframe', ['src']],
  ['portal', ['src']],
  ['handler', ['src', 'xlink:href']],
]);
/** Tags whose names are written letter by letter only to pass a filter. */
const TAKEN_APART = new Set(
  'script form iframe object embed applet svg style meta base link img image body math video audio input'.split(' '),
);
const LEAKING = new Set(['src', 'href', 'action', 'formaction', 'background', 'data', 'poster', 'srcset']);
const OPEN_ADDRESS = /^(?:https?:)?\/\/[^\s"'<>]{1,200}[/?=&#]$/i;
const FRAME_SIZES = new Set(['width', 'height', 'allowfullscreen', 'frameborder', 'title', 'loading', 'allow']);
const ACTIVE_LINKS = new Set(['stylesheet', 'import', 'preload', 'prefetch', 'modulepreload']);

/** Every way a piece of markup can run script, tag by tag. */
export function judgeMarkup(text: string): Evidence[] {
  const found: Evidence[] = [];
  let budget = text.length * READS_MAX + READS_FREE;
  let at = text.indexOf('<');
  for (let tags = 0; at >= 0 && tags < TAGS_MAX && !isDecided(found); tags++) {
    const tag = readTag(text, at);
    if (tag === undefined) {
      at = text.indexOf('<', at + 1);
      continue;
    }
    // Fail closed: past the budget a tag whose body would have to be read counts as one that runs script.
    if (budget < 0 && BODY_TAGS.has(localName(tag))) {
      found.push({
        rule: 'xss.script',
        confidence: 0.9,
        span: [tag.start, tag.end],
        why: 'more script and style tags than are read one by one',
      });
      return found;
    }
    judgeTag(text, tag, found);
    budget -= tag.end - at + (BODY_TAGS.has(localName(tag)) ? SCRIPT_LENGTH_MAX : 0);
    at = text.indexOf('<', budget > 0 ? at + 1 : tag.end);
  }
  if (at >= 0 && !isDecided(found))
    found.push({ rule: 'xss.script', confidence: 0.9, span: [at, text.length], why: 'more tags than are read' });
  return found;
}

/** Weak evidence is remembered and the reading goes on: a harmless handler in front must not hide a script behind it. */
function isDecided(found: readonly Evidence[]): boolean {
  return found.length >= EVIDENCE_MAX || (found.at(-1)?.confidence ?? 0) >= CLEAR_CONFIDENCE_MIN;
}

function judgeTag(text: string, tag: Tag, found: Evidence[]): void {
  const reason = tagReason(text, tag);
  if (reason !== undefined) keep(found, { ...reason, span: [tag.start, tag.end] });
  for (const attribute of tag.attributes) {
    const evidence = judgeAttribute(attribute, { confidence: 0.97, tag: localName(tag) });
    if (evidence !== undefined) keep(found, evidence);
  }
}

/** Strong evidence goes to the end, weak evidence is kept once. */
function keep(found: Evidence[], evidence: Evidence): void {
  if (evidence.confidence >= CLEAR_CONFIDENCE_MIN) found.push(evidence);
  else if (found.length === 0) found.unshift(evidence);
}

/** The name without its namespace prefix: `<x:script>` is a script wherever the prefix is bound to HTML or SVG. */
function localName({ name }: Tag): string {
  const colon = name.indexOf(':');
  return colon < 0 || colon > PREFIX_LENGTH_MAX ? name : name.slice(colon + 1);
}

interface Reason {
  rule: string;
  confidence: number;
  why: string;
}

/** What the tag itself runs or loads, apart from its attributes' values. */
function tagReason(text: string, tag: Tag): Reason | undefined {
  const name = localName(tag);
  if (name === 'script') return scriptReason(text, tag);
  if (name === 'style') return styleReason(text, tag);
  // `<javascript:…>` is a link in texts whose editor makes links of addresses in angle brackets.
  if (tag.name.includes(':') && isScriptUrl(tag.name) && looksLikeScript(tag.name.slice(tag.name.indexOf(':') + 1)))
    return { rule: 'xss.url', confidence: 0.93, why: 'an address that runs script stands in angle brackets' };
  if (BODY_TAGS.has(name) && looksLikeScript(text.slice(tag.end, tag.end + SCRIPT_LENGTH_MAX))) {
    return { rule: 'xss.script', confidence: 0.93, why: `a <${name}> tag holds script` };
  }
  if ((name === 'set' || name.startsWith('animate')) && animatesScript(tag)) {
    return { rule: 'xss.handler', confidence: 0.93, why: `an SVG <${name}> tag rewrites an active attribute` };
  }
  if (tag.isSpelled && TAKEN_APART.has(name))
    return { rule: 'xss.script', confidence: 0.94, why: `the name of a <${name}> tag is taken apart` };
  if (tag.isCut) return { rule: 'xss.handler', confidence: 0.9, why: 'a tag has more attributes than are read' };
  return embedReason(tag, name) ?? unfinishedReason(tag, name);
}

/** Tags that bring foreign content or change the page around them. */
function embedReason(tag: Tag, name: string): Reason | undefined {
  if ((name === 'iframe' || name === 'frame') && isForeignFrame(tag)) {
    return { rule: 'xss.embed', confidence: 0.91, why: 'a frame loads a page over an open connection or an odd scheme' };
  }
  const addresses = EMBEDDING.get(name);
  if (
    addresses !== undefined &&
    tag.attributes.some((attribute) => addresses.includes(attribute.name) && attribute.value !== '')
  ) {
    return { rule: 'xss.embed', confidence: 0.93, why: `a <${name}> tag loads foreign content` };
  }
  if (name === 'xml-stylesheet')
    return { rule: 'xss.embed', confidence: 0.91, why: 'the document takes a style sheet, which may be a program' };
  if (name === 'meta' && isOddCharset(tag))
    return { rule: 'xss.embed', confidence: 0.94, why: 'the charset lets other characters stand for angle brackets' };
  if (name === 'meta' && tag.attributes.some((attribute) => attribute.name === 'http-equiv') && !isHarmlessMeta(tag)) {
    return { rule: 'xss.embed', confidence: 0.93, why: 'a <meta http-equiv> tag changes how the page behaves' };
  }
  const isLink = name === 'link' && isActiveLink(tag);
  return isLink
    ? { rule: 'xss.embed', confidence: 0.93, why: 'a <link> tag loads a foreign style sheet or document' }
    : undefined;
}

/**
 * The text ends inside a tag, so what the page says next becomes part of it: an address whose quote stays open sends the rest of the
 * page away, a handler or the address of an embedding tag is filled from a second value.
 */
function unfinishedReason(tag: Tag, name: string): Reason | undefined {
  const last = tag.attributes.at(-1);
  if (tag.isFinished || last === undefined) return undefined;
  if (last.isSet && !last.isClosed && name !== 'a' && LEAKING.has(last.name) && OPEN_ADDRESS.test(last.value))
    return { rule: 'xss.embed', confidence: 0.91, why: 'an address is left open, and the page behind it becomes its end' };
  if (last.value !== '') return undefined;
  if (isEventHandler(last.name.replace(/^["'`/]+/, '')))
    return { rule: 'xss.handler', confidence: 0.91, why: `the event handler ${last.name.slice(0, 48)} is left open` };
  const addresses = name === 'link' ? ['href'] : (EMBEDDING.get(name) ?? []);
  return addresses.includes(last.name)
    ? { rule: 'xss.embed', confidence: 0.91, why: `a <${name}> tag is left open at its address` }
    : undefined;
}

/** Every charset that pages are written in leaves ASCII as it is; in the others markup hides (CWE-838). */
const ASCII_CHARSET =
  /^(?:utf-?8|us-ascii|ascii|latin-?\d|iso-?8859-\d{1,2}|windows-\d{3,4}|cp\d{3,4}|gb2312|gbk|gb18030|big5(?:-hkscs)?|shift[_-]jis|x-sjis|euc-(?:jp|kr|tw)|koi8-[ru]|tis-620|\{\{.*|\$\{.*|<.*)$/i;

function isOddCharset(tag: Tag): boolean {
  const charset = tag.attributes.find((attribute) => attribute.name === 'charset')?.value.trim() ?? '';
  return charset !== '' && !ASCII_CHARSET.test(charset);
}

/** Declarations of the charset as every whole page has them. UTF-7 is no such charset: it hides the tags that follow. */
function isHarmlessMeta(tag: Tag): boolean {
  const kind = tag.attributes.find((attribute) => attribute.name === 'http-equiv')?.value.toLowerCase();
  const content = tag.attributes.find((attribute) => attribute.name === 'content')?.value.toLowerCase() ?? '';
  if (kind === 'content-type') return /^text\/html;\s{0,4}charset=(?:utf-8|iso-8859-\d{1,2}|windows-125\d)$/.test(content);
  return kind === 'content-language' || (kind === 'x-ua-compatible' && /^ie=[\w.]{1,12}(?:,chrome=1)?$/.test(content));
}

/** A script tag counts when it has an address, ends as a script, or holds something that parses as code; the bare word in prose does not. */
function scriptReason(text: string, tag: Tag): Reason | undefined {
  const why = 'a <script> tag with code or an address';
  // Whatever stands before it: a quote or bracket that closes the page's own string, or nothing.
  const isFirst = /^[\s"'`)>\]};-]{0,16}$/.test(text.slice(Math.max(0, tag.start - START_LENGTH_MAX), tag.start));
  if (text[tag.start + 1] === '/') {
    return isFirst && tag.start < START_LENGTH_MAX && tag.isFinished
      ? { rule: 'xss.script', confidence: 0.91, why: 'the script of the page is ended' }
      : undefined;
  }
  if (tag.attributes.some((attribute) => /src|href/.test(attribute.name) && attribute.value !== ''))
    return { rule: 'xss.script', confidence: 0.97, why };
  const body = text.slice(tag.end, tag.end + SCRIPT_LENGTH_MAX);
  const close = body.search(/<\s{0,16}\/\s{0,16}script/i);
  if (close >= 0) return { rule: 'xss.script', confidence: 0.97, why };
  if (looksLikeScript(body)) return { rule: 'xss.script', confidence: 0.95, why };
  if (body.trim() !== '') return undefined;
  return { rule: 'xss.script', confidence: isFirst ? 0.93 : 0.9, why: 'an opening <script> tag ends the value' };
}

function styleReason(text: string, tag: Tag): Reason | undefined {
  const isScript = tag.attributes.some((attribute) => attribute.name === 'type' && /script/i.test(attribute.value));
  const isActive = isScript || isActiveStyle(text.slice(tag.end, tag.end + SCRIPT_LENGTH_MAX));
  return isActive
    ? { rule: 'xss.style', confidence: 0.95, why: 'a <style> tag runs script or loads a foreign sheet' }
    : undefined;
}

/** Editors write frames with an https address, or with one relative to the page's scheme and a size; attackers save both. */
function isForeignFrame(tag: Tag): boolean {
  const url = normalizeUrl(tag.attributes.find((attribute) => attribute.name === 'src')?.value ?? '');
  if (url.startsWith('//'))
    return !url.includes('/embed/') && !tag.attributes.some((attribute) => FRAME_SIZES.has(attribute.name));
  return /^(?:http:|mhtml:|view-source:|ftp:)/.test(url);
}

/** A sheet of the site itself, by a relative path. */
const OWN_SHEET = /^(?:\.{1,2}\/){0,4}(?:[\w-]{1,64}\/){0,4}[\w.-]{1,64}\.css$/;

/** A link that says what it is for is active by that; one that says nothing is a fragment of a sheet's. */
function isActiveLink(tag: Tag): boolean {
  const rel = tag.attributes.find((attribute) => attribute.name === 'rel')?.value.toLowerCase();
  return (
    tag.attributes.some(({ name, value }) => name === 'href' && value !== '' && !OWN_SHEET.test(value)) &&
    (rel === undefined || ACTIVE_LINKS.has(rel.replaceAll(/["'\\]/g, '').trim()))
  );
}

function animatesScript(tag: Tag): boolean {
  const target = tag.attributes.find((attribute) => attribute.name === 'attributename')?.value.toLowerCase() ?? '';
  return target.startsWith('on') || target.includes('innerhtml') || target.endsWith('href') || target === 'src';
}
