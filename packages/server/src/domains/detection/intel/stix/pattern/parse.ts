import { OBSERVATIONS_MAX, PATTERN_DEPTH_MAX, PatternFault, REPEATS_MAX } from './fault.ts';
import { numberOf } from './literal.ts';
import { joined, readComparison, type Reading } from './parse-comparison.ts';
import { Reader } from './reader.ts';
import type { Comparison, Pattern, Qualified } from './tree.ts';

export interface ParseOptions {
  /** Default true. False = what the grammar allows, as other matchers take it. */
  readonly isStrict?: boolean;
}

/**
 * Reads a STIX 2.1 pattern (§9). Throws {@link PatternFault} with the place; nothing else, whatever the text.
 *
 * @example parsePattern("[ipv4-addr:value = '203.0.113.7'] REPEATS 3 TIMES WITHIN 60 SECONDS")
 */
export function parsePattern(text: string, { isStrict = true }: ParseOptions = {}): Pattern {
  const reader = new Reader(text);
  const pattern = readFollowed(reader, { isStrict, comparisons: 0, observations: 0 }, 0);
  if (reader.peek() !== null) throw reader.fault('the end');
  return pattern;
}

/** Reads what may stand in the brackets of a pattern, alone: conditions of CACAO playbooks are written so. */
export function parseComparison(text: string, { isStrict = true }: ParseOptions = {}): Comparison {
  const reader = new Reader(text);
  const comparison = readComparison(reader, { isStrict, comparisons: 0, observations: 0 });
  if (reader.peek() !== null) throw reader.fault('the end');
  return comparison;
}

function readFollowed(reader: Reader, reading: Reading, depth: number): Pattern {
  const parts = [readOr(reader, reading, depth)];
  while (reader.accept('FOLLOWEDBY')) parts.push(readOr(reader, reading, depth));
  return joined('followed-by', parts);
}

function readOr(reader: Reader, reading: Reading, depth: number): Pattern {
  const parts = [readAnd(reader, reading, depth)];
  while (reader.accept('OR')) parts.push(readAnd(reader, reading, depth));
  return joined('or', parts);
}

function readAnd(reader: Reader, reading: Reading, depth: number): Pattern {
  const parts = [readQualified(reader, reading, depth)];
  while (reader.accept('AND')) parts.push(readQualified(reader, reading, depth));
  return joined('and', parts);
}

function readQualified(reader: Reader, reading: Reading, depth: number): Pattern {
  if (depth > PATTERN_DEPTH_MAX) throw new PatternFault('limit', reader.offset, 'nested too deep');
  const isGroup = reader.accept('(');
  let pattern = isGroup ? readFollowed(reader, reading, depth + 1) : readObservation(reader, reading);
  if (isGroup) reader.expect(')');
  const seen = new Set<string>();
  for (let count = 0; ; count += 1) {
    const { offset } = reader;
    const qualified = readQualifier(reader, pattern);
    if (qualified === null) return pattern;
    if (count > PATTERN_DEPTH_MAX) throw new PatternFault('limit', offset, 'too many qualifiers');
    // §9.5: of each kind one; a group in parentheses may be qualified again.
    if (reading.isStrict && !isGroup && seen.has(qualified.kind))
      throw new PatternFault('rule', offset, 'the same qualifier twice');
    seen.add(qualified.kind);
    pattern = qualified;
  }
}

function readObservation(reader: Reader, reading: Reading): Pattern {
  reader.expect('[');
  reading.observations += 1;
  if (reading.observations > OBSERVATIONS_MAX) throw new PatternFault('limit', reader.offset, 'too many observations');
  const that = readComparison(reader, reading);
  reader.expect(']');
  return { kind: 'observe', that };
}

function readQualifier(reader: Reader, part: Pattern): Qualified | null {
  if (reader.accept('WITHIN')) {
    const token = reader.take(['integer', 'float'], 'a number of seconds');
    const seconds = numberOf(token);
    if (seconds <= 0) throw new PatternFault('rule', token.offset, 'WITHIN takes more than no time');
    reader.expect('SECONDS');
    return { kind: 'within', part, seconds };
  }
  if (reader.accept('REPEATS')) {
    const token = reader.take(['integer'], 'how many times');
    const times = numberOf(token);
    if (times < 1) throw new PatternFault('rule', token.offset, 'REPEATS takes at least one time');
    if (times > REPEATS_MAX) throw new PatternFault('limit', token.offset, `more than ${REPEATS_MAX} times`);
    reader.expect('TIMES');
    return { kind: 'repeats', part, times };
  }
  if (!reader.accept('START')) return null;
  const start = reader.take(['time'], "a time, t'…'").text;
  reader.expect('STOP');
  return { kind: 'between', part, start, stop: reader.take(['time'], "a time, t'…'").text };
}
