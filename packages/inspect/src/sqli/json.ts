import type { Evidence } from '../types.ts';
import { evidence } from './boolean.ts';
import { isComplete, isSolid, isWord, kindAt, readOperand } from './grammar.ts';
import type { Reading } from './quoted.ts';
import { KIND } from './tokens.ts';

/** Characters of a document's literal that are looked at. */
const DOCUMENT_START = /^['"]\s{0,4}[{[]/;

/**
 * `'{"a":1}' @> '{}'`, `'[1]'::jsonb || '2'`: JSON operators of PostgreSQL, MySQL and SQLite between literals. They make a condition
 * out of signs that filters written for older SQL do not know (CWE-89).
 */
export function judgeJson(reading: Reading, at: number): Evidence | undefined {
  const { tokens, value } = reading;
  if (kindAt(tokens, at) !== KIND.string) return undefined;
  const start = tokens.starts[at] ?? 0;
  if (!DOCUMENT_START.test(value.slice(start, start + 8))) return undefined;
  const operator = kindAt(tokens, at + 1);
  const joins = operator === KIND.operator || operator === KIND.compare || operator === KIND.logic;
  if (!joins) return undefined;
  const right = readOperand(tokens, at + 2);
  const isArray = right.shape === 'literal' && isWord(tokens, at + 2, 'array');
  if (!isSolid(right.shape) || (kindAt(tokens, at + 2) !== KIND.string && !isArray)) return undefined;
  const goesOn = isComplete(tokens, right.end) || kindAt(tokens, right.end) === KIND.compare;
  if (!goesOn) return undefined;
  return evidence(tokens, {
    at,
    end: right.end,
    confidence: 0.91,
    why: 'a JSON operator joins two documents written as literals',
  });
}
