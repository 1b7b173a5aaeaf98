import { decodeEntities } from '../../variants/entities.ts';
import { note, type FileCase } from '../case.ts';
import { decodedTexts, type TextEncoding } from './encoding.ts';
import { readMarkup, type MarkupTag } from './markup.ts';

const ACTIVE_TAGS: ReadonlySet<string> = new Set(
  'script iframe frame frameset object embed applet base form portal xml isindex noscript template handler listener foreignobject'.split(
    ' ',
  ),
);
const RUNS_AS_ADDRESS = /^(?:javascript|vbscript|livescript|data:(?:text|image\/svg|application\/(?:xhtml|xml)))/i;
const OVERLAP = 1024;
/** Whatever place a reader of HTML takes it for: titles, comments and texts end in different places for different readers. */
const ANYWHERE =
  /<\s{0,4}\/?\s{0,4}script\b|<[a-z][^<>]{0,512}[\s"'/]on[a-z]{3,32}\s{0,16}=|<meta[^<>]{0,256}http-equiv\s{0,8}=\s{0,8}["']?\s{0,8}refresh/i;

/** What a browser would sniff as HTML (MIME Sniffing §7.1), with the blanks and marks it skips before. */
const SNIFFED =
  /^[\t\n\f\r ]*<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|img|svg|form|meta|object|embed|link|base|input|center|frameset|video|audio|details|marquee)[\s/>]|^[\t\n\f\r ]*<!--/i;

/** True when this beginning of a file is shown as a page, whatever the file is called. */
export function isSniffedAsHtml(head: string): boolean {
  return SNIFFED.test(head.slice(0, 1445));
}

/** A page that was sent: what runs in it. Over-approximates on purpose, because readers of HTML differ. */
export function judgeHtml(file: FileCase, encoding: TextEncoding): void {
  let carried = '';
  decodedTexts(file.reader, encoding, (text) => {
    const seen = carried + text;
    if (ANYWHERE.test(seen)) note(file, 'active-html', 'a script or a handler stands in it');
    carried = seen.slice(-OVERLAP);
  });
  readMarkup(file.reader, { isXml: false, encoding }, { tag: (tag) => judgeTag(file, tag) });
}

function judgeTag(file: FileCase, { name, attributes, kind }: MarkupTag): void {
  if (kind === 'close') return;
  if (ACTIVE_TAGS.has(name)) note(file, 'active-html', `it has the element ${name}`);
  for (const [attribute, raw] of attributes) {
    if (/^on[a-z]/.test(attribute)) note(file, 'active-html', 'it has a handler of an event');
    if (attribute === 'srcdoc' || attribute === 'formaction') note(file, 'active-html', `it has the attribute ${attribute}`);
    // oxlint-disable-next-line no-control-regex -- browsers drop them in addresses
    const value = decodeEntities(raw).replaceAll(/[\u0000-\u0020]/g, '');
    if (RUNS_AS_ADDRESS.test(value)) note(file, 'active-html', 'an address in it is a script or a document');
  }
}
