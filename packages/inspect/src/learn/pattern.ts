import { foreignGroup, GROUP } from './measure.ts';

/**
 * The patterns a schema may hold: `^` classes with lengths `$`, or several of these with `|` between. They are read and
 * matched by hand: a fragment that somebody wrote can then never cost more than one pass (CWE-1333).
 */
export interface CharacterClass {
  /** ASCII, one byte a character. */
  readonly ascii: Uint8Array;
  /** Characters outside ASCII by group, and single ones. */
  readonly groups: number;
  readonly others: ReadonlySet<number>;
}
interface Run {
  readonly set: CharacterClass;
  readonly min: number;
  readonly max: number;
}
export type Pattern = readonly (readonly Run[])[];
export type PatternResult = { kind: 'pattern'; pattern: Pattern } | { kind: 'refused'; detail: string };

const PATTERN_CHARS_MAX = 1_024;
const ALTERNATIVES_MAX = 8;
const RUNS_MAX = 24;
const LENGTH_MAX = 1_048_576;

/** Reads one pattern. Two neighbouring classes must not share a character, or where one ends would be a guess. */
export function parsePattern(text: string): PatternResult {
  if (text.length > PATTERN_CHARS_MAX) return { kind: 'refused', detail: `longer than ${PATTERN_CHARS_MAX} characters` };
  const reader: Reader = { text, at: 0 };
  const alternatives: Run[][] = [];
  do {
    const runs = alternatives.length < ALTERNATIVES_MAX ? readAlternative(reader) : `more than ${ALTERNATIVES_MAX} alternatives`;
    if (typeof runs === 'string') return { kind: 'refused', detail: runs };
    alternatives.push(runs);
  } while (take(reader, '|'));
  return reader.at === text.length
    ? { kind: 'pattern', pattern: alternatives }
    : { kind: 'refused', detail: `unexpected ${JSON.stringify(text.charAt(reader.at))} at ${reader.at}` };
}

interface Reader {
  readonly text: string;
  at: number;
}

function take(reader: Reader, text: string): boolean {
  if (!reader.text.startsWith(text, reader.at)) return false;
  reader.at += text.length;
  return true;
}

function readAlternative(reader: Reader): Run[] | string {
  if (!take(reader, '^')) return 'every alternative begins with ^';
  const runs: Run[] = [];
  while (!take(reader, '$')) {
    if (runs.length >= RUNS_MAX) return `more than ${RUNS_MAX} classes`;
    const set = readClass(reader);
    if (set === null) return `not a class such as [a-z] at ${reader.at}; only ^[class]{min,max}$ can be used`;
    const before = runs.at(-1);
    if (before !== undefined && before.min !== before.max && overlaps(before.set, set))
      return 'neighbouring classes share characters';
    const lengths = readLengths(reader);
    if (lengths === null) return `not a length such as {1,20} at ${reader.at}`;
    runs.push({ set, ...lengths });
  }
  return runs;
}

function readLengths(reader: Reader): { min: number; max: number } | null {
  if (take(reader, '+')) return { min: 1, max: LENGTH_MAX };
  if (take(reader, '*')) return { min: 0, max: LENGTH_MAX };
  if (!take(reader, '{')) return { min: 1, max: 1 };
  const end = reader.text.indexOf('}', reader.at);
  const [, low, comma, high] = /^(\d{1,7})(,?)(\d{0,7})$/u.exec(reader.text.slice(reader.at, Math.max(end, reader.at))) ?? [];
  if (low === undefined) return null;
  reader.at = end + 1;
  const min = Number(low);
  const max = comma === '' ? min : high === '' ? LENGTH_MAX : Number(high);
  return max >= min && max <= LENGTH_MAX ? { min, max } : null;
}

const LETTERS = GROUP.letter;
const PROPERTIES: ReadonlyMap<string, number> = new Map([
  ['\\p{L}', LETTERS],
  ['\\p{M}', GROUP.mark],
  ['\\p{S}', GROUP.symbol],
]);

interface Building {
  ascii: Uint8Array;
  groups: number;
  others: Set<number>;
}

function readClass(reader: Reader): CharacterClass | null {
  if (!take(reader, '[')) return null;
  const made: Building = { ascii: new Uint8Array(128), groups: 0, others: new Set() };
  while (!take(reader, ']')) if (!readItem(reader, made)) return null;
  return made;
}

function readItem(reader: Reader, made: Building): boolean {
  for (const [name, group] of PROPERTIES) {
    if (!take(reader, name)) continue;
    made.groups |= group;
    if (group === LETTERS) for (const range of ['az', 'AZ']) fill(made, range.charCodeAt(0), range.charCodeAt(1));
    return true;
  }
  if (take(reader, '\\s')) {
    for (const code of [9, 10, 13, 32]) made.ascii[code] = 1;
    return true;
  }
  const first = readCharacter(reader);
  if (first === null) return false;
  const isRange = reader.text[reader.at] === '-' && reader.text[reader.at + 1] !== ']';
  if (!isRange) return fill(made, first, first);
  reader.at++;
  const last = readCharacter(reader);
  return last !== null && last >= first && last < 128 && fill(made, first, last);
}

function readCharacter(reader: Reader): number | null {
  const isEscaped = take(reader, '\\');
  const point = reader.text.codePointAt(reader.at);
  // `[` opens nothing within a class and `^` would turn it round: neither is read without an escape.
  if (point === undefined || (!isEscaped && '[]^'.includes(String.fromCodePoint(point)))) return null;
  // An escaped letter or digit has a meaning of its own in other readers (`\d`, `\w`, `\1`).
  if (isEscaped && /^[A-Za-z0-9]$/u.test(String.fromCodePoint(point))) return null;
  reader.at += point > 0xffff ? 2 : 1;
  return point;
}

function fill(made: Building, first: number, last: number): boolean {
  if (first >= 128) made.others.add(first);
  else for (let code = first; code <= last; code++) made.ascii[code] = 1;
  return true;
}

function overlaps(left: CharacterClass, right: CharacterClass): boolean {
  if ((left.groups & right.groups) !== 0) return true;
  for (let code = 0; code < 128; code++) if (left.ascii[code] === 1 && right.ascii[code] === 1) return true;
  const isIn = (points: ReadonlySet<number>, set: CharacterClass): boolean => [...points].some((point) => holds(set, point));
  return isIn(left.others, right) || isIn(right.others, left);
}

function holds(set: CharacterClass, point: number): boolean {
  if (point < 128) return set.ascii[point] === 1;
  return set.others.has(point) || (set.groups !== 0 && (set.groups & foreignGroup(point)) !== 0);
}

/** True when one alternative reads the text to its end. One pass for each alternative. */
export function matchesPattern(pattern: Pattern, text: string): boolean {
  return pattern.some((runs) => matchesRuns(runs, text));
}

function matchesRuns(runs: readonly Run[], text: string): boolean {
  let at = 0;
  for (const { set, min, max } of runs) {
    let count = 0;
    while (count < max && at < text.length) {
      const point = text.codePointAt(at) ?? 0;
      if (!holds(set, point)) break;
      at += point > 0xffff ? 2 : 1;
      count++;
    }
    if (count < min) return false;
  }
  return at === text.length;
}

/** A character as it is written within a class. */
export function classCharacter(character: string): string {
  return /^[A-Za-z0-9 ]$/u.test(character) || (character.codePointAt(0) ?? 0) >= 128 ? character : `\\${character}`;
}
