import { hasAny, TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence } from '../types.ts';
import { judgeCode } from './code.ts';
import { judgeBrokenAttribute, judgeMarkup } from './markup.ts';

/** Script needs a tag, a call, an assignment or a scheme. */
const ACTIVE = TRAIT.angle | TRAIT.equals | TRAIT.paren | TRAIT.colon | TRAIT.backtick;
/** Linear: fixed words, one bounded gap. */
const ATTRIBUTE_HINT = /on[a-z]{3,32}["'\s/]{0,8}=|script\s{0,8}:|style\s{0,8}=|srcdoc|data:/i;
const CODE_HINT =
  /script|expression|&\{|data:|alert|confirm|prompt|eval|document|window|location|constructor|fromcharcode|xmlhttp|innerhtml|settimeout|setinterval|import\s?\(|fetch|function|\{\{|\[\]|top\s?\[|self\s?\[|parent\s?\[|frames|atob|unescape/i;

/** Reads a value as a browser would: as markup, as the rest of an attribute, and as the rest of a script string (CWE-79). */
export function detectXss(input: DetectInput): readonly Evidence[] {
  const { value, traits } = input;
  const found: Evidence[] = hasAny(traits, TRAIT.angle) ? judgeMarkup(value) : [];
  if (found.length > 0) return found;
  if (hasAny(traits, TRAIT.equals) && ATTRIBUTE_HINT.test(value)) found.push(...judgeBrokenAttribute(value));
  if (found.length > 0) return found;
  const code = CODE_HINT.test(value) || hasAny(traits, TRAIT.control | TRAIT.lineBreak) ? judgeCode(value) : undefined;
  return code === undefined ? found : [code];
}

export const xss: Detector = { group: 'xss', needs: ACTIVE, detect: detectXss };
