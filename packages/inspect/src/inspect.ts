import { detectCmdi } from './cmdi/detect.ts';
import { detectSqli } from './sqli/detect.ts';
import { detectTraversal } from './traversal/detect.ts';
import { hasAny, scanTraits, TRAIT } from './traits.ts';
import {
  RULE_GROUPS,
  type CanonicalRequest,
  type Detect,
  type Evidence,
  type Field,
  type Finding,
  type Location,
  type RuleGroup,
} from './types.ts';
import { deriveVariants, type Variant } from './variants/derive.ts';
import { detectXss } from './xss/detect.ts';

/** From this score on a request is an attack. */
export const BLOCK_CONFIDENCE = 0.9;

/** Which groups to run; all of them when unset. */
export interface InspectOptions {
  groups?: readonly RuleGroup[];
  /** Texts that were clean before under the same groups; they are not read again. */
  memory?: CleanTexts;
}

/** What the caller remembers between requests; this package itself keeps nothing. */
export interface CleanTexts {
  has(location: Location, text: string): boolean;
  add(location: Location, text: string): void;
}

export interface Inspection {
  findings: readonly Finding[];
  /** 0..1: the strongest value of the request, after the evidence about that value is combined. */
  score: number;
  fieldsInspected: number;
}

const DETECTORS: Readonly<Record<RuleGroup, Detect>> = {
  sqli: detectSqli,
  xss: detectXss,
  cmdi: detectCmdi,
  traversal: detectTraversal,
};
/** Characters without which a value is a word, a number, a slug, a UUID or a token in every group's eyes. */
const INTERESTING = ~(TRAIT.letter | TRAIT.digit | TRAIT.dot | TRAIT.colon | TRAIT.slash);
const SAMPLE_LENGTH_MAX = 64;
const FINDINGS_MAX = 64;
const NAME_INSPECTED_MAX = 1_024;
/** Longer texts seldom come twice. */
const REMEMBERED_MAX = 256;
/** Headers are written by programs in many dialects; only evidence that leaves no other reading counts there. */
const HEADER_CONFIDENCE_MIN = 0.93;
/** Doubt of several rules adds up, but never to certainty by itself. */
const COMBINED_MAX = 0.95;
const WEAK_WEIGHT = 0.5;

/**
 * Judges every field of a canonical request. Pure and total: it never throws, and its cost grows with the size of the request only.
 *
 * @example inspectRequest({ method: 'GET', path: '/', fields: [{ location: 'query', name: 'id', value: "1' OR 1=1--" }] }).score >= BLOCK_CONFIDENCE
 */
export function inspectRequest(request: CanonicalRequest, options: InspectOptions = {}): Inspection {
  const run: Run = { groups: options.groups ?? RULE_GROUPS, memory: options.memory ?? null };
  const findings: Finding[] = [];
  let score = 0;
  for (const field of request.fields) {
    const inValue = inspectText(field, field.value, run);
    const inName = inspectName(field, run);
    if (inValue.length === 0 && inName.length === 0) continue;
    const found = [...inValue, ...inName];
    score = Math.max(score, combine(found));
    for (const finding of found) if (findings.length < FINDINGS_MAX) findings.push(finding);
  }
  findings.sort((left, right) => right.confidence - left.confidence);
  return { findings, score, fieldsInspected: request.fields.length };
}

interface Run {
  groups: readonly RuleGroup[];
  memory: CleanTexts | null;
}

const NOTHING: readonly Finding[] = [];

/** Names are chosen by the client as freely as values are. Short plain ones, which is nearly all, cost one scan. */
function inspectName(field: Field, run: Run): readonly Finding[] {
  if (
    field.location === 'path' ||
    field.location === 'header' ||
    field.location === 'xml' ||
    field.name.length > NAME_INSPECTED_MAX
  )
    return NOTHING;
  const found = inspectText(field, field.name, run);
  return found.length === 0 ? NOTHING : found.map((finding) => ({ ...finding, chain: ['name', ...finding.chain] }));
}

function inspectText(field: Field, text: string, { groups, memory }: Run): readonly Finding[] {
  const traits = scanTraits(text);
  if (isPlain(traits, text)) return NOTHING;
  const remembers = memory !== null && text.length <= REMEMBERED_MAX;
  if (remembers && memory.has(field.location, text)) return NOTHING;
  const findings: Finding[] = [];
  for (const variant of deriveVariants(text, traits)) {
    for (const group of groups) {
      const evidence = DETECTORS[group]({ value: variant.value, traits: variant.traits, location: field.location });
      for (const item of evidence) add(findings, field, describe(variant, group, item));
    }
  }
  if (remembers && findings.length === 0) memory.add(field.location, text);
  return findings;
}

/** A path-shaped or Base64-shaped value still deserves a look; everything else without punctuation does not. */
function isPlain(traits: number, text: string): boolean {
  if (hasAny(traits, INTERESTING)) return false;
  if (hasAny(traits, TRAIT.slash | TRAIT.dot | TRAIT.colon)) return false;
  return text.length < 16 || !hasAny(traits, TRAIT.letter);
}

type Described = Omit<Finding, 'location' | 'name'>;

function describe(variant: Variant, group: RuleGroup, evidence: Evidence): Described {
  const [start, end] = evidence.span;
  const sample = variant.value.slice(start, Math.min(end, start + SAMPLE_LENGTH_MAX));
  return {
    rule: evidence.rule,
    group,
    confidence: evidence.confidence,
    chain: variant.chain,
    span: evidence.span,
    sample,
    why: evidence.why,
  };
}

/** Keeps one finding per rule and value, the most certain one. */
function add(findings: Finding[], field: Field, described: Described): void {
  if (field.location === 'header' && described.confidence < HEADER_CONFIDENCE_MIN) return;
  const finding: Finding = { ...described, location: field.location, name: field.name };
  const known = findings.findIndex((other) => other.rule === finding.rule);
  if (known < 0) findings.push(finding);
  else if ((findings[known]?.confidence ?? 0) < finding.confidence) findings[known] = finding;
}

/** The strongest evidence decides; weaker evidence of other rules about the same value closes part of the gap. */
function combine(findings: readonly Finding[]): number {
  const sorted = findings.map((finding) => finding.confidence).sort((left, right) => right - left);
  const strongest = sorted[0] ?? 0;
  if (strongest >= BLOCK_CONFIDENCE) return strongest;
  let doubt = 1 - strongest;
  for (const confidence of sorted.slice(1)) doubt *= 1 - confidence * WEAK_WEIGHT;
  return Math.min(COMBINED_MAX, 1 - doubt);
}
