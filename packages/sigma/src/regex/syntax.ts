import type { RegexFlags } from '../value/value.ts';
import { ANY, foldCase, negate, NEWLINE, single, type CharSet } from './char-set.ts';
import { readClass, readEscape, RegexError, type Assertion, type Cursor } from './escapes.ts';

export type Tree =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'all'; readonly parts: readonly Tree[] }
  | { readonly kind: 'any'; readonly parts: readonly Tree[] }
  | { readonly kind: 'repeat'; readonly part: Tree; readonly min: number; readonly max: number; readonly isLazy: boolean }
  /** A capturing group; it matters only where a text is taken apart. */
  | { readonly kind: 'group'; readonly part: Tree; readonly name: string | null };

const EMPTY: Tree = { kind: 'all', parts: [] };
const REPEAT_MAX = 4000;
const NESTING_MAX = 60;

/**
 * Reads the part of PCRE that a finite automaton can match: no look-around, back-references, atomic groups, possessive
 * quantifiers or recursion. Whether a quantifier is greedy or lazy makes no difference to whether there is a match.
 */
export function parseRegex(source: string, flags: RegexFlags): Tree {
  const parser = new Parser(source);
  const tree = parser.alternatives(flags, 0);
  if (!parser.isAtEnd) throw new RegexError('regex-invalid', `unexpected ')' at ${parser.index}`);
  return tree;
}

interface Scope {
  flags: RegexFlags;
}

class Parser implements Cursor {
  readonly source: string;
  index = 0;

  constructor(source: string) {
    this.source = source;
  }

  get isAtEnd(): boolean {
    return this.index >= this.source.length;
  }

  alternatives(flags: RegexFlags, depth: number): Tree {
    if (depth > NESTING_MAX) throw new RegexError('regex-too-large', 'groups nested too deep');
    // An inline flag holds to the end of its group, across alternatives (PCRE).
    const scope: Scope = { flags };
    const parts: Tree[] = [this.#sequence(scope, depth)];
    while (this.source[this.index] === '|') {
      this.index += 1;
      parts.push(this.#sequence(scope, depth));
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind: 'any', parts };
  }

  #sequence(scope: Scope, depth: number): Tree {
    const parts: Tree[] = [];
    while (!this.isAtEnd && this.source[this.index] !== '|' && this.source[this.index] !== ')') {
      const atom = this.#atom(scope, depth);
      parts.push(this.#quantified(atom));
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind: 'all', parts };
  }

  #atom(scope: Scope, depth: number): Tree {
    const char = this.source[this.index] ?? '';
    this.index += 1;
    const { flags } = scope;
    switch (char) {
      case '(':
        return this.#group(scope, depth);
      case '[':
        return { kind: 'set', set: readClass(this, flags) };
      case '.':
        return { kind: 'set', set: flags.s ? ANY : negate(NEWLINE) };
      case '^':
        return { kind: 'assert', what: flags.m ? 'line-start' : 'text-start' };
      case '$':
        return { kind: 'assert', what: flags.m ? 'line-end' : 'text-end-or-newline' };
      case '\\':
        return this.#escape(flags);
      case '*':
      case '+':
      case '?':
        throw new RegexError('regex-invalid', `nothing to repeat at ${this.index - 1}`);
      default:
        return literal(char.charCodeAt(0), flags);
    }
  }

  #escape(flags: RegexFlags): Tree {
    if (this.source[this.index] === 'Q') {
      const end = this.source.indexOf('\\E', this.index);
      const text = this.source.slice(this.index + 1, end === -1 ? undefined : end);
      this.index = end === -1 ? this.source.length : end + 2;
      return { kind: 'all', parts: Array.from({ length: text.length }, (_, index) => literal(text.charCodeAt(index), flags)) };
    }
    const read = readEscape(this, false);
    if (read.kind === 'set') return { kind: 'set', set: read.set };
    return read.kind === 'unit' ? literal(read.unit, flags) : read;
  }

