import { decodeEntities } from '../../variants/entities.ts';
import { note, type FileCase } from '../case.ts';
import type { TextEncoding } from './encoding.ts';
import { judgeDeclaration, readsPlainly } from './doctype.ts';
import { readMarkup, type MarkupTag } from './markup.ts';

/** Elements that run something, or that take in another language which does (SVG 2 §2.2, SVG Tiny 1.2 §15). */
const ACTIVE_TAGS: ReadonlySet<string> = new Set([
  'script',
  'foreignobject',
  'handler',
  'listener',
  'iframe',
  'object',
  'embed',
  'base',
  'meta',
]);
const RUNS_AS_ADDRESS =
  /(?:^|[;,])(?:javascript|vbscript|livescript|mocha|data:(?:text|image\/svg|application\/(?:xhtml|xml|x?javascript|ecmascript))):?/i;
const OUTSIDE = /^(?:[a-z][a-z0-9+.-]{0,15}:)?[\\/]{2}|^(?:https?|ftp|file):/i;
const STYLE_OUTSIDE = /@import|url\(\s{0,8}["']?\s{0,8}(?:https?:|ftp:|file:|[\\/]{2})/i;

/** An SVG picture is a document: what would run or fetch when it is opened (CWE-79, SVG 2 §2.6 secure static mode). */
export function judgeSvg(file: FileCase, encoding: TextEncoding): void {
  let depth = 0;
  let isClosed = false;
  let style = '';
  if (!readsPlainly(file.reader, encoding)) note(file, 'active-svg', 'it is written in an encoding that hides what it says');
  readMarkup(
    file.reader,
    { isXml: true, encoding },
    {
      tag: (tag) => {
        depth += tag.kind === 'open' ? 1 : tag.kind === 'close' ? -1 : 0;
        isClosed ||= depth === 0;
        style = tag.name === 'style' && tag.kind === 'open' ? ' ' : '';
        judgeTag(file, tag);
      },
      text: (text) => {
        if (style === '') return;
        style = (style + text).slice(-4096);
        if (STYLE_OUTSIDE.test(text) || STYLE_OUTSIDE.test(style))
          note(file, 'external-reference', 'its style is fetched from elsewhere');
      },
      declaration: (text) => {
        const fault = judgeDeclaration(text);
        if (fault !== null) note(file, fault.kind === 'outside' ? 'external-reference' : 'active-svg', fault.detail);
      },
    },
  );
  if (depth !== 0 || !isClosed) note(file, 'structure-broken', 'elements are not closed');
}

function judgeTag(file: FileCase, { name, attributes, kind }: MarkupTag): void {
  if (kind === 'close') return;
  if (ACTIVE_TAGS.has(name)) note(file, 'active-svg', `it has the element ${name}`);
  for (const [attribute, raw] of attributes) {
    const local = attribute.slice(attribute.lastIndexOf(':') + 1);
    if (/^on[a-z]/.test(local)) note(file, 'active-svg', 'it has a handler of an event');
    const value = decodeEntities(raw);
    // Browsers drop controls and blanks in the scheme of an address.
    // oxlint-disable-next-line no-control-regex -- those controls
    if (RUNS_AS_ADDRESS.test(value.replaceAll(/[\u0000-\u0020]/g, '')))
      note(file, 'active-svg', 'an address in it is a script or a document');
    const fetches = (local === 'href' || local === 'src') && name !== 'a' && OUTSIDE.test(value.trim());
    if (fetches || STYLE_OUTSIDE.test(value)) note(file, 'external-reference', 'something in it is fetched from elsewhere');
  }
}
