import { isQuotedCode } from '../code/prose.ts';
import { hasAny, TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence } from '../types.ts';
import { findArithmetic } from './arithmetic.ts';
import { type Expression, expressions } from './expressions.ts';
import { BODY_PATTERNS, DIRECTIVES, type Pattern } from './patterns.ts';

const PROBE_CONFIDENCE = 0.94;
/** Ranges, dates and fractions are written with these, also in the braces of other notations. */
const WEAK_PROBE_CONFIDENCE = 0.91;
const QUOTED_CONFIDENCE = 0.6;
/** From this confidence on no later expression is looked at. */
const ENOUGH = 0.95;
/** Pages, scripts and configuration files of many lines are kept as templates; a probe in one is their own arithmetic. */
const LINES_MAX = 12;
/** Expressions with calls, indices, literals or filters that are judged one by one; honest pages hold some dozens. */
const EXPRESSIONS_MAX = 2_000;
/** Looking for a sentence around an expression is the dear part; no short text quotes more of them. */
const RATED_MAX = 128;
const TOO_MANY_CONFIDENCE = 0.9;
/** Without any of these an expression is a name with a path: what nearly all placeholders are. */
const TELLING_SIGN = /[(["'`|?@#/%\\]|\.class\./;
/** Names that mean something even alone. */
const LONE_OBJECT =
  /^(?:config|self|_self|settings|_context|debug|import |load |applicationScope|sessionScope|requestScope|pageScope|pageContext|initParam|facesContext|systemProperties|systemEnvironment|\(?#)|SECRET|secret_key|environ|application|storages|server|handler|constructor|cycler|joiner|lipsum|namespace|url_for|get_flashed|__|java\.|ENV|self\.|File|IO|Dir|Kernel/;

/** A value with what need be known of it only once. */
interface Text {
  value: string;
  isLong: boolean;
  rated: number;
}

/** Reads what stands between template delimiters as the engines would (CWE-1336). */
export function detectSsti({ value, traits }: DetectInput): readonly Evidence[] {
  let best: Evidence | undefined;
  const text: Text = { value, isLong: isManyLines(value), rated: 0 };
  const keep = (evidence: Evidence | undefined): void => {
    if (evidence !== undefined && evidence.confidence > (best?.confidence ?? 0)) best = evidence;
  };
  for (const directive of DIRECTIVES) if (value.includes(directive.hint)) keep(judgeDirective(text, directive));
  if (hasAny(traits, TRAIT.brace | TRAIT.percent | TRAIT.bracket | TRAIT.at)) {
    keep(judgeArithmetic(text));
    let judged = 0;
    for (const expression of expressions(value)) {
      if ((best?.confidence ?? 0) >= ENOUGH) break;
      if (isPlaceholder(expression.body)) continue;
      // Fail closed: what was not judged cannot be called clean, and judging each would cost more than it is worth.
      const isTooMany = ++judged > EXPRESSIONS_MAX || text.rated > RATED_MAX;
      keep(isTooMany ? tooMany(expression) : judgeBody(text, expression, best?.confidence ?? 0));
      if (isTooMany) break;
    }
  }
  return best === undefined ? [] : [best];
}

function judgeArithmetic({ value, isLong }: Text): Evidence | undefined {
  const arithmetic = findArithmetic(value);
  if (arithmetic === undefined) return undefined;
  const { operator, isMention, span } = arithmetic;
  const isWeak = /^[-/%~]$/.test(operator);
  const isQuoted = (isWeak && isMention) || isLong || isQuotedCode(value, span);
  const confidence = isQuoted ? QUOTED_CONFIDENCE : isWeak ? WEAK_PROBE_CONFIDENCE : PROBE_CONFIDENCE;
  return { rule: 'ssti.probe', confidence, span, why: 'arithmetic on literals between template delimiters' };
}

function judgeDirective(text: Text, pattern: Pattern): Evidence | undefined {
  const match = pattern.shape.exec(text.value);
  return match === null ? undefined : rate(text, pattern, [match.index, match.index + match[0].length]);
}

function isPlaceholder(body: string): boolean {
  return !TELLING_SIGN.test(body) && !LONE_OBJECT.test(body);
}

function tooMany({ span }: Expression): Evidence {
  return {
    rule: 'ssti.directive',
    confidence: TOO_MANY_CONFIDENCE,
    span,
    why: 'the value holds more expressions than are judged',
  };
}

/** Patterns that would not add to what was found already are not tried. */
function judgeBody(text: Text, { delimiter, body, span }: Expression, found: number): Evidence | undefined {
  for (const pattern of BODY_PATTERNS) {
    if (pattern.confidence <= found) continue;
    if (pattern.only !== undefined && !pattern.only.includes(delimiter)) continue;
    if (isEverydayFor(delimiter, pattern) || !pattern.shape.test(body)) continue;
    return rate(text, pattern, span);
  }
  return undefined;
}

/** `@(`, `[[` and `<%` also begin mentions, wiki links and pages; there only what cannot be meant otherwise counts. */
function isEverydayFor(delimiter: Expression['delimiter'], pattern: Pattern): boolean {
  return (delimiter === '@(' || delimiter === '[[' || delimiter === '[=') && pattern.confidence < 0.93;
}

function rate(text: Text, pattern: Pattern, span: readonly [number, number]): Evidence {
  const { rule, why } = pattern;
  let isQuoted = false;
  if (pattern.quoted < pattern.confidence) {
    if (!text.isLong) text.rated++;
    isQuoted = text.isLong || isQuotedCode(text.value, span);
  }
  return { rule, confidence: isQuoted ? pattern.quoted : pattern.confidence, span, why };
}

function isManyLines(value: string): boolean {
  let lines = 1;
  for (let at = value.indexOf('\n'); at >= 0; at = value.indexOf('\n', at + 1)) if (++lines > LINES_MAX) return true;
  return false;
}

export const ssti: Detector = {
  group: 'ssti',
  needs:
    TRAIT.brace |
    TRAIT.dollar |
    TRAIT.percent |
    TRAIT.bracket |
    TRAIT.at |
    TRAIT.comment |
    TRAIT.angle |
    TRAIT.dunder |
    TRAIT.equals,
  detect: detectSsti,
};
