/** A set of UTF-16 code units as sorted, disjoint, inclusive ranges. */
export type CharSet = readonly (readonly [number, number])[];

export const LAST_UNIT = 0xffff;
export const ANY: CharSet = [[0, LAST_UNIT]];

export function union(...sets: readonly CharSet[]): CharSet {
  const ranges = sets.flat().toSorted((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of ranges) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

export function negate(set: CharSet): CharSet {
  const gaps: [number, number][] = [];
  let next = 0;
  for (const [from, to] of union(set)) {
    if (from > next) gaps.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= LAST_UNIT) gaps.push([next, LAST_UNIT]);
  return gaps;
}

export function has(set: CharSet, unit: number): boolean {
  return set.some(([from, to]) => unit >= from && unit <= to);
}

export function single(unit: number): CharSet {
  return [[unit, unit]];
}

/** Adds the other case of every member. */
export function foldCase(set: CharSet): CharSet {
  const extra: [number, number][] = [];
  for (const [from, to] of set) {
    for (let unit = from; unit <= to; unit += 1) {
      const text = String.fromCharCode(unit);
      for (const other of [text.toLowerCase(), text.toUpperCase()]) {
        if (other.length === 1 && other !== text) extra.push([other.charCodeAt(0), other.charCodeAt(0)]);
      }
    }
  }
  return union(set, extra);
}

const DIGIT: CharSet = [[48, 57]];
/** PCRE without UCP: word characters are ASCII. */
export const WORD: CharSet = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
const SPACE: CharSet = [
  [9, 13],
  [32, 32],
];
const HORIZONTAL: CharSet = [
  [9, 9],
  [32, 32],
  [160, 160],
];
const VERTICAL: CharSet = [[10, 13]];
export const NEWLINE: CharSet = [[10, 10]];

/** `\d`, `\w`, `\s` and their like. */
export const ESCAPED_SETS: ReadonlyMap<string, CharSet> = new Map<string, CharSet>([
  ['d', DIGIT],
  ['D', negate(DIGIT)],
  ['w', WORD],
  ['W', negate(WORD)],
  ['s', SPACE],
  ['S', negate(SPACE)],
  ['h', HORIZONTAL],
  ['H', negate(HORIZONTAL)],
  ['v', VERTICAL],
  ['V', negate(VERTICAL)],
  ['N', negate(NEWLINE)],
]);

const PUNCTUATION: CharSet = [
  [33, 47],
  [58, 64],
  [91, 96],
  [123, 126],
];
const ALPHA: CharSet = [
  [65, 90],
  [97, 122],
];

/** `[:alpha:]` and its like. */
export const NAMED_SETS: ReadonlyMap<string, CharSet> = new Map<string, CharSet>([
  ['alpha', ALPHA],
  ['digit', DIGIT],
  ['alnum', union(ALPHA, DIGIT)],
  ['upper', [[65, 90]]],
  ['lower', [[97, 122]]],
  ['space', SPACE],
  [
    'blank',
    [
      [9, 9],
      [32, 32],
    ],
  ],
  ['punct', PUNCTUATION],
  [
    'xdigit',
    [
      [48, 57],
      [65, 70],
      [97, 102],
    ],
  ],
  ['word', WORD],
  [
    'cntrl',
    [
      [0, 31],
      [127, 127],
    ],
  ],
  ['print', [[32, 126]]],
  ['graph', [[33, 126]]],
  ['ascii', [[0, 127]]],
]);
