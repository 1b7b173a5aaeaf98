import { hasAny, TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence } from '../types.ts';
import { judgeBrokenAttribute } from './attribute.ts';
import { judgeCode } from './code.ts';
import { judgeMarkup } from './markup.ts';
import { judgeStyleValue } from './script.ts';
import { judgeSymbols } from './symbols.ts';
import { judgeTemplate } from './template.ts';

/** Script needs a tag, a call, an assignment, a member or a scheme. */
const ACTIVE = TRAIT.angle | TRAIT.equals | TRAIT.paren | TRAIT.colon | TRAIT.backtick | TRAIT.bracket | TRAIT.dot;
/** Linear: fixed words, one bounded gap. */
const ATTRIBUTE_HINT =
  /on[a-z]{3,40}["'\s/]{0,8}=|script\s{0,8}:|style\s{0,8}=|srcdoc|data:|formaction|xlink|lowsrc|background\s?=|src\s?=|ping\s?=/i;
const CODE_HINT =
  /script|expression|&\{|data:|alert|confirm|prompt|eval|document|window|location|constructor|fromcharcode|xmlhttp|innerhtml|settimeout|setinterval|import\s?\(|fetch|function|top\s?\[|self\s?\[|parent\s?\[|this\s?\[|frames|atob|btoa|unescape|\]\(|\.call|\.apply|print\(|beacon/i;
const STYLE_HINT = /@import|binding|behaviou?r|style\s?=/i;

/** No program writes tags, handlers or calls into a header, so what is enough elsewhere is as certain there. */
const HEADER_CONFIDENCE = 0.93;
const CLEAR_CONFIDENCE_MIN = 0.9;

/** Reads a value as a browser would: as markup, as the rest of an attribute, and as the rest of a script string (CWE-79). */
export function detectXss(input: DetectInput): readonly Evidence[] {
  const found = judge(input);
  return input.location === 'header' ? found.map(asHeader) : found;
}

function asHeader(evidence: Evidence): Evidence {
  const { confidence } = evidence;
  return confidence < CLEAR_CONFIDENCE_MIN ? evidence : { ...evidence, confidence: Math.max(confidence, HEADER_CONFIDENCE) };
}

function judge({ value, traits }: DetectInput): readonly Evidence[] {
  if (hasAny(traits, TRAIT.angle)) {
    const found = judgeMarkup(value);
    if (found.length > 0) return found;
  }
  if (hasAny(traits, TRAIT.equals) && ATTRIBUTE_HINT.test(value)) {
    const found = judgeBrokenAttribute(value);
    if (found.length > 0) return found;
  }
  const evidence = judgeText(value, traits);
  return evidence === undefined ? [] : [evidence];
}

function judgeText(value: string, traits: number): Evidence | undefined {
  const template = hasAny(traits, TRAIT.brace) ? judgeTemplate(value) : undefined;
  if (template !== undefined) return template;
  const style = STYLE_HINT.test(value) ? judgeStyleValue(value) : undefined;
  if (style !== undefined) return style;
  const code = CODE_HINT.test(value) || hasAny(traits, TRAIT.control | TRAIT.lineBreak) ? judgeCode(value) : undefined;
  const symbols = hasAny(traits, TRAIT.bracket | TRAIT.brace) ? judgeSymbols(value) : undefined;
  return symbols !== undefined && symbols.confidence > (code?.confidence ?? 0) ? symbols : code;
}

export const xss: Detector = { group: 'xss', needs: ACTIVE, detect: detectXss };
