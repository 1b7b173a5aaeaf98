import { wordsBefore } from '../prose.ts';
import { hasAny, TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence } from '../types.ts';

const DOUBT = 0.5;
const PROSE_WORDS_MIN = 4;
/** How far back the opening of a string and its bracket are looked for. */
const WINDOW_CHARS_MAX = 2_048;

interface Shape {
  rule: string;
  pattern: RegExp;
  confidence: number;
  why: string;
}

/** Each repetition is bounded and excludes what follows it. Functions: XPath 1.0 §4, XPath and XQuery Functions 3.1. */
const QUOTED: readonly Shape[] = [
  {
    rule: 'xpath.break-out',
    pattern:
      /["']\s{0,4}[)\]]{1,4}\s{0,4}(?:\|\s{0,4}(?:\/{1,2}[\w*@.]|[*@])|\/{1,2}[\w*@.]{1,64}\s{0,4}(?:\[|\||\/|$)|or\s|and\s)/,
    confidence: 0.93,
    why: 'the predicate ends and another path follows',
  },
  {
    rule: 'xpath.break-out',
    pattern: /["']\s{0,4}\|\s{0,4}\/{1,2}[\w*@]/,
    confidence: 0.92,
    why: 'the string ends and another path follows',
  },
  {
    rule: 'xpath.break-out',
    pattern:
      /["'][\s)\]]{0,8}(?:or|and)[\s(]{1,8}(?:not[\s(]{1,8})?(?:count|name|local-name|namespace-uri|string-length|substring(?:-before|-after)?|position|contains|starts-with|ends-with|true|false|last|text|string|node|doc|normalize-space|translate|id|string-to-codepoints|matches|exists|doc-available)\s{0,4}\(/i,
    confidence: 0.93,
    why: 'the string ends and a function of XPath is asked',
  },
  {
    rule: 'xpath.break-out',
    pattern: /["']\s{0,8}(?:or|and)\s{0,8}(?:\/{1,2}[\w*]{1,64}|\.{0,2}\/[\w*]|@\w{1,64}\s{0,4}=|\w{1,32}\(\)\s{0,4}[=<>])/i,
    confidence: 0.92,
    why: 'the string ends and a path follows',
  },
];
const ASKING: readonly Shape[] = [
  {
    rule: 'xpath.expression',
    pattern:
      /\b(?:count|name|local-name|string-length|substring|string|normalize-space|sum|concat|starts-with|contains|position|boolean|number)\s{0,4}\(\s{0,4}(?:(?:name|local-name|string|normalize-space|substring)\s{0,4}\(\s{0,4})?(?:\/{1,2}(?:[\w*.@]|\s{0,2}\))|\.\.?\/|(?:\/{1,2})?(?:parent|child|self|ancestor|descendant|following|preceding|attribute)(?:-or-self|-sibling)?::)/i,
    confidence: 0.92,
    why: 'the nodes of a document are counted or measured',
  },
  {
    rule: 'xpath.expression',
    pattern:
      /(?:\/|\||\[|\(|^|\s)(?:parent|child|self|ancestor(?:-or-self)?|descendant(?:-or-self)?|following(?:-sibling)?|preceding(?:-sibling)?|attribute|namespace)::(?:node\s{0,2}\(|text\s{0,2}\(|\*|comment\s{0,2}\(|processing-instruction\s{0,2}\()/i,
    confidence: 0.92,
    why: 'the value walks the axes of a document',
  },
  {
    rule: 'xpath.expression',
    pattern: /(?:^|\])\s{0,4}\|\s{0,4}\/{1,2}\*?[\w*]{0,64}(?:\[|\s|$)|\/\*\[\s{0,2}\d{1,6}\s{0,2}\]\s{0,2}\/\*/,
    confidence: 0.91,
    why: 'nodes are reached by their position',
  },
  {
    rule: 'xpath.fetch',
    pattern:
      /\b(?:doc|document|doc-available|unparsed-text(?:-lines|-available)?|json-doc|collection|uri-collection|file:(?:read-text|list|exists))\s{0,4}\(\s{0,4}(?:concat\s{0,4}\(\s{0,4})?["'](?:[a-z][a-z0-9+.-]{1,16}:|\/|\.\.)/i,
    confidence: 0.93,
    why: 'a function reads a file or an address',
  },
];

/** Without one of these nothing follows a quote that any of the shapes above would take. */
const GOES_ON = /\bor\b|\band\b|[|/]/i;

/** Reads a value as the inside of an XPath string or number (CWE-643). Paths alone pass: scrapers and testers store them. */
export function detectXpath({ value, traits }: DetectInput): readonly Evidence[] {
  const isQuoted = hasAny(traits, TRAIT.quote | TRAIT.doubleQuote) && GOES_ON.test(value);
  const candidates = isQuoted ? [...QUOTED, ...ASKING] : ASKING;
  const found: Evidence[] = [];
  for (const { rule, pattern, confidence, why } of candidates) {
    const match = pattern.exec(value);
    if (match === null) continue;
    if (isBalanced(value, match)) continue;
    const isProse = wordsBefore(value, match.index) >= PROSE_WORDS_MIN;
    const rated = isProse || isTool(value) ? DOUBT : confidence;
    found.push({ rule, confidence: rated, span: [match.index, match.index + match[0].length], why });
  }
  return found;
}

/** `info["arch"] or "any"`: what the quote and the bracket close was opened in the value itself, so nothing is broken out of. */
function isBalanced(value: string, match: RegExpExecArray): boolean {
  const [, quote, bracket] = /^(["'])\s{0,8}([)\]])/.exec(match[0]) ?? [];
  if (quote === undefined || bracket === undefined) return false;
  const before = value.slice(Math.max(0, match.index - WINDOW_CHARS_MAX), match.index);
  const opened = before.lastIndexOf(quote);
  // Between the quote that was opened last and the bracket before it stands nothing but other arguments.
  return opened > 0 && (before.split(quote).length & 1) === 0 && before.lastIndexOf(bracket === ')' ? '(' : '[', opened) >= 0;
}

/** A path that begins at the root of a document, as a tester or scraper stores it: `//div[contains(@class, 'x')]/parent::*`. */
function isTool(value: string): boolean {
  return /^\s{0,4}(?:xpath\s{0,2}[=:]\s{0,2})?\(?\.?\/\/?[A-Za-z*][\w:-]{0,64}(?:\[|\/)/.test(value);
}

export const xpath: Detector = {
  group: 'xpath',
  needs: TRAIT.quote | TRAIT.doubleQuote | TRAIT.paren | TRAIT.bracket | TRAIT.pipe,
  detect: detectXpath,
};
