import { hasAny, scanTraits, TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence } from '../types.ts';
import { judgeComparedLiteral, judgeCondition, judgeGluedOperator } from './boolean.ts';
import { judgeCall, judgeClause, judgeCutExpression, judgeTruncation } from './clause.ts';
import { isWord, kindAt, textAt } from './grammar.ts';
import { joinPieces } from './joined.ts';
import { judgeJson } from './json.ts';
import { judgeProbe } from './probe.ts';
import type { Reading } from './quoted.ts';
import { judgeSubquery, judgeUnion } from './select.ts';
import { judgeStatement } from './statement.ts';
import { tokenizeSql } from './tokenize.ts';
import { KIND, type QuoteContext, type SqlTokens } from './tokens.ts';
import { JUDGED_WORDS } from './words.ts';

type Judge = (reading: Reading, at: number) => Evidence | undefined;

const WHOLE_JUDGES: readonly ((reading: Reading) => Evidence | undefined)[] = [
  judgeGluedOperator,
  judgeTruncation,
  judgeCutExpression,
  (reading) => judgeComparedLiteral(reading, 0),
  judgeProbe,
];
const JUDGES: readonly Judge[] = [judgeCondition, judgeUnion, judgeSubquery, judgeClause, judgeCall];
const FAINT = 0.3;
/** Evidence kept per value; one is enough to block, a few are enough to explain. */
const EVIDENCE_MAX = 8;
/** Tokens at the start among which a JSON document is looked for. */
const DOCUMENT_TOKENS_MAX = 4;
/** Up to this length a quote or a parenthesis is reason enough to look. */
const SHORT_CHARS_MAX = 256;
/** From this confidence on, more evidence of the same kind adds nothing. */
const CERTAIN = 0.95;
/** From this confidence on a value needs no other way of reading. */
const BLOCKING = 0.9;
/**
 * Operators, calls and words of clauses that are asked about in all readings of a value: scripts of a database have one for 17 characters
 * in each reading, everything else fewer. A value with more is refused: what stands behind them would not be read (CWE-400).
 */