  #group(scope: Scope, depth: number): Tree {
    if (this.source[this.index] !== '?') return { kind: 'group', name: null, part: this.#closed(scope.flags, depth) };
    const rest = this.source.slice(this.index, this.index + 80);
    const named = /^\?(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/u.exec(rest);
    if (named !== null) {
      this.index += named[0].length;
      return { kind: 'group', name: named[1] ?? named[2] ?? '', part: this.#closed(scope.flags, depth) };
    }
    if (rest.startsWith('?#')) return this.#comment();
    const inline = /^\?([imsxUJn]*)(?:-([imsxUJn]*))?([:)])/u.exec(rest);
    if (inline === null)
      throw new RegexError('regex-unsupported', 'look-around, atomic groups, conditions and recursion are not linear');
    this.index += inline[0].length;
    const flags = withFlags(scope.flags, inline[1] ?? '', inline[2] ?? '');
    if (inline[3] === ':') return this.#closed(flags, depth);
    scope.flags = flags;
    return EMPTY;
  }

  #comment(): Tree {
    const end = this.source.indexOf(')', this.index);
    if (end === -1) throw new RegexError('regex-invalid', 'a comment is not closed');
    this.index = end + 1;
    return EMPTY;
  }

  #closed(flags: RegexFlags, depth: number): Tree {
    const tree = this.alternatives(flags, depth + 1);
    if (this.source[this.index] !== ')') throw new RegexError('regex-invalid', 'a group is not closed');
    this.index += 1;
    return tree;
  }

  #quantified(atom: Tree): Tree {
    let tree = atom;
    for (;;) {
      const range = this.#range();
      if (range === null) return tree;
      const isLazy = this.source[this.index] === '?';
      if (isLazy) this.index += 1;
      else if (this.source[this.index] === '+')
        throw new RegexError('regex-unsupported', 'possessive quantifiers are not supported');
      tree = tree.kind === 'assert' && range.min > 0 ? tree : { kind: 'repeat', part: tree, ...range, isLazy };
    }
  }

  #range(): Range | null {
    const char = this.source[this.index];
    if (char === '*' || char === '+' || char === '?') {
      this.index += 1;
      return { min: char === '+' ? 1 : 0, max: char === '?' ? 1 : Number.POSITIVE_INFINITY };
    }
    const match = char === '{' ? /^\{(\d{0,5})(,?)(\d{0,5})\}/u.exec(this.source.slice(this.index, this.index + 16)) : null;
    const range = match === null ? null : counted(match[1] ?? '', match[2] === ',', match[3] ?? '');
    if (match !== null && range !== null) this.index += match[0].length;
    return range;
  }
}

interface Range {
  readonly min: number;
  readonly max: number;
}

/** Null for a brace that is no quantifier: that is a brace (PCRE). */
function counted(from: string, isOpen: boolean, to: string): Range | null {
  if (from === '' && to === '') return null;
  const min = Number(from);
  const open = to === '' ? Number.POSITIVE_INFINITY : Number(to);
  const max = isOpen ? open : min;
  if (max < min) throw new RegexError('regex-invalid', 'a quantifier ends before it begins');
  if (min > REPEAT_MAX || (Number.isFinite(max) && max > REPEAT_MAX)) {
    throw new RegexError('regex-too-large', `more than ${REPEAT_MAX} repetitions`);
  }
  return { min, max };
}

function literal(unit: number, flags: RegexFlags): Tree {
  return { kind: 'set', set: flags.i ? foldCase(single(unit)) : single(unit) };
}

function withFlags(flags: RegexFlags, on: string, off: string): RegexFlags {
  if (/[xJn]/u.test(on)) throw new RegexError('regex-unsupported', 'of the inline flags i, m, s and U are supported');
  const flag = (name: 'i' | 'm' | 's'): boolean => (flags[name] || on.includes(name)) && !off.includes(name);
  return { i: flag('i'), m: flag('m'), s: flag('s') };
}
