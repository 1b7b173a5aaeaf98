import type { RegexFlags } from '../value/value.ts';
import { has, LAST_UNIT, NEWLINE, WORD, type CharSet } from './char-set.ts';
import { RegexError, type Assertion } from './escapes.ts';
import { compileProgram, type Instruction } from './program.ts';
import { requiredLiterals } from './required.ts';
import { parseRegex } from './syntax.ts';

/** Why an expression cannot be used; null when it can. */
export function regexFault(source: string, flags: RegexFlags, statesMax: number): RegexError | null {
  try {
    compileProgram(parseRegex(source, flags), { statesMax });
    return null;
  } catch (error) {
    if (error instanceof RegexError) return error;
    throw error;
  }
}

/** What stood before a position: nothing, a line end, a word character, another. */
type Before = 0 | 1 | 2 | 3;
const START = 0;
const LINE = 1;
const WORDY = 2;
const OTHER = 3;

interface State {
  readonly at: readonly number[];
  readonly before: Before;
  /** By class of the next character; -1 not known yet, -2 matches. */
  readonly next: Int32Array;
  /** Whether it matches when the text ends here; null: not known yet. */
  end: boolean | null;
}

/** The character to come is a line end, and the last of the text. */
const LAST_LINE_END = -1;

const UNKNOWN = -1;
const MATCHED = -2;
/** Cells of the table and addresses kept; beyond them the automaton is forgotten and made anew: memory is bounded, time linear. */
const KEPT_MAX = 30_000;

/**
 * A regular expression matched by a finite automaton that is made as it is needed: every character costs one step once its
 * state is known, and at most the size of the program otherwise. There is no text on which it takes longer.
 *
 * @example new Regex('^/admin', { i: false, m: false, s: false }, 2000).test('/admin/users') // true
 */
export class Regex {
  readonly source: string;
  /** Folded literals of which at least one is in every text that matches; null when there is no such set. */
  readonly required: readonly string[] | null;
  readonly #code: readonly Instruction[];
  readonly #hasAssertions: boolean;
  readonly #classes: Classes;
  #states: State[] = [];
  #byKey = new Map<string, number>();
  #kept = 0;

  constructor(source: string, flags: RegexFlags, statesMax: number) {
    const tree = parseRegex(source, flags);
    const program = compileProgram(tree, { statesMax });
    this.source = source;
    this.required = requiredLiterals(tree);
    this.#code = program.code;
    this.#hasAssertions = program.hasAssertions;
    this.#classes = classesOf(program.code, program.hasAssertions);
  }

  /** Whether the expression matches anywhere in the text. */
  test(text: string): boolean {
    let state = this.#stateOf([0], START);
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      const kind = unit < 128 ? (this.#classes.ascii[unit] ?? 0) : classBeyondAscii(this.#classes, unit);
      // PCRE: `$` also holds before the line end that ends the text.
      if (unit === 10 && index === text.length - 1 && this.#matchesBefore(state, LAST_LINE_END)) return true;
      let next = this.#states[state]?.next[kind] ?? UNKNOWN;
      if (next === UNKNOWN) next = this.#step(state, kind);
      if (next === MATCHED) return true;
      state = next;
    }
    return this.#matchesAtEnd(state);
  }

  #step(from: number, kind: number): number {
    const state = this.#states[from];
    if (state === undefined) return UNKNOWN;
    const unit = this.#classes.samples[kind] ?? 0;
    const closed = this.#closure(state.at, state.before, unit);
    if (closed === null) {
      state.next[kind] = MATCHED;
      return MATCHED;
    }
    const moved = new Set<number>([0]);
    for (const address of closed) {
      const instruction = this.#code[address];
      if (instruction?.op === 'set' && has(instruction.set, unit)) moved.add(instruction.next);
    }
    const known = this.#states.length;
    const to = this.#stateOf(
      [...moved].toSorted((a, b) => a - b),
      this.#beforeOf(unit),
    );
    // The table was emptied: the state it came from is gone with it.
    if (this.#states.length >= known) state.next[kind] = to;
    return to;
  }