const CANDIDATES_FREE = 32_768;
const CANDIDATE_CHARS = 6;
const TOO_MANY = 'more operators and calls than any text holds, so that not all of them are read';
const OTHER_SIGNS = /--|@@|\|\||&&|\/\*|::|\w\s{0,4}\($|<=>|%.%.%/;
/** Without one of these a value holds no operator, literal end or statement end, so no word in it can be SQL that matters. */
const CODE = TRAIT.quote | TRAIT.doubleQuote | TRAIT.paren | TRAIT.operator | TRAIT.comment | TRAIT.semicolon | TRAIT.backtick;
/** Linear: one alternation of fixed words, no repetition. */
const WORDS =
  /\b(?:x?or|and|union|select|having|where|order|group|insert|update|delete|drop|alter|create|truncate|exec|execute|shutdown|declare|begin|call|waitfor|grant|load|copy|attach|handler|into|procedure|case|like|rlike|regexp|between|sleep|benchmark|div|eqv|imp|sounds|in boolean|i?if|do|set|merge|prepare|backup|reconfigure|from|match|glob|mod|is)/i;
const CALL_WORDS =
  /(?:_sleep|sleep|benchmark|randomblob|load_file|extractvalue|updatexml|xmltype|ch(?:a)?r|concat|elt|exp|make_set|json_keys|dbms_|utl_|ctxsys|xp_|user|version|database|ascii|ord|substr\w*|mid)\s{0,4}[.(]|@@|_lock\.|xp_/i;

/**
 * Reads a value as SQL in up to three quote contexts and reports the shapes that would change a statement's meaning.
 * Keywords alone never count: an operand, an operator and an end have to parse (CWE-89).
 */
export function detectSqli(input: DetectInput): readonly Evidence[] {
  const { value, traits } = input;
  const hasWords = WORDS.test(value) || CALL_WORDS.test(value);
  const canBreak =
    hasAny(traits, TRAIT.quote | TRAIT.doubleQuote) && hasAny(traits, TRAIT.comment | TRAIT.operator | TRAIT.equals | TRAIT.pipe);
  const isShort = value.length <= SHORT_CHARS_MAX && hasAny(traits, TRAIT.quote | TRAIT.doubleQuote | TRAIT.paren);
  if (!hasWords && !canBreak && !isShort && !OTHER_SIGNS.test(value)) return [];
  const found: Evidence[] = [];
  readAll(value, traits, found);
  if (found.some(({ confidence }) => confidence >= BLOCKING)) return found;
  const joined = hasAny(traits, TRAIT.percent | TRAIT.slash) ? joinPieces(value) : undefined;
  if (joined === undefined) return found;
  const inJoined: Evidence[] = [];
  readAll(joined, scanTraits(joined), inJoined);
  // Offsets in the joined text mean nothing in the value: the whole of it is shown.
  for (const item of inJoined) found.push({ ...item, span: [0, value.length], why: `${item.why}, in pieces` });
  return found;
}

function readAll(value: string, traits: number, found: Evidence[]): void {
  const budget = { candidates: CANDIDATES_FREE + Math.floor(value.length / CANDIDATE_CHARS) };
  read(value, 'bare', { found, budget });
  if (hasAny(traits, TRAIT.quote)) read(value, 'single', { found, budget });
  if (hasAny(traits, TRAIT.doubleQuote)) read(value, 'double', { found, budget });
  if (hasAny(traits, TRAIT.backtick) && isOddBacktick(value)) read(value, 'backtick', { found, budget });
}

/** What has been found in a value, and how many places may still be asked about in all readings of it. */
interface Search {
  found: Evidence[];
  budget: { candidates: number };
}

/** A backtick that closes the application's quoted name leaves one without a partner; code in a text has pairs. */
function isOddBacktick(value: string): boolean {
  let count = 0;
  for (let at = value.indexOf('`'); at >= 0; at = value.indexOf('`', at + 1)) count++;
  return count % 2 === 1;
}

function read(value: string, context: QuoteContext, search: Search): void {
  const { found, budget } = search;
  if (budget.candidates < 0) return;
  const before = found.length;
  const tokens = tokenizeSql(value, context);
  judge({ tokens, context, value }, search);
  if (!tokens.hasDeepComments || budget.candidates < 0) return;
  if (found.slice(before).some(({ confidence }) => confidence >= BLOCKING)) return;
  judge({ tokens: tokenizeSql(value, context, 'deep'), context, value }, search);
}

function judge(reading: Reading, { found, budget }: Search): void {
  const { tokens, value } = reading;
  for (const judgeWhole of WHOLE_JUDGES) keep(found, judgeWhole(reading));
  for (let at = 0; at < DOCUMENT_TOKENS_MAX; at++) keep(found, judgeJson(reading, at));
  for (let at = 0; at < tokens.count; at++) {
    if (isQuiet(tokens, at)) continue;
    if (--budget.candidates < 0) {
      keep(found, { rule: 'sqli.boolean', confidence: CERTAIN, span: [0, value.length], why: TOO_MANY });
      return;
    }
    if (at <= 1 || tokens.kinds[at - 1] === KIND.semicolon) keep(found, judgeStatement(reading, at));
    judgeAt(reading, at, found);
    if ((found.at(-1)?.confidence ?? 0) >= CERTAIN) return;
  }
}

/** Asks those who know the kind of token. */
function judgeAt(reading: Reading, at: number, found: Evidence[]): void {
  switch (kindAt(reading.tokens, at)) {
    case KIND.logic:
    case KIND.operator:
      keep(found, judgeCondition(reading, at));
      return;
    case KIND.variable:
      keep(found, judgeCall(reading, at));
      return;
    case KIND.compare:
      keep(found, judgeCondition(reading, at));
      keep(found, judgeClause(reading, at));
      return;
    case KIND.word:
      // What is no word of a clause may still be called.
      if (reading.tokens.isOrdinary(at)) keep(found, judgeCall(reading, at));
      else for (const judgeWord of JUDGES) keep(found, judgeWord(reading, at));
      return;
    default:
      return;
  }
}

/** Tokens at which nothing begins, and so nothing is asked. */
function isQuiet(tokens: SqlTokens, at: number): boolean {
  const kind = kindAt(tokens, at);
  if (kind === KIND.number || kind === KIND.string || kind === KIND.comma || kind === KIND.other) return true;
  // A statement may begin here, in parentheses or without.
  if (at <= 1 || kindAt(tokens, at - 1) === KIND.semicolon) return false;
  switch (kind) {
    case KIND.word:
      return isQuietWord(tokens, at);
    case KIND.operator:
      return !isWord(tokens, at, '&') && !isWord(tokens, at, '|');
    case KIND.compare:
      return !JUDGED_WORDS.has(textAt(tokens, at));
    case KIND.logic:
    case KIND.variable:
      return false;
    default:
      return true;
  }
}

/** Most words of a text begin nothing: no clause, no call, no name of a catalogue. The judges need not be asked. */
function isQuietWord(tokens: SqlTokens, at: number): boolean {
  if (kindAt(tokens, at + 1) === KIND.open && !tokens.isUnknown(at)) return false;
  return tokens.isOrdinary(at) && !isWord(tokens, at - 1, 'from');
}

function keep(found: Evidence[], evidence: Evidence | undefined): void {
  // Faint evidence is dropped at once: it could only ever add noise to the sum.
  if (evidence === undefined || evidence.confidence < FAINT) return;
  // Weak evidence in numbers must not keep the strong from being found behind it.
  if (found.length < EVIDENCE_MAX) found.push(evidence);
  else if (evidence.confidence >= BLOCKING) found[EVIDENCE_MAX - 1] = evidence;
}

export const sqli: Detector = {
  group: 'sqli',
  needs: CODE | TRAIT.space | TRAIT.control | TRAIT.lineBreak | TRAIT.nonAscii | TRAIT.at | TRAIT.colon,
  detect: detectSqli,
};
