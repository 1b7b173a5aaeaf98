import { BLOCK_CONFIDENCE, blockConfidence } from './context.ts';
import { hasAny, scanTraits, TRAIT } from './traits.ts';
import type {
  CanonicalRequest,
  DetectInput,
  Detector,
  Evidence,
  Field,
  FieldContext,
  FieldPlace,
  Finding,
  RuleGroup,
} from './types.ts';
import { deriveVariants, type Variant } from './variants/derive.ts';

export interface InspectOptions {
  /** Which groups to run; all of them when unset. */
  groups?: readonly RuleGroup[];
  /** Texts that were clean before under the same groups; they are not read again. */
  memory?: CleanTexts;
  /** What is known of a field's purpose, by schema or learning; it moves the confidence from which a finding blocks. */
  contextOf?: (place: FieldPlace) => FieldContext | null;
}

/** What the caller remembers between requests; this package itself keeps nothing. */
export interface CleanTexts {
  /** `place` = location, part and name of the field: what is harmless under one name need not be under another. */
  has(place: string, text: string): boolean;
  add(place: string, text: string): void;
}

export interface Inspection {
  /** Strongest first. */
  findings: readonly Finding[];
  /** 0..1: the strongest finding. */
  score: number;
  /** True when a finding blocks. */
  isAttack: boolean;
  fieldsInspected: number;
}

/** Characters without which a value is a word, a number, a slug, a UUID or a token in every group's eyes. */
const INTERESTING = ~(TRAIT.letter | TRAIT.digit | TRAIT.dot | TRAIT.colon | TRAIT.slash | TRAIT.comma | TRAIT.at);
/** Fields in which even one plain word can be an attack: the name of a scanner, of an uploaded file, or of a program that is run. */
const READ_IF_PLAIN: ReadonlySet<string> = new Set([
  'user-agent',
  'x-filename',
  'x-file-name',
  'cmd',
  'command',
  'exec',
  'execute',
]);
const SAMPLE_LENGTH_MAX = 64;
const FINDINGS_MAX = 64;
const NAME_INSPECTED_MAX = 1_024;
/** Longer texts seldom come twice. */
const REMEMBERED_MAX = 1_024;
/** Headers are written by programs in many dialects; only evidence that leaves no other reading counts there. */
const HEADER_CONFIDENCE_MIN = 0.93;
/** Passwords are drawn from all signs, and no application puts one into a query by itself: what is likely elsewhere is chance there. */
const SECRET_NAME = /pass(?:\d?$|w(?:or)?d|phrase|code)|pwd|secret/i;
const SECRET_LENGTH_MAX = 64;
const SECRET_CONFIDENCE_MIN = 0.92;
const SECRET_DOUBT = 0.6;
/** Doubt of several rules adds up, but never to certainty by itself. */
const COMBINED_MAX = 0.95;
const WEAK_WEIGHT = 0.5;

/**
 * Judges every field of a canonical request with the given detectors. Pure and total: it never throws, and its cost grows with the size
 * of the request only.
 *
 * @example
 * const request = { method: 'GET', path: '/', fields: [{ location: 'query', name: 'id', value: "1' OR 1=1--" }] } as const;
 * inspectWith([sqli], request).isAttack; // true
 */
export function inspectWith(detectors: readonly Detector[], request: CanonicalRequest, options: InspectOptions = {}): Inspection {
  const { groups, memory = null, contextOf = null } = options;
  const run: Run = { detectors: groups === undefined ? detectors : selected(groups, detectors), memory, contextOf };
  const findings: Finding[] = [];
  for (const field of request.fields) {
    const inValue = inspectText({ field, part: 'value', text: field.value }, run);
    const inName = inspectName(field, run);
    if (inValue.length === 0 && inName.length === 0) continue;
    for (const finding of combine([...inValue, ...inName])) if (findings.length < FINDINGS_MAX) findings.push(finding);
  }
  findings.sort((left, right) => right.confidence - left.confidence);
  return { ...summary(findings), fieldsInspected: request.fields.length };
}

function summary(findings: readonly Finding[]): Omit<Inspection, 'fieldsInspected'> {
  return { findings, score: findings[0]?.confidence ?? 0, isAttack: findings.some((finding) => finding.blocks) };
}

/**
 * The same inspection in the light of what is known of its fields: for a verdict that was made where nothing was known.
 *
 * @example withContext(inspection, (place) => (place.name === 'comment' ? 'free-text' : null))
 */
export function withContext(inspection: Inspection, contextOf: (place: FieldPlace) => FieldContext | null): Inspection {
  const findings = inspection.findings.map((finding) => {
    const context = contextOf(finding);
    return { ...finding, context, blocks: finding.confidence >= blockConfidence(finding.group, context) };
  });
  return { ...inspection, ...summary(findings) };
}

interface Run {
  detectors: readonly Detector[];
  memory: CleanTexts | null;
  contextOf: ((place: FieldPlace) => FieldContext | null) | null;
}

const selections = new WeakMap<readonly Detector[], WeakMap<readonly RuleGroup[], readonly Detector[]>>();

/** A caller hands the same lists with each request; what follows from them is worked out once. */
function selected(groups: readonly RuleGroup[], detectors: readonly Detector[]): readonly Detector[] {
  const byGroups = selections.get(detectors) ?? new WeakMap<readonly RuleGroup[], readonly Detector[]>();
  const held = byGroups.get(groups);
  if (held !== undefined) return held;
  const chosen = detectors.filter(({ group }) => groups.includes(group));
  selections.set(detectors, byGroups.set(groups, chosen));
  return chosen;
}

