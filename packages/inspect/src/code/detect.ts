import { hasAny, TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence } from '../types.ts';
import { judgeFileName } from './file-name.ts';
import { judgeFileText } from './file-text.ts';
import { CLASS_LOADER, findClassName, JAVA_PATTERNS, STRUTS_PREFIX } from './java.ts';
import { NODE_PATTERNS } from './node.ts';
import type { Pattern } from './pattern.ts';
import { isFenced, isListing, isPiece } from './listing.ts';
import { judgeCalls, judgeSettings, judgeSpelledCall, judgeVariables } from './php.ts';
import { isInRemark, isQuotedCode } from './prose.ts';
import { SCRIPT_PATTERNS, TAG_PATTERNS } from './scripts.ts';

const PATTERNS: readonly Pattern[] = [...TAG_PATTERNS, ...JAVA_PATTERNS, ...NODE_PATTERNS, ...SCRIPT_PATTERNS];
const CLASS_CONFIDENCE = 0.93;
const QUOTED_CONFIDENCE = 0.4;
/** Fields in which clients report what happened in a program, class names and all. */
const TELEMETRY_NAME = /logger|categor|stack|trace|exception|error|thread/i;

/**
 * Looks for code of the languages web applications are written in (CWE-94). A value that starts as code, or is nothing but code, counts;
 * the same code quoted by a sentence or kept as a long listing does not.
 */
export function detectCode(input: DetectInput): readonly Evidence[] {
  const { value, traits, location, name, part } = input;
  if (input.isFile === true) {
    const inFile = judgeFileText(value);
    return inFile === undefined ? [] : [inFile];
  }
  const found: Evidence[] = [];
  const keep = (evidence: Evidence | undefined): void => {
    if (evidence !== undefined) found.push(evidence);
  };
  if (part === 'value') keep(judgeFileName(value, location, name));
  for (const pattern of PATTERNS)
    if (hasAny(traits, pattern.needs) && value.includes(pattern.hint)) keep(judgePattern(input, pattern));
  for (const evidence of judgeJava(input)) keep(evidence);
  if (hasAny(traits, TRAIT.dollar)) keep(judgeVariables(value));
  if (hasAny(traits, TRAIT.equals) || part === 'name') keep(judgeSettings(value, part));
  if (hasAny(traits, TRAIT.paren)) {
    keep(judgeCalls(value, location));
    keep(judgeSpelledCall(value, location));
  }
  return found;
}

function judgePattern(
  { value, location }: DetectInput,
  { rule, shape, confidence, quoted, isEveryday, why }: Pattern,
): Evidence | undefined {
  const match = shape.exec(value);
  if (match === null) return undefined;
  const span = [match.index, match.index + match[0].length] as const;
  const isShown = isListing(value) || isFenced(value) || (isEveryday === true && isPiece(value, location));
  // Tags and OGNL are found amid any words.
  const isEmbedded = rule === 'code.script-tag' || rule === 'code.java-binding';
  const isQuoted = isShown || isQuotedCode(value, span) || (!isEmbedded && isInRemark(value, span));
  return { rule, confidence: isQuoted ? quoted : confidence, span, why };
}

function judgeJava({ value, traits, location, name, part }: DetectInput): readonly (Evidence | undefined)[] {
  const found: (Evidence | undefined)[] = [];
  if (hasAny(traits, TRAIT.dot | TRAIT.bracket) && /lass/i.test(value)) found.push(judgeClassLoader(value, part));
  // Paths of documentation sites are made of class names.
  if (hasAny(traits, TRAIT.dot) && location !== 'path') found.push(judgeClassName(value, part === 'value' ? name : ''));
  if (hasAny(traits, TRAIT.colon) && part === 'name') found.push(judgeStruts(value));
  return found;
}

function judgeClassName(value: string, name: string): Evidence | undefined {
  const found = findClassName(value);
  if (found === undefined) return undefined;
  const { span, text, isLone } = found;
  // Amid other text only code names a class: it is called, made or assigned.
  const isCode = isLone || /^\s{0,4}[(@.;)'"]/.test(value.slice(span[1], span[1] + 8));
  const isQuoted = !isCode || TELEMETRY_NAME.test(name) || isQuotedCode(value, span) || isListing(value);
  const confidence = isQuoted ? QUOTED_CONFIDENCE : CLASS_CONFIDENCE;
  return { rule: 'code.java-class', confidence, span, why: `${text.slice(0, 64)} is a class of the Java runtime` };
}

function judgeClassLoader(value: string, part: 'name' | 'value'): Evidence | undefined {
  const match = CLASS_LOADER.exec(value);
  if (match === null) return undefined;
  const span = [match.index, match.index + match[0].length] as const;
  const isQuoted = part === 'value' && isQuotedCode(value, span);
  const confidence = isQuoted ? QUOTED_CONFIDENCE : 0.96;
  return { rule: 'code.java-binding', confidence, span, why: 'the name walks to the class loader of an object' };
}

function judgeStruts(value: string): Evidence | undefined {
  const match = STRUTS_PREFIX.exec(value);
  if (match === null) return undefined;
  return { rule: 'code.java-binding', confidence: 0.95, span: [0, match[0].length], why: 'an action prefix with an expression' };
}

export const code: Detector = {
  group: 'code',
  // Names of settings and session files hold nothing but letters.
  needs: TRAIT.letter | TRAIT.paren | TRAIT.dollar,
  files: true,
  detect: detectCode,
};
