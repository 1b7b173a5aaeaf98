import { hasAny, TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence } from '../types.ts';
import { judgeBrokenAttribute } from './attribute.ts';
import { CLEAR_CONFIDENCE_MIN, judgeCode, strongest } from './code.ts';
import { hasCodeHint } from './hints.ts';
import { judgeMarkup } from './markup.ts';
import { judgeStyleValue } from './script.ts';
import { judgeSymbols } from './symbols.ts';
import { judgeTemplate } from './template.ts';

/** Script needs a tag, a call, an assignment, a member or a scheme. */
const ACTIVE = TRAIT.angle | TRAIT.equals | TRAIT.paren | TRAIT.colon | TRAIT.backtick | TRAIT.bracket | TRAIT.dot;
/** Linear: fixed words, one bounded gap. */
const ATTRIBUTE_HINT =
  /on[a-z]{3,40}["'\s/]{0,8}=|script\s{0,8}:|style\s{0,8}=|srcdoc|data:|formaction|xlink|lowsrc|background\s?=|src\s?=|ping\s?=/i;
const STYLE_HINT = /@import|binding|behaviou?r|style\s?=/i;

/** No program writes tags, handlers or calls into a header, so what is enough elsewhere is as certain there. */
const HEADER_CONFIDENCE = 0.93;

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
  const found: Evidence[] = [];
  if (hasAny(traits, TRAIT.angle)) found.push(...judgeMarkup(value));
  if (isDecided(found)) return found;
  if (hasAny(traits, TRAIT.equals) && ATTRIBUTE_HINT.test(value)) found.push(...judgeBrokenAttribute(value));
  if (isDecided(found)) return found;
  const evidence = judgeText(value, traits);
  if (evidence !== undefined) found.push(evidence);
  return found;
}

function isDecided(found: readonly Evidence[]): boolean {
  return found.some(({ confidence }) => confidence >= CLEAR_CONFIDENCE_MIN);
}

function judgeText(value: string, traits: number): Evidence | undefined {
  const readings: ((text: string) => Evidence | undefined)[] = [];
  if (hasAny(traits, TRAIT.brace)) readings.push(judgeTemplate);
  if (STYLE_HINT.test(value)) readings.push(judgeStyleValue);
  if (hasCodeHint(value) || hasAny(traits, TRAIT.control | TRAIT.lineBreak)) readings.push(judgeCode);
  if (hasAny(traits, TRAIT.bracket | TRAIT.brace)) readings.push(judgeSymbols);
  return strongest(readings, value);
}

export const xss: Detector = { group: 'xss', needs: ACTIVE, detect: detectXss };
