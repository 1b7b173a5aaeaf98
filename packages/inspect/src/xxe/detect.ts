import { wordsBefore } from '../prose.ts';
import { TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence } from '../types.ts';
import { isPrologue, readDoctype, type Doctype } from '../decode/doctype.ts';
import { judgeEntities } from './entities.ts';
import { hostOf, isWellKnown } from './hosts.ts';
import { judgeInclude, judgeInstructions, judgePicture, judgeStylesheet } from './instructions.ts';

const LIKELY = 0.93;
const DOUBT = 0.5;
/** A parser takes no words before a document type; whoever writes them quotes it. */
const PROSE_WORDS_MIN = 4;
const DECLARATIONS_MAX = 256;
const DOCTYPE = /<!doctype/gi;
/** Relative and well-known system identifiers are resolved from catalogues or not at all. */
const REMOTE = /^\s{0,8}(?:[a-z][a-z0-9+.-]{1,24}:|\/\/|\\\\)/i;

/** Reads what XML lets a document ask of its parser: entities, document types, inclusions, style sheets (CWE-611, CWE-776). */
export function detectXxe(input: DetectInput): readonly Evidence[] {
  const { value, isFile, location } = input;
  if (location !== 'xml' && !value.includes('<') && !value.includes('+ADw')) return [];
  const found: Evidence[] = [];
  const doctypes = judgeDoctypes(value, found);
  judgeEntities(value, doctypes > 0, found);
  judgeInclude(value, found);
  judgePicture(input, found);
  judgeInstructions(input, found);
  judgeStylesheet(input, found);
  // A file is what it begins as: a document type further on is quoted in a page, a program or a log.
  const isOther = isFile === true && !/^[\s\uFEFF]{0,64}</.test(value);
  return found.map((item) =>
    isOther || isShown(value, item) ? { ...item, confidence: Math.min(item.confidence, DOUBT) } : item,
  );
}

function isShown(value: string, item: Evidence): boolean {
  const at = anchor(value, item);
  return wordsBefore(value, at) >= PROSE_WORDS_MIN && !isPrologue(value, at);
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
  const host = hostOf(systemId);
  if (isWellKnown(host)) return 0;
  if (REMOTE.test(systemId)) {
    // A formal public identifier (ISO 8879) names its owner; a catalogue of the application may know it.
    const isFormal =
      host !== undefined && /^[-+]\/\/[^/]{1,64}\/\/DTD /.test(publicId) && systemId.toLowerCase().endsWith('.dtd');
    return isFormal ? 0.7 : LIKELY;
  }
  return systemId.startsWith('/') || systemId.includes('..') ? LIKELY : 0;
}

export const xxe: Detector = {
  group: 'xxe',
  needs: TRAIT.angle | TRAIT.plus | TRAIT.paren | TRAIT.colon,
  files: true,
  detect: detectXxe,
};
