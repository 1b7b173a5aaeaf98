import { wordsBefore } from '../prose.ts';
import { hasAny, TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence, Location } from '../types.ts';
import { operatorAt, QUERY_OPERATORS } from './operators.ts';
import { judgeCommand } from './command.ts';
import { judgeScript } from './script.ts';

const CERTAIN = 0.96;
const LIKELY = 0.93;
const DOUBT = 0.5;
/** From this many words before it on, an operator is a sample in somebody's text. */
const PROSE_WORDS_MIN = 4;
const PLACES_MAX = 64;
const PROGRAM_CHARS_MAX = 64;

/** `}, { name: 1 }`, `' } ], $comment: '`: brackets close that the value never opened, and a key follows. */
const BREAK_OUT =
  /^[^{}[\]\s:]{0,64}["']?\s{0,4}(?:\}\s{0,4}\]?|\]\s{0,4}\})\s{0,4},\s{0,4}\{?\s{0,4}["']?[\w$]{1,64}["']?\s{0,4}:/;

/** Reads names and values as a document database would: operators, JavaScript, calls of its shell (CWE-943). */
export function detectNosql(input: DetectInput): readonly Evidence[] {
  const { value, traits, part, location } = input;
  const found: Evidence[] = [];
  const breakOut = part === 'value' && hasAny(traits, TRAIT.brace) ? BREAK_OUT.exec(value) : null;
  if (breakOut !== null) {
    const span = [0, breakOut[0].length] as const;
    found.push({ rule: 'nosql.query', confidence: LIKELY, span, why: 'the value ends an object and goes on with another' });
  }
  if (hasAny(traits, TRAIT.dollar)) {
    const operator = part === 'name' ? judgeName(value, location) : judgeQuery(value);
    if (operator !== undefined) found.push(operator);
  }
  if (part === 'name' && location === 'json') return found;
  const script = judgeScript(value, traits);
  if (script !== undefined) found.push(script);
  const command = hasAny(traits, TRAIT.lineBreak) ? judgeCommand(value) : undefined;
  if (command !== undefined) found.push(command);
  return found;
}

/** `user[$ne]`, `filter.$or.0`, `$where`: an operator that fills a whole step of the path. */
function judgeName(name: string, location: Location): Evidence | undefined {
  let places = 0;
  for (let at = name.indexOf('$'); at >= 0 && places < PLACES_MAX; at = name.indexOf('$', at + 1), places++) {
    const operator = operatorAt(name, at);
    if (operator === undefined) continue;
    const before = name.charAt(at - 1);
    const after = name.charAt(at + operator.length);
    const isStep = (before === '' || '.[{"\''.includes(before)) && (after === '' || '.[]}"\':'.includes(after));
    if (!isStep) continue;
    const confidence = rateName(operator, before, location);
    if (confidence > 0) return operatorEvidence('nosql.operator', confidence, [at, at + operator.length]);
  }
  return undefined;
}

function rateName(operator: string, before: string, location: Location): number {
  if (QUERY_OPERATORS.has(operator)) return CERTAIN;
  // Brackets are how a form or query parser is made to build an object; programs that track events send JSON.
  return before === '[' && location !== 'json' ? LIKELY : 0;
}

/** `{"$gt":""}`, `', $or: [{}, {'a':'a`, `[$ne]=1`: an operator in the place of a key. */
function judgeQuery(value: string): Evidence | undefined {
  let best: Evidence | undefined;
  let places = 0;
  for (let at = value.indexOf('$'); at >= 0 && places < PLACES_MAX; at = value.indexOf('$', at + 1)) {
    const operator = operatorAt(value, at);
    if (operator === undefined) continue;
    places++;
    const confidence = rateQuery(value, at, operator);
    if (confidence > (best?.confidence ?? 0)) best = operatorEvidence('nosql.query', confidence, [at, at + operator.length]);
  }
  return best;
}

function rateQuery(value: string, at: number, operator: string): number {
  if (!QUERY_OPERATORS.has(operator)) return 0;
  const before = value.slice(Math.max(0, at - 16), at);
  const after = value.slice(at + operator.length, at + operator.length + 24);
  const isBracketed = before.endsWith('[') && /^\]\s{0,4}(?:=|\[)/.test(after);
  const isKey = /(?:[{,;]|^)\s{0,8}["']?$/.test(before) && /^["']?\s{0,8}:\s{0,8}(?!\s|[A-Z!])/.test(after);
  if (!isBracketed && !isKey) return 0;
  // A program assigns or passes such a document; what is injected is the document, or leaves one.
  const isProgram =
    /[=();](?!\s{0,4}["'])/.test(value.slice(Math.max(0, at - PROGRAM_CHARS_MAX), at)) && !/^\s{0,4}["'\d]/.test(value);
  return isProgram || wordsBefore(value, at) >= PROSE_WORDS_MIN ? DOUBT : LIKELY;
}

function operatorEvidence(rule: string, confidence: number, span: readonly [number, number]): Evidence {
  return { rule, confidence, span, why: 'an operator of a document database stands where a key belongs' };
}

export const nosql: Detector = {
  group: 'nosql',
  needs:
    TRAIT.dollar |
    TRAIT.quote |
    TRAIT.doubleQuote |
    TRAIT.paren |
    TRAIT.lineBreak |
    TRAIT.brace |
    TRAIT.pipe |
    TRAIT.ampersand |
    TRAIT.semicolon,
  detect: detectNosql,
};
