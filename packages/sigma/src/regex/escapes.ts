import type { DiagnosticCode } from '../diagnostic.ts';
import type { RegexFlags } from '../value/value.ts';
import { ESCAPED_SETS, foldCase, NAMED_SETS, negate, single, union, type CharSet } from './char-set.ts';

export type Assertion = 'text-start' | 'text-end' | 'text-end-or-newline' | 'line-start' | 'line-end' | 'word' | 'not-word';

/** Why a regular expression is not used. */
export class RegexError extends Error {
  readonly code: Extract<DiagnosticCode, `regex-${string}`>;

  constructor(code: Extract<DiagnosticCode, `regex-${string}`>, message: string) {
    super(message);
    this.code = code;
  }
}

export interface Cursor {
  readonly source: string;
  index: number;
}

export type Escape =
  | { readonly kind: 'unit'; readonly unit: number }
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'assert'; readonly what: Assertion };

const CONTROLS = new Map([
  ['t', 9],
  ['n', 10],
  ['r', 13],
  ['f', 12],
  ['a', 7],
  ['e', 27],
]);

const ASSERTIONS = new Map<string, Assertion>([
  ['b', 'word'],
  ['B', 'not-word'],
  ['A', 'text-start'],
  ['z', 'text-end'],
  ['Z', 'text-end-or-newline'],
]);

/** What follows a backslash; the cursor stands behind the backslash. */
export function readEscape(cursor: Cursor, inClass: boolean): Escape {
  const char = cursor.source[cursor.index];
  if (char === undefined) throw new RegexError('regex-invalid', 'a backslash at the end');
  cursor.index += 1;
  const set = ESCAPED_SETS.get(char);
  if (set !== undefined && !(inClass && char === 'N')) return { kind: 'set', set };
  const control = CONTROLS.get(char);
  if (control !== undefined) return { kind: 'unit', unit: control };
  if (inClass && char === 'b') return { kind: 'unit', unit: 8 };
  const assertion = inClass ? undefined : ASSERTIONS.get(char);
  if (assertion !== undefined) return { kind: 'assert', what: assertion };
  if (char === 'x' || char === 'u' || char === '0') return { kind: 'unit', unit: readCode(cursor, char) };
  if (/[1-9gk]/u.test(char)) throw new RegexError('regex-unsupported', 'back-references are not linear');
  if (/[A-Za-z]/u.test(char)) throw new RegexError('regex-unsupported', `the escape \\${char} is not supported`);
  return { kind: 'unit', unit: char.charCodeAt(0) };
}

/** `\x41`, `\x{41}`, `\u0041`, `\012`. */
function readCode(cursor: Cursor, char: string): number {
  const rest = cursor.source.slice(cursor.index, cursor.index + 10);
  const forms = { x: /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{0,2}))/u, u: /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{4}))/u };
  const match = (char === '0' ? /^()([0-7]{0,2})/u : char === 'x' ? forms.x : forms.u).exec(rest);
  if (match === null) throw new RegexError('regex-invalid', `a code point is missing after \\${char}`);
  cursor.index += match[0].length;
  const digits = match[1] === undefined || match[1] === '' ? (match[2] ?? '') : match[1];
  const code = digits === '' ? 0 : Number.parseInt(digits, char === '0' ? 8 : 16);
  if (code > 0xffff) throw new RegexError('regex-unsupported', 'code points over U+FFFF are not supported');
  return code;
}

/** A class in brackets; the cursor stands behind the opening one. */
export function readClass(cursor: Cursor, flags: RegexFlags): CharSet {
  const isNegated = cursor.source[cursor.index] === '^';
  if (isNegated) cursor.index += 1;
  let set: CharSet = [];
  for (let isFirst = true; ; isFirst = false) {
    const char = cursor.source[cursor.index];
    if (char === undefined) throw new RegexError('regex-invalid', 'a class is not closed');
    // The closing bracket is a member when it comes first (PCRE).
    if (char === ']' && !isFirst) break;
    set = union(set, readMember(cursor));
  }
  cursor.index += 1;
  const folded = flags.i ? foldCase(set) : set;
  return isNegated ? negate(folded) : folded;
}

function readMember(cursor: Cursor): CharSet {
  const named = /^\[:(\^?)([a-z]{1,10}):\]/u.exec(cursor.source.slice(cursor.index, cursor.index + 16));
  if (named !== null) {
    const set = NAMED_SETS.get(named[2] ?? '');
    if (set === undefined) throw new RegexError('regex-invalid', `the class [:${named[2]}:] does not exist`);
    cursor.index += named[0].length;
    return named[1] === '^' ? negate(set) : set;
  }
  const from = readOne(cursor);
  if (from.kind !== 'unit') return from.set;
  const next = cursor.source[cursor.index + 1];
  if (cursor.source[cursor.index] !== '-' || next === ']' || next === undefined) return single(from.unit);
  const before = cursor.index;
  cursor.index += 1;
  const to = readOne(cursor);
  if (to.kind !== 'unit') {
    // `[a-\d]`: the hyphen is a hyphen (PCRE).
    cursor.index = before;
    return single(from.unit);
  }
  if (to.unit < from.unit) throw new RegexError('regex-invalid', 'a range of characters ends before it begins');
  return [[from.unit, to.unit]];
}

function readOne(cursor: Cursor): { kind: 'unit'; unit: number } | { kind: 'set'; set: CharSet } {
  const char = cursor.source[cursor.index] ?? '';
  cursor.index += 1;
  if (char !== '\\') return { kind: 'unit', unit: char.charCodeAt(0) };
  const read = readEscape(cursor, true);
  if (read.kind === 'assert') throw new RegexError('regex-invalid', 'an assertion inside a class');
  return read;
}