  #matchesBefore(index: number, next: number): boolean {
    const state = this.#states[index];
    return this.#hasAssertions && state !== undefined && this.#closure(state.at, state.before, next) === null;
  }

  #matchesAtEnd(index: number): boolean {
    const state = this.#states[index];
    if (state === undefined) return false;
    state.end ??= this.#closure(state.at, state.before, null) === null;
    return state.end;
  }

  /** Follows what costs no character; null when a match is among it. `next` is the character to come, null at the end. */
  #closure(at: readonly number[], before: Before, next: number | null): Set<number> | null {
    const seen = new Set<number>(at);
    const queue = [...at];
    for (let address = queue.pop(); address !== undefined; address = queue.pop()) {
      const instruction = this.#code[address];
      if (instruction === undefined || instruction.op === 'set') continue;
      if (instruction.op === 'match') return null;
      const follow =
        instruction.op === 'split'
          ? [instruction.one, instruction.other]
          : instruction.op !== 'assert' || holds(instruction.what, before, next)
            ? [instruction.next]
            : [];
      for (const target of follow) {
        if (seen.has(target)) continue;
        seen.add(target);
        queue.push(target);
      }
    }
    return seen;
  }

  #beforeOf(unit: number): Before {
    if (!this.#hasAssertions) return OTHER;
    if (has(NEWLINE, unit)) return LINE;
    return has(WORD, unit) ? WORDY : OTHER;
  }

  #stateOf(at: readonly number[], before: Before): number {
    const key = `${before}:${at.join(',')}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    this.#kept += at.length + this.#classes.samples.length;
    if (this.#kept > KEPT_MAX) {
      this.#states = [];
      this.#byKey = new Map();
      this.#kept = at.length + this.#classes.samples.length;
    }
    const next = new Int32Array(this.#classes.samples.length).fill(UNKNOWN);
    this.#states.push({ at, before, next, end: null });
    this.#byKey.set(key, this.#states.length - 1);
    return this.#states.length - 1;
  }
}

export function holds(what: Assertion, before: Before, next: number | null): boolean {
  switch (what) {
    case 'text-start':
      return before === START;
    case 'line-start':
      return before === START || before === LINE;
    case 'text-end':
      return next === null;
    case 'line-end':
      return next === null || next === 10 || next === LAST_LINE_END;
    case 'text-end-or-newline':
      return next === null || next === LAST_LINE_END;
    case 'word':
      return (before === WORDY) !== (next !== null && has(WORD, next));
    case 'not-word':
      break;
  }
  return (before === WORDY) === (next !== null && has(WORD, next));
}

interface Classes {
  readonly ascii: Uint16Array;
  /** Where a new class may begin, and which it is. */
  readonly starts: readonly number[];
  readonly kinds: readonly number[];
  readonly samples: readonly number[];
}

function classBeyondAscii({ starts, kinds }: Classes, unit: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= unit) low = middle;
    else high = middle - 1;
  }
  return kinds[low] ?? 0;
}

/** Characters that no instruction tells apart are one class; one sample stands for each. */
function classesOf(code: readonly Instruction[], hasAssertions: boolean): Classes {
  const sets = new Set<CharSet>(hasAssertions ? [WORD, NEWLINE] : []);
  for (const instruction of code) if (instruction.op === 'set') sets.add(instruction.set);
  const bounds = new Set([0]);
  for (const set of sets) {
    for (const [from, to] of set) {
      bounds.add(from);
      if (to < LAST_UNIT) bounds.add(to + 1);
    }
  }
  const starts = [...bounds].toSorted((a, b) => a - b);
  const bySignature = new Map<string, number>();
  const samples: number[] = [];
  const kinds = starts.map((start) => {
    const signature = [...sets].map((set) => (has(set, start) ? '1' : '0')).join('');
    const known = bySignature.get(signature);
    if (known !== undefined) return known;
    bySignature.set(signature, samples.length);
    samples.push(start);
    return samples.length - 1;
  });
  const classes = { ascii: new Uint16Array(128), starts, kinds, samples };
  for (let unit = 0; unit < 128; unit += 1) classes.ascii[unit] = classBeyondAscii(classes, unit);
  return classes;
}
