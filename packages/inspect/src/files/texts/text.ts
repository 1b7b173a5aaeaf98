import { note, type FileCase } from '../case.ts';
import { extensionOf, fileTypeByName } from '../table.ts';
import { judgeCode } from './code.ts';
import { decodedTexts, textEncoding, textHead, type TextEncoding } from './encoding.ts';
import { isSniffedAsHtml, judgeHtml } from './html.ts';
import { judgeSvg } from './svg.ts';
import { judgeXml, rootOf } from './xml.ts';

const JSON_BYTES_MAX = 4_194_304;
/** Texts that are what they are called because nothing in them says otherwise. */
const BY_NAME: ReadonlySet<string> = new Set(['txt', 'csv', 'md', 'css', 'js', 'source', 'script']);

/** Pages that a server runs, when they begin with it or are HTML around it. */
const SERVER_PAGES: readonly (readonly [shape: RegExp, id: string])[] = [
  [/^(?:#![^\n]{0,256}\n)?\s{0,256}<\?(?:php\b|=)/i, 'php'],
  [
    /^\s{0,256}(?:<%--[^%]{0,512}--%>\s{0,64})?<%@\s{0,8}(?:webhandler|webservice|control|master|assembly|page[^%]{0,512}(?:language\s{0,4}=\s{0,4}["']?(?:c#|vb|js)|inherits|codebehind|codefile|aspcompat))/i,
    'aspx',
  ],
  [/^\s{0,256}(?:<%--[^%]{0,512}--%>\s{0,64})?<%(?:@\s{0,8}(?:page|taglib|include|tag)\b|!)|^\s{0,256}<jsp:[a-z]/i, 'jsp'],
  [/^\s{0,256}<%/, 'asp'],
];
/** Looked for anywhere in the first octets by browsers that trust content more than its type. */
const EARLY_PAGE = /<(?:html|head|body|script|iframe|svg|img|object|embed)[\s/>]/i;

/** Judges a file that is text; null = it is none. */
export function judgeText(file: FileCase): string | null {
  const { reader } = file;
  if (reader.size === 0) return fileTypeByName(file.name)?.family === 'text' ? (fileTypeByName(file.name)?.id ?? null) : 'txt';
  const encoding = textEncoding(reader);
  if (encoding === null) return null;
  const head = textHead(reader, encoding);
  const id = idOf(file, encoding, head);
  if (id === 'svg') judgeSvg(file, encoding);
  else if (id === 'html') judgeHtml(file, encoding);
  else if (id === 'xml') judgeXml(file, encoding);
  else if ((id === 'txt' || id === 'csv') && EARLY_PAGE.test(head.slice(0, 256)))
    note(file, 'active-html', 'old browsers take it for a page');
  judgeCode(file, { id, encoding });
  return id;
}

function idOf(file: FileCase, encoding: TextEncoding, head: string): string {
  const page = SERVER_PAGES.find(([shape]) => shape.test(head));
  if (page !== undefined) return page[1];
  if (head.startsWith('#!')) return 'script';
  if (/^\s*<\?[a-z]|^\s*<(?:!DOCTYPE\s{1,64}(?!html)|!--|[a-z_][\w.-]{0,64}[:\s/>])/i.test(head)) {
    const root = markupId(file, encoding, head);
    if (root !== null) return root;
  }
  if (isSniffedAsHtml(head) && !isMarkdown(file, head)) return 'html';
  return plainId(file, encoding, head);
}

/** By the first element; a fragment of HTML is called XML only where it is one and no browser would sniff a page. */
function markupId(file: FileCase, encoding: TextEncoding, head: string): string | null {
  const root = rootOf(file, encoding);
  const named = fileTypeByName(file.name)?.id;
  if (root === 'svg') return named === 'html' ? 'html' : 'svg';
  if (root === 'html' || (isSniffedAsHtml(head) && !isMarkdown(file, head))) return 'html';
  return root !== null && (/^\s*<\?xml[\s?]/.test(head) || named === 'xml') ? 'xml' : null;
}

/** Markdown may begin with a paragraph of HTML, and no browser sniffs it; a whole page is none. */
function isMarkdown({ name }: FileCase, head: string): boolean {
  return (
    fileTypeByName(name)?.id === 'md' &&
    !/<(?:!doctype|html|head|body|script|iframe|object|embed|form)[\s/>]/i.test(head.slice(0, 512))
  );
}

function plainId(file: FileCase, encoding: TextEncoding, head: string): string {
  const trimmed = head.trimStart();
  if (/^BEGIN:VCALENDAR\b/i.test(trimmed)) return 'ics';
  if (/^BEGIN:VCARD\b/i.test(trimmed)) return 'vcf';
  if (/^[[{]/.test(trimmed) && isJson(file, encoding)) return 'json';
  const named = fileTypeByName(file.name)?.id;
  return named !== undefined && BY_NAME.has(named) ? named : 'txt';
}

/** RFC 8259, or one value a line. Of what is too long to be parsed, the ends have to fit. */
function isJson({ reader, name }: FileCase, encoding: TextEncoding): boolean {
  if (reader.size > JSON_BYTES_MAX) {
    const tail = reader.latin1(Math.max(0, reader.size - 256), 256).trimEnd();
    return /[\]}]$/.test(tail);
  }
  let text = '';
  decodedTexts(reader, encoding, (piece) => {
    text += piece;
  });
  const isLines = /^(?:ndjson|jsonl)$/.test(extensionOf(name));
  const values = isLines
    ? text.split('\n').filter((line) => line.trim() !== '')
    : [text.replace(/^(?:\u00ef\u00bb\u00bf|\ufeff)/, '')];
  try {
    for (const value of values) JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}
