import type { DetectInput, Evidence } from '../types.ts';

const CERTAIN = 0.95;
const LIKELY = 0.93;
const DOUBT = 0.5;
const TAG_CHARS_MAX = 1_024;
const TAGS_MAX = 128;
const INCLUDE = /<(?:[\w.-]{1,32}:)?include[\s/]/gi;
const XINCLUDE_NAMESPACE = 'w3.org/2001/XInclude';
/** What a document is not meant to fetch; a neighbour file of the same folder (`chapter-2.xml`) it is. */
const REACHES_OUT = /href\s{0,8}=\s{0,8}["']\s{0,8}(?:[a-z][a-z0-9+.-]{1,24}:|\/|\\|\.\.)/i;
const PARSED_AS_TEXT = /parse\s{0,8}=\s{0,8}["']text["']/i;

/** `<xi:include href="file:///…"/>` (XInclude 1.0 §3.1): needs no document type, so it works within a fragment. */
export function judgeInclude(value: string, found: Evidence[]): void {
  INCLUDE.lastIndex = 0;
  let count = 0;
  for (let match = INCLUDE.exec(value); match !== null && count < TAGS_MAX; match = INCLUDE.exec(value), count++) {
    const tag = value.slice(match.index, match.index + TAG_CHARS_MAX).split('>', 1)[0] ?? '';
    const isXInclude = /^<xi:/i.test(tag) || tag.includes(XINCLUDE_NAMESPACE) || value.includes(XINCLUDE_NAMESPACE);
    if (!isXInclude || !/href|xpointer/i.test(tag)) continue;
    const confidence = REACHES_OUT.test(tag) || PARSED_AS_TEXT.test(tag) ? CERTAIN : DOUBT;
    const span = [match.index, match.index + tag.length] as const;
    found.push({ rule: 'xxe.include', confidence, span, why: 'an element is replaced by what it points to' });
    if (confidence === CERTAIN) return;
  }
}

/** A picture or a reused part of a drawing (SVG 2 §5.5, §12.3) that comes from the server's own files or from a program. */
const FETCHED_PICTURE =
  /<(?:[\w.-]{1,32}:)?(?:image|use|feImage|tref|pattern)\s[^<>]{0,256}href\s{0,4}=\s{0,4}["']\s{0,4}(?:file|expect|php|jar|netdoc|gopher|phar|text|msl|ephemeral|label|caption):/i;

/** Converters of drawings fetch what these point to. */
export function judgePicture({ value }: DetectInput, found: Evidence[]): void {
  const match = value.includes('href') ? FETCHED_PICTURE.exec(value) : null;
  if (match === null) return;
  const span = [match.index, match.index + match[0].length] as const;
  found.push({ rule: 'xxe.include', confidence: LIKELY, span, why: 'a drawing takes a picture from a file or a program' });
}

const INSTRUCTION = /<\?xml(?:-stylesheet)?\s/gi;
/** Encodings that spell `<` with other octets than ASCII; UTF-16 is declared by .NET for every string it holds. */
const HIDING_ENCODING =
  /encoding\s{0,8}=\s{0,8}["']\s{0,8}(?:utf-?7|(?:x-)?(?:ibm|cp|ebcdic)[\w-]{0,24}|utf-?32\w{0,2}|ucs-?[24]|iso-10646[\w-]{0,16})/i;
const ANSI_CODE_PAGE = /["']\s{0,8}(?:cp|ibm-?)(?:125\d|437|85\d|866|874|932|936|949|950)/i;
const ACTIVE_SCHEME = /href\s{0,8}=\s{0,8}["']\s{0,8}(?:javascript|data|file|jar|php|gopher|ftp|netdoc|expect|vbscript)\s{0,4}:/i;
const REMOTE_STYLE = /href\s{0,8}=\s{0,8}["']\s{0,8}(?:https?:)?\/\//i;
const UTF7_MARKUP = /\+ADw(?:AIQ|-!|-\?|-|[A-Za-z]{0,3}-)(?:DOCTYPE|ENTITY|ELEMENT|\?xml|!)?/;

/** The XML declaration and style sheet links (XML 1.0 §2.6). */
export function judgeInstructions({ value }: DetectInput, found: Evidence[]): void {
  INSTRUCTION.lastIndex = 0;
  let count = 0;
  for (let match = INSTRUCTION.exec(value); match !== null && count < TAGS_MAX; match = INSTRUCTION.exec(value), count++) {
    const text = value.slice(match.index, match.index + TAG_CHARS_MAX).split('>', 1)[0] ?? '';
    const span = [match.index, match.index + text.length] as const;
    if (HIDING_ENCODING.test(text) && !ANSI_CODE_PAGE.test(text))
      found.push({ rule: 'xxe.encoding', confidence: LIKELY, span, why: 'the declared encoding hides markup' });
    if (!/^<\?xml-/i.test(text)) continue;
    // Feeds link the style sheet of the service that publishes them.
    const confidence = ACTIVE_SCHEME.test(text) ? LIKELY : REMOTE_STYLE.test(text) ? DOUBT : 0;
    if (confidence > 0) found.push({ rule: 'xxe.stylesheet', confidence, span, why: 'a style sheet is fetched' });
  }
  const utf7 = value.includes('+ADw') && /(?:DOCTYPE|ENTITY|ELEMENT)/i.test(value) ? UTF7_MARKUP.exec(value) : null;
  if (utf7 !== null)
    found.push({
      rule: 'xxe.encoding',
      confidence: LIKELY,
      span: [utf7.index, utf7.index + utf7[0].length],
      why: 'markup is spelled in UTF-7',
    });
}

const XSL_NAMESPACE =
  /<(?:xsl|\w{1,16}):(?:stylesheet|transform|value-of|copy-of|include|import|variable|template|for-each|result-document)\b|1999\/XSL\/Transform/i;
/** Functions and elements that leave the transformation: other documents, files, code (XSLT 1.0 §12.1, EXSLT, vendors). */
const XSL_REACH =
  /\b(?:document|unparsed-text(?:-lines|-available)?|doc|collection|json-doc|transform)\s{0,8}\(\s{0,8}["'][^"')\s]{0,256}(?::|\/|\.\.)|\bphp:function(?:String)?\s{0,8}\(|<msxsl:script\b|<(?:exsl|saxon|redirect|xalan):(?:document|write|output|script|component)\b|xmlns:\w{1,32}\s{0,4}=\s{0,4}["'](?:xalan:\/\/java|http:\/\/xml\.apache\.org\/xalan\/java|java:|clitype:|http:\/\/php\.net\/xsl|urn:schemas-microsoft-com:xslt)|\bsystem-property\s{0,8}\(\s{0,8}["']xsl:|<xsl:(?:include|import)\s[^<>]{0,64}href\s{0,4}=\s{0,4}["']\s{0,4}(?:[a-z]{2,8}:|\/\/|\.\.)/i;

/** Style sheets come as uploads of integrators as well: only what reads or calls beyond the document counts. */
export function judgeStylesheet({ value, location, name }: DetectInput, found: Evidence[]): void {
  // A decoded document hands on attributes one by one, under the name of their element.
  const isPart = location === 'xml' && (name === '!xmlns' || /^(?:xsl|exsl|msxsl|saxon|xalan):/i.test(name));
  if (!isPart && !(/xsl/i.test(value) && XSL_NAMESPACE.test(value))) return;
  const reach = XSL_REACH.exec(value);
  if (reach === null) return;
  found.push({
    rule: 'xxe.stylesheet',
    confidence: LIKELY,
    span: [reach.index, reach.index + reach[0].length],
    why: 'a style sheet reads beyond its document or calls code',
  });
}
