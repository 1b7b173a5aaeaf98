import type { Field } from '../types.ts';
import { decodeEntities } from '../variants/entities.ts';
import { readDoctype } from './doctype.ts';
import type { DecodeLimits } from './limits.ts';
import { indexOutsideQuotes } from './outside-quotes.ts';
import { overLimit, type Parsed } from './outcome.ts';

interface Walk {
  fields: Field[];
  names: string[];
}

const NAME_MAX = 128;
/** Vocabularies by which style sheets call Java, .NET or PHP. */
const CODE_VOCABULARY = /java|clitype|php\.net|schemas-microsoft-com:xslt/i;

/**
 * Collects the text, attribute values, comments and declarations of an XML document as fields, without building a tree.
 * It is lenient on purpose: judging well-formedness is the application's affair, seeing every character is ours.
 */
export function parseXml(text: string, limits: DecodeLimits): Parsed {
  const walk: Walk = { fields: [], names: [] };
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('<', at);
    pushText(walk, text.slice(at, open < 0 ? text.length : open));
    if (open < 0) break;
    at = readMarkup(walk, text, open);
    if (walk.fields.length > limits.xmlNodesMax) return overLimit('xmlNodesMax', 'xml');
    if (walk.names.length > limits.xmlDepthMax) return overLimit('xmlDepthMax', 'xml');
  }
  return { kind: 'ok', fields: walk.fields };
}

/** Reads one piece of markup at `open` and returns the offset after it. */
function readMarkup(walk: Walk, text: string, open: number): number {
  if (text.startsWith('<![CDATA[', open)) {
    const end = text.indexOf(']]>', open);
    pushRaw(walk, text.slice(open + 9, end < 0 ? text.length : end));
    return end < 0 ? text.length : end + 3;
  }
  if (text.startsWith('<!--', open)) {
    const end = text.indexOf('-->', open + 4);
    pushRaw(walk, text.slice(open, end < 0 ? text.length : end + 3));
    return end < 0 ? text.length : end + 3;
  }
  if (text.startsWith('<!', open)) return readDeclaration(walk, text, open);
  const end = tagEnd(text, open + 1);
  const tag = text.slice(open + 1, end);
  if (tag.startsWith('/')) walk.names.pop();
  else if (tag.startsWith('?')) readInstruction(walk, tag);
  else readTag(walk, tag);
  return end + 1;
}

/** A DOCTYPE with its internal subset, kept whole: entity declarations are judged as text. */
function readDeclaration(walk: Walk, text: string, open: number): number {
  const isDoctype = text.slice(open, open + 9).toLowerCase() === '<!doctype';
  const close = text.indexOf('>', open);
  const end = isDoctype ? readDoctype(text, open).end : close < 0 ? text.length : close + 1;
  walk.fields.push({ location: 'xml', name: '!doctype', value: text.slice(open, end) });
  return end;
}

/** What an XML declaration of every honest document says; processing instructions and other encodings are for the detectors. */
const PLAIN_DECLARATION =
  /^\?xml\s{1,8}version\s{0,4}=\s{0,4}["']1\.[01]["'](?:\s{1,8}encoding\s{0,4}=\s{0,4}["'](?:utf-8|us-ascii|iso-8859-\d{1,2}|windows-125\d)["'])?(?:\s{1,8}standalone\s{0,4}=\s{0,4}["'](?:yes|no)["'])?\s{0,8}\?$/i;

function readInstruction(walk: Walk, tag: string): void {
  if (PLAIN_DECLARATION.test(tag)) return;
  const name = /^\?[\w.:-]{1,64}/.exec(tag)?.[0] ?? '?';
  walk.fields.push({ location: 'xml', name, value: `<${tag}>` });
}

/** Offset of the `>` that ends a tag, stepping over quoted attribute values. */
const tagEnd = (text: string, from: number): number => indexOutsideQuotes(text, from, 62);

function readTag(walk: Walk, tag: string): void {
  const nameEnd = tag.search(/[\s/]/);
  const name = (nameEnd < 0 ? tag : tag.slice(0, nameEnd)).slice(0, NAME_MAX);
  if (!tag.endsWith('/')) walk.names.push(name);
  // An inclusion is told by its attributes together, so it is handed on whole as well.
  if (name.toLowerCase().endsWith(':include')) walk.fields.push({ location: 'xml', name: '!include', value: `<${tag}>` });
  if (nameEnd < 0) return;
  let at = nameEnd;
  for (;;) {
    const equals = tag.indexOf('=', at);
    if (equals < 0) return;
    const quoteAt = equals + 1 + blanks(tag, equals + 1);
    const quote = tag.charAt(quoteAt);
    const quoted = quote === '"' || quote === "'";
    const found = quoted ? tag.indexOf(quote, quoteAt + 1) : tag.indexOf(' ', quoteAt);
    const end = found < 0 ? tag.length : found;
    const attribute = tag.slice(at, equals).trim().slice(0, NAME_MAX);
    // Namespace declarations name vocabularies; they carry no user data, but some bind a prefix to code.
    const value = decodeEntities(tag.slice(quoted ? quoteAt + 1 : quoteAt, end));
    if (attribute.startsWith('xmlns')) {
      if (CODE_VOCABULARY.test(value)) walk.fields.push({ location: 'xml', name: '!xmlns', value: `${attribute}="${value}"` });
    } else {
      walk.fields.push({ location: 'xml', name: `${name}@${attribute}`, value });
    }
    at = end + 1;
  }
}

function blanks(text: string, from: number): number {
  let count = 0;
  while (text[from + count] === ' ' || text[from + count] === '\t' || text[from + count] === '\n') count++;
  return count;
}

function pushText(walk: Walk, raw: string): void {
  if (raw.trim() !== '') pushRaw(walk, decodeEntities(raw));
}

function pushRaw(walk: Walk, value: string): void {
  walk.fields.push({ location: 'xml', name: walk.names.at(-1) ?? '', value });
}