interface Text {
  field: Field;
  part: 'name' | 'value';
  text: string;
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
  const found = inspectText({ field, part: 'name', text: field.name }, run);
  return found.length === 0 ? NOTHING : found.map((finding) => ({ ...finding, chain: ['name', ...finding.chain] }));
}

function inspectText({ field, part, text }: Text, { detectors, memory, contextOf }: Run): readonly Finding[] {
  const { location, name } = field;
  const traits = scanTraits(text);
  if (isPlain(traits, text) && !READ_IF_PLAIN.has(name)) return NOTHING;
  // A file and a field of one name are judged by different detectors: what was clean as one need not be as the other.
  const remembers = memory !== null && text.length <= REMEMBERED_MAX && !isFileText(field, part);
  const place = remembers ? `${location} ${part} ${name}` : '';
  if (remembers && memory.has(place, text)) return NOTHING;
  const found = evidenceIn({ field, part, text }, traits, detectors);
  if (found.length === 0) {
    if (remembers) memory.add(place, text);
    return NOTHING;
  }
  const findings: Finding[] = [];
  const context = contextOf?.(field) ?? null;
  for (const { group, evidence, variant } of found)
    keepStrongest(findings, describe(field, variant, { group, evidence, context }));
  return findings;
}

interface Read {
  group: RuleGroup;
  evidence: Evidence;
  variant: Variant;
}

/** What the detectors say of a text and of what is decoded from it. */
function evidenceIn({ field, part, text }: Text, traits: number, detectors: readonly Detector[]): readonly Read[] {
  const { location, name } = field;
  const isFile = isFileText(field, part);
  const found: Read[] = [];
  for (const variant of deriveVariants(text, traits)) {
    const input: DetectInput = { value: variant.value, traits: variant.traits, location, name, part };
    if (isFile) input.isFile = true;
    for (const { group, needs, files, detect } of detectors) {
      if (!hasAny(variant.traits, needs) || (isFile && files !== true)) continue;
      for (const evidence of detect(input)) found.push({ group, evidence, variant });
    }
  }
  return isSecret(name, part, text) ? found.map(doubt) : found;
}

/** One word in a field for a password. */
function isSecret(name: string, part: Text['part'], text: string): boolean {
  return part === 'value' && text.length <= SECRET_LENGTH_MAX && SECRET_NAME.test(name) && !/\s/.test(text);
}

function doubt(read: Read): Read {
  const { evidence } = read;
  if (evidence.confidence >= SECRET_CONFIDENCE_MIN || evidence.confidence <= SECRET_DOUBT) return read;
  return { ...read, evidence: { ...evidence, confidence: SECRET_DOUBT } };
}

function isFileText(field: Field, part: Text['part']): boolean {
  return field.isFile === true && part === 'value';
}

/** Shorter texts are not read as Base64. */
const BASE64_LENGTH_MIN = 16;

/** A path-shaped or Base64-shaped value still deserves a look; everything else without punctuation does not. */
function isPlain(traits: number, text: string): boolean {
  if (hasAny(traits, INTERESTING)) return false;
  if (hasAny(traits, TRAIT.slash | TRAIT.dot | TRAIT.colon)) return false;
  // `@@version`: two of them name a variable of a database, which no handle and no address has.
  if (hasAny(traits, TRAIT.at) && text.includes('@@')) return false;
  return text.length < BASE64_LENGTH_MIN || !hasAny(traits, TRAIT.letter);
}

interface Judged {
  group: RuleGroup;
  evidence: Evidence;
  context: FieldContext | null;
}

function describe({ location, name }: Field, variant: Variant, { group, evidence, context }: Judged): Finding {
  const [start, end] = evidence.span;
  const { rule, confidence, span, why } = evidence;
  return {
    rule,
    group,
    confidence,
    location,
    name,
    chain: variant.chain,
    span,
    sample: variant.value.slice(start, Math.min(end, start + SAMPLE_LENGTH_MAX)),
    why,
    context,
    blocks: confidence >= blockConfidence(group, context),
  };
}

/** Keeps one finding per rule and value, the most certain one. */
function keepStrongest(findings: Finding[], finding: Finding): void {
  if (finding.location === 'header' && finding.confidence < HEADER_CONFIDENCE_MIN) return;
  const known = findings.findIndex((other) => other.rule === finding.rule);
  if (known < 0) findings.push(finding);
  else if ((findings[known]?.confidence ?? 0) < finding.confidence) findings[known] = finding;
}

/** The strongest evidence decides; weaker evidence of other rules about the same value closes part of the gap. */
function combine(findings: readonly Finding[]): readonly Finding[] {
  const sorted = findings.toSorted((left, right) => right.confidence - left.confidence);
  const [strongest, ...others] = sorted;
  if (strongest === undefined || strongest.confidence >= BLOCK_CONFIDENCE || others.length === 0) return sorted;
  let doubt = 1 - strongest.confidence;
  for (const other of others) doubt *= 1 - other.confidence * WEAK_WEIGHT;
  const confidence = Math.min(COMBINED_MAX, 1 - doubt);
  const blocks = confidence >= blockConfidence(strongest.group, strongest.context);
  return [{ ...strongest, confidence, blocks, why: `${strongest.why}; more doubt by ${others[0]?.rule ?? ''}` }, ...others];
}
