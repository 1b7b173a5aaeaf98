import { COMPARISONS_MAX, PATTERN_DEPTH_MAX, PatternFault, SET_MAX, STEPS_MAX } from './fault.ts';
import { isHashOf, literalOf } from './literal.ts';
import type { Reader } from './reader.ts';
import { TEXT_TESTS, type Comparison, type Literal, type ObjectPath, type Order, type PropertyTest, type Step } from './tree.ts';

/** How a pattern is read: `strict` also holds it to what the specification says beyond the grammar. */
export interface Reading {
  readonly isStrict: boolean;
  comparisons: number;
  observations: number;
}

/** Alike parts of one kind are one list: `(a AND b) AND c` is `a AND b AND c`. */
export function joined<T extends { readonly kind: string }>(kind: 'and' | 'or' | 'followed-by', parts: readonly T[]): T {
  const flat = parts.flatMap((part) => (part.kind === kind && 'parts' in part ? (part.parts as readonly T[]) : [part]));
  const [only] = flat;
  // A list of this kind is a member of every union that this is called for.
  return flat.length === 1 && only !== undefined ? only : ({ kind, parts: flat } as unknown as T);
}

export function readComparison(reader: Reader, reading: Reading, depth = 0): Comparison {
  const parts = [readAnd(reader, reading, depth)];
  while (reader.accept('OR')) parts.push(readAnd(reader, reading, depth));
  return joined('or', parts);
}

function readAnd(reader: Reader, reading: Reading, depth: number): Comparison {
  const parts = [readOne(reader, reading, depth)];
  while (reader.accept('AND')) parts.push(readOne(reader, reading, depth));
  return joined('and', parts);
}

function readOne(reader: Reader, reading: Reading, depth: number): Comparison {
  if (depth > PATTERN_DEPTH_MAX) throw new PatternFault('limit', reader.offset, 'nested too deep');
  if (reader.accept('(')) {
    const inner = readComparison(reader, reading, depth + 1);
    reader.expect(')');
    return inner;
  }
  reading.comparisons += 1;
  if (reading.comparisons > COMPARISONS_MAX) throw new PatternFault('limit', reader.offset, 'too many comparisons');
  const isNegated = reader.accept('NOT');
  if (isNegated && !reader.isAt('EXISTS')) throw reader.fault("'EXISTS'");
  if (reader.accept('EXISTS')) return { kind: 'exists', path: readPath(reader), isNegated };
  return readTest(reader, reading);
}

function readTest(reader: Reader, reading: Reading): PropertyTest {
  const path = readPath(reader);
  const isNegated = reader.accept('NOT');
  const { offset } = reader;
  const operator = reader.next('a comparison operator').text;
  if (operator === 'IN') {
    const set = readSet(reader);
    for (const literal of set) checkHash({ path, literal, offset }, reading);
    return { kind: 'in', path, isNegated, set };
  }
  const text = TEXT_TESTS.find((name) => name === operator);
  if (text !== undefined) return { kind: 'text', path, isNegated, operator: text, to: reader.take(['string'], 'a string').text };
  const order = ORDER_SIGNS.get(operator);
  if (order === undefined) throw new PatternFault('syntax', offset, `a comparison operator expected, '${operator}' found`);
  const to = readLiteral(reader);
  if (order !== '=' && order !== '!=' && to.kind === 'boolean')
    throw new PatternFault('syntax', offset, 'booleans have no order');
  checkHash({ path, literal: to, offset }, reading);
  return { kind: 'compare', path, isNegated, operator: order, to };
}

const ORDER_SIGNS = new Map<string, Order>([
  ['=', '='],
  ['==', '='],
  ['!=', '!='],
  ['<>', '!='],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
]);

function readLiteral(reader: Reader): Literal {
  const token = reader.peek();
  const literal = token === null ? null : literalOf(token);
  if (literal === null) throw reader.fault('a constant');
  reader.next('a constant');
  return literal;
}

function readSet(reader: Reader): readonly Literal[] {
  const { offset } = reader;
  reader.expect('(');
  const set: Literal[] = [];
  if (reader.accept(')')) return set;
  do {
    set.push(readLiteral(reader));
    if (set.length > SET_MAX) throw new PatternFault('limit', reader.offset, `more than ${SET_MAX} values`);
  } while (reader.accept(','));
  reader.expect(')');
  if (new Set(set.map((literal) => literal.kind)).size > 1)
    throw new PatternFault('rule', offset, 'the values of a set are of one type');
  return set;
}

function readPath(reader: Reader): ObjectPath {
  const type = reader.take(['word', 'hyphenated'], 'the type of an object').text;
  reader.expect(':');
  const steps: Step[] = [{ key: readKey(reader) }];
  for (;;) {
    if (steps.length > STEPS_MAX) throw new PatternFault('limit', reader.offset, `a path of more than ${STEPS_MAX} steps`);
    if (reader.accept('.')) steps.push({ key: readKey(reader) });
    else if (reader.accept('[')) {
      steps.push(reader.accept('*') ? { every: true } : { index: readIndex(reader) });
      reader.expect(']');
    } else return { type, steps };
  }
}

function readKey(reader: Reader): string {
  return reader.take(['word', 'string'], 'a property').text;
}

function readIndex(reader: Reader): number {
  const index = Number(reader.take(['integer'], "a number or '*'").text);
  return index === 0 ? 0 : index;
}

function checkHash(
  of: { readonly path: ObjectPath; readonly literal: Literal; readonly offset: number },
  reading: Reading,
): void {
  const { path, literal, offset } = of;
  const last = path.steps.at(-1);
  const before = path.steps.at(-2);
  if (!reading.isStrict || literal.kind !== 'string' || last === undefined || before === undefined) return;
  if (!('key' in last) || !('key' in before) || before.key !== 'hashes') return;
  if (!isHashOf(last.key, literal.value)) throw new PatternFault('rule', offset, `the value is no ${last.key} hash`);
}
