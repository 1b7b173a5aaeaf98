/** What a pattern says, before it is made into a machine. */
export type PatternNode =
  | { readonly kind: 'set'; readonly source: string }
  | { readonly kind: 'begin' }
  | { readonly kind: 'end' }
  | { readonly kind: 'all'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'any'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly item: PatternNode; readonly min: number; readonly max: number };

const GROUP_DEPTH_MAX = 16;
const TIMES_MAX = 1000;

/** Thrown within the reader only, and caught by {@link readPattern}. */
class PatternFault extends Error {}

interface Reader {
  readonly text: string;
  at: number;
  depth: number;
}

export type PatternReading =
  | { readonly kind: 'read'; readonly tree: PatternNode }
  | { readonly kind: 'refused'; readonly detail: string };

/** Reads the part of the pattern language of ECMA-262 that can be matched in one pass: no look-around, no references back. */
export function readPattern(text: string): PatternReading {
  const reader: Reader = { text, at: 0, depth: 0 };
  try {
    const tree = readAlternatives(reader);
    if (reader.at < text.length) throw new PatternFault(`unexpected ${JSON.stringify(text.charAt(reader.at))} at ${reader.at}`);
    return { kind: 'read', tree };
  } catch (error) {
    if (error instanceof PatternFault) return { kind: 'refused', detail: error.message };
    throw error;
  }
}

function readAlternatives(reader: Reader): PatternNode {
  const items = [readSequence(reader)];
  while (reader.text[reader.at] === '|') {
    reader.at += 1;
    items.push(readSequence(reader));
  }
  return items.length === 1 ? items[0]! : { kind: 'any', items };
}

function readSequence(reader: Reader): PatternNode {
  const items: PatternNode[] = [];
  for (let next = reader.text[reader.at]; next !== undefined && next !== '|' && next !== ')'; next = reader.text[reader.at])
    items.push(readTimes(reader, readAtom(reader)));
  return { kind: 'all', items };
}

function readTimes(reader: Reader, item: PatternNode): PatternNode {
  const [written, min, max] = timesAt(reader.text, reader.at);
  if (written === 0) return item;
  if (item.kind === 'begin' || item.kind === 'end') throw new PatternFault(`nothing to repeat at ${reader.at}`);
  reader.at += written;
  // A lazy quantifier finds another match, never another answer to whether there is one.
  if (reader.text[reader.at] === '?') reader.at += 1;
  return { kind: 'repeat', item, min, max };
}

const SIGNS: ReadonlyMap<string, readonly [written: number, min: number, max: number]> = new Map([
  ['*', [1, 0, Infinity]],
  ['+', [1, 1, Infinity]],
  ['?', [1, 0, 1]],
]);
const ONCE = [0, 1, 1] as const;

function timesAt(text: string, at: number): readonly [written: number, min: number, max: number] {
  if (text[at] !== '{') return SIGNS.get(text.charAt(at)) ?? ONCE;
  const [whole = '', low = '', comma = '', high = ''] = /^\{(\d{1,5})(,?)(\d{0,5})\}/u.exec(text.slice(at, at + 16)) ?? [];
  if (whole === '') throw new PatternFault(`not a number of times at ${at}`);
  const min = Number(low);
  const last = high === '' ? Infinity : Number(high);
  const max = comma === '' ? min : last;
  if (min > max || min > TIMES_MAX || (max > TIMES_MAX && max !== Infinity))
    throw new PatternFault(`more than ${TIMES_MAX} times at ${at}`);
  return [whole.length, min, max];
}

function readAtom(reader: Reader): PatternNode {
  const { text } = reader;
  const sign = text.charAt(reader.at);
  if (sign === '(') return readGroup(reader);
  if (sign === '[') return takeSet(reader, endOfClass(text, reader.at));
  if (sign === '\\') return takeSet(reader, endOfEscape(text, reader.at));
  if ('*+?{'.includes(sign)) throw new PatternFault(`nothing to repeat at ${reader.at}`);
  if (sign === '^' || sign === '$') {
    reader.at += 1;
    return { kind: sign === '^' ? 'begin' : 'end' };
  }
  return takeSet(reader, reader.at + ((text.codePointAt(reader.at) ?? 0) > 0xffff ? 2 : 1));
}

function takeSet(reader: Reader, end: number): PatternNode {
  const source = reader.text.slice(reader.at, end);
  reader.at = end;
  return { kind: 'set', source };
}

function readGroup(reader: Reader): PatternNode {
  const [opening = '('] = /^\((?:\?:|\?<[A-Za-z_]\w{0,63}>)?/u.exec(reader.text.slice(reader.at, reader.at + 80)) ?? [];
  if (opening === '(' && reader.text[reader.at + 1] === '?') throw new PatternFault(`look-around at ${reader.at} is not read`);
  reader.depth += 1;
  if (reader.depth > GROUP_DEPTH_MAX) throw new PatternFault(`more than ${GROUP_DEPTH_MAX} groups within each other`);
  reader.at += opening.length;
  const inner = readAlternatives(reader);
  if (reader.text[reader.at] !== ')') throw new PatternFault('a group is not closed');
  reader.at += 1;
  reader.depth -= 1;
  return inner;
}

function endOfClass(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === ']') return at + 1;
  }
  throw new PatternFault('a class is not closed');
}

const LONG_ESCAPES = /^\\(?:u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|[pP]\{[\w=]{1,64}\})/u;

function endOfEscape(text: string, start: number): number {
  const [long] = LONG_ESCAPES.exec(text.slice(start, start + 80)) ?? [];
  if (long !== undefined) return start + long.length;
  const sign = text[start + 1];
  if (sign === undefined) throw new PatternFault('ends with a backslash');
  if (/[1-9k]/u.test(sign)) throw new PatternFault(`a reference back at ${start} is not read`);
  if (sign === 'b' || sign === 'B') throw new PatternFault(`a word boundary at ${start} is not read`);
  return start + 2;
}
