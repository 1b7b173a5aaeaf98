import { wordsBefore } from '../prose.ts';
import { TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence } from '../types.ts';
import { readDoctype, type Doctype } from '../decode/doctype.ts';
import { judgeInclude, judgeInstructions, judgePicture, judgeStylesheet } from './instructions.ts';

const CERTAIN = 0.96;
const LIKELY = 0.93;
/** Entities whose text stands in the document: some editors write them, so a longer introduction speaks for a sample. */
const OWN_ENTITY = 0.92;
const DOUBT = 0.5;
/** A parser takes no words before a document type; whoever writes them quotes it. */
const PROSE_WORDS_MIN = 4;
const DECLARATIONS_MAX = 256;
const DECLARATION_CHARS_MAX = 2_048;
const DOCTYPE = /<!doctype/gi;
const ENTITY = /<!(?:entity|notation)\s{1,64}/gi;
/** Relative and well-known system identifiers are resolved from catalogues or not at all. */
const REMOTE = /^\s{0,8}(?:[a-z][a-z0-9+.-]{1,24}:|\/\/|\\\\)/i;
const WELL_KNOWN_HOSTS = [
  'www.w3.org',
  'www.apple.com',
  'my.netscape.com',
  'www.oasis-open.org',
  'docbook.org',
  'www.docbook.org',
  'java.sun.com',
  'www.hibernate.org',
  'hibernate.org',
  'hibernate.sourceforge.net',
  'www.springframework.org',
  'struts.apache.org',
  'mybatis.org',
  'logging.apache.org',
  'jakarta.apache.org',
  'checkstyle.org',
  'www.puppycrawl.com',
  'www.wapforum.org',
  'dtd.nlm.nih.gov',
  'jats.nlm.nih.gov',
  'www.ncbi.nlm.nih.gov',
  'xml.cxml.org',
  'cxml.org',
  'www.musicxml.org',
  'www.daisy.org',
  'www.idpf.org',
  'purl.org',
];

/** Reads what XML lets a document ask of its parser: entities, document types, inclusions, style sheets (CWE-611, CWE-776). */
export function detectXxe(input: DetectInput): readonly Evidence[] {
  const { value, isFile, location } = input;
  if (location !== 'xml' && !value.includes('<') && !value.includes('+ADw')) return [];
  const found: Evidence[] = [];
  const doctypes = judgeDoctypes(value, found);
  judgeEntities(value, { isDeclared: doctypes > 0, isFile: isFile === true }, found);
  judgeInclude(value, found);
  judgePicture(input, found);
  judgeInstructions(input, found);
  judgeStylesheet(input, found);
  return found.map((item) =>
    wordsBefore(value, anchor(value, item)) >= PROSE_WORDS_MIN ? { ...item, confidence: Math.min(item.confidence, DOUBT) } : item,
  );
}

/**
 * Where an introduction would end. Nothing but the prologue may stand before a document type (XML 1.0 §2.8); inclusions and style
 * sheets stand anywhere in a document, and the words before them there are its content.
 */
function anchor(value: string, { rule, span }: Evidence): number {
  const isDeclaration = rule === 'xxe.external-entity' || rule === 'xxe.entity' || rule === 'xxe.external-dtd';
  const first = isDeclaration ? value.search(/<!doctype/i) : value.indexOf('<');
  return first < 0 ? span[0] : Math.min(first, span[0]);
}

function judgeDoctypes(value: string, found: Evidence[]): number {
  DOCTYPE.lastIndex = 0;
  let count = 0;
  for (let match = DOCTYPE.exec(value); match !== null && count < DECLARATIONS_MAX; match = DOCTYPE.exec(value)) {
    count++;
    const doctype = readDoctype(value, match.index);
    const confidence = rateSystem(doctype);
    if (confidence > 0) {
      const why = `the document type is fetched from ${doctype.systemId.slice(0, 64)}`;
      found.push({ rule: 'xxe.external-dtd', confidence, span: [doctype.start, doctype.end], why });
      return count;
    }
    // None begins within another: entities in its subset are looked for apart, and no text is read twice.
    DOCTYPE.lastIndex = doctype.end;
  }
  return count;
}

function rateSystem({ keyword, systemId, publicId }: Doctype): number {
  if (keyword === '' || systemId === 'about:legacy-compat') return 0;
  const host = /^\s{0,8}https?:\/\/([\w.-]{1,255})(?:[/:?#]|$)/i.exec(systemId)?.[1]?.toLowerCase();
  if (host !== undefined && WELL_KNOWN_HOSTS.includes(host)) return 0;
  if (REMOTE.test(systemId)) {
    // A formal public identifier (ISO 8879) names its owner; a catalogue of the application may know it.
    const isFormal =
      host !== undefined && /^[-+]\/\/[^/]{1,64}\/\/DTD /.test(publicId) && systemId.toLowerCase().endsWith('.dtd');
    return isFormal ? 0.7 : LIKELY;
  }
  return systemId.startsWith('/') || systemId.includes('..') ? LIKELY : 0;
}

interface Setting {
  isDeclared: boolean;
  isFile: boolean;
}

/** Each `<!ENTITY name …>`: where its text comes from decides. */
function judgeEntities(value: string, { isDeclared, isFile }: Setting, found: Evidence[]): void {
  ENTITY.lastIndex = 0;
  let count = 0;
  for (let match = ENTITY.exec(value); match !== null && count < DECLARATIONS_MAX; match = ENTITY.exec(value), count++) {
    const start = match.index;
    const text = value.slice(ENTITY.lastIndex, ENTITY.lastIndex + DECLARATION_CHARS_MAX);
    const external = /^(?:%\s{1,64})?[^\s"'<>]{1,128}\s{1,64}(?:system|public)\s{0,64}["']/i.exec(text);
    if (external !== null) {
      const span = [start, ENTITY.lastIndex + external[0].length] as const;
      found.push({ rule: 'xxe.external-entity', confidence: CERTAIN, span, why: 'the text of an entity is fetched' });
      return;
    }
    const own = /^(%\s{1,64})?[^\s"'<>]{1,128}\s{1,64}(["'])/.exec(text);
    if (own === null) continue;
    const close = text.indexOf(own[2] ?? '"', own[0].length);
    const content = text.slice(own[0].length, close < 0 ? text.length : close);
    const span = [start, ENTITY.lastIndex + own[0].length] as const;
    const grows = /&(?:#0{0,4}37;|#x0{0,4}25;)?[^\s#;&]{1,64};|%[\w.-]{1,64};|<!entity|&#(?:x0{0,4}25|0{0,4}37);/i.test(content);
    // Drawing programs name their namespaces by entities; in a file these are part of its format.
    if (grows) found.push({ rule: 'xxe.entity', confidence: CERTAIN, span, why: 'an entity is built of other entities' });
    else if (isFile) continue;
    else if (isDeclared || own[1] !== undefined)
      found.push({ rule: 'xxe.entity', confidence: OWN_ENTITY, span, why: 'the document declares an entity of its own' });
    else found.push({ rule: 'xxe.entity', confidence: DOUBT, span, why: 'an entity is declared outside a document type' });
    if (grows) return;
  }
}

export const xxe: Detector = {
  group: 'xxe',
  needs: TRAIT.angle | TRAIT.plus | TRAIT.paren | TRAIT.colon,
  files: true,
  detect: detectXxe,
};
