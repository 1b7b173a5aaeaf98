import type { Evidence } from '../types.ts';
import { hostOf, isWellKnown } from './hosts.ts';

const CERTAIN = 0.96;
/** Entities whose text stands in the document: editors write some, programs that send documents do not. */
const OWN_ENTITY = 0.92;
const DOUBT = 0.5;
const DECLARATIONS_MAX = 256;
const DECLARATION_CHARS_MAX = 2_048;
const DECLARATION = /<!(?:entity|notation)\s{1,64}/gi;
const EXTERNAL = /^(?:%\s{1,64})?[^\s"'<>]{1,128}\s{1,64}(system|public)\s{0,64}(["'])/i;
const OWN = /^(%\s{1,64})?[^\s"'<>]{1,128}\s{1,64}(["'])/;
/** References within the text of an entity: each use of it becomes several of others (CWE-776). */
const GROWS = /&(?:#0{0,4}37;|#x0{0,4}25;)?[^\s#;&]{1,64};|%[\w.-]{1,64};|<!entity|&#(?:x0{0,4}25|0{0,4}37);/i;
/** Drawing programs name the namespaces of their files by entities, and Latin letters have had names of their own since HTML 2. */
const VOCABULARY = /^(?:https?:\/\/[\w./#-]{1,256}|&#x?[\da-f]{1,6};|.)$/iu;

/** Each `<!ENTITY name …>` (XML 1.0 §4.2): where its text comes from decides. */
export function judgeEntities(value: string, isDeclared: boolean, found: Evidence[]): void {
  DECLARATION.lastIndex = 0;
  let count = 0;
  for (
    let match = DECLARATION.exec(value);
    match !== null && count < DECLARATIONS_MAX;
    match = DECLARATION.exec(value), count++
  ) {
    const from = DECLARATION.lastIndex;
    const text = value.slice(from, from + DECLARATION_CHARS_MAX);
    const evidence = judgeExternal(text) ?? judgeOwn(text, isDeclared);
    if (evidence === undefined) continue;
    const { length, ...rest } = evidence;
    found.push({ ...rest, span: [match.index, from + length] });
    if (evidence.confidence === CERTAIN) return;
  }
}

type Judgement = Omit<Evidence, 'span'> & { length: number };

function judgeExternal(text: string): Judgement | undefined {
  const external = EXTERNAL.exec(text);
  if (external === null) return undefined;
  const literals = text.slice(external[0].length - 1).split('>', 1)[0] ?? '';
  const systemId =
    external[1]?.toLowerCase() === 'public' ? (/^(["'])[^"']{0,512}\1\s{1,64}["']([^"']{1,512})/.exec(literals)?.[2] ?? '') : '';
  // `HTMLlat1` and its like: a formal public identifier and the publisher's own address.
  const confidence = isWellKnown(hostOf(systemId)) ? DOUBT : CERTAIN;
  return { rule: 'xxe.external-entity', confidence, length: external[0].length, why: 'the text of an entity is fetched' };
}

function judgeOwn(text: string, isDeclared: boolean): Judgement | undefined {
  const own = OWN.exec(text);
  if (own === null) return undefined;
  const { length } = own[0];
  const close = text.indexOf(own[2] ?? '"', length);
  const content = text.slice(length, close < 0 ? text.length : close);
  const rule = 'xxe.entity';
  if (VOCABULARY.test(content)) return undefined;
  if (GROWS.test(content)) return { rule, confidence: CERTAIN, length, why: 'an entity is built of other entities' };
  if (isDeclared || own[1] !== undefined)
    return { rule, confidence: OWN_ENTITY, length, why: 'the document declares an entity of its own' };
  return { rule, confidence: DOUBT, length, why: 'an entity is declared outside a document type' };
}
