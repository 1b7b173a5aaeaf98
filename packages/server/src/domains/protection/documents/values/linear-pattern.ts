import { readPattern, type PatternNode } from './pattern-tree.ts';

/**
 * Patterns of schemas that people write, matched without backtracking (Thompson 1968): every character of the text is read once,
 * with the set of all places in the pattern where the match may stand. A pattern cannot be written that takes longer (CWE-1333).
 */
export interface LinearPattern {
  test(text: string): boolean;
}
export type PatternResult =
  | { readonly kind: 'pattern'; readonly pattern: LinearPattern }
  | { readonly kind: 'refused'; readonly detail: string };

export const PATTERN_CHARS_MAX = 1024;
const STATES_MAX = 1000;
/** Places times characters. A text that would need more does not match: schemas say `maxLength` too. */
const STEPS_MAX = 2_000_000;

/** One place in the pattern. Sets are followed by the next place; `split` has two. */
type State =
  | { readonly kind: 'set'; readonly holds: CharacterSet }
  | { readonly kind: 'split'; first: number; second: number }
  | { readonly kind: 'jump'; to: number }
  | { readonly kind: 'begin' | 'end' | 'match' };

type CharacterSet = (point: number) => boolean;

class TooLarge extends Error {}

/**
 * Compiles one pattern, or says why it cannot be kept.
 *
 * @example compilePattern('^[a-z]+(-[a-z]+)*$')
 */
export function compilePattern(text: string): PatternResult {
  if (text.length > PATTERN_CHARS_MAX) return { kind: 'refused', detail: `longer than ${PATTERN_CHARS_MAX} characters` };
  const reading = readPattern(text);
  if (reading.kind === 'refused') return reading;
  try {
    const states: State[] = [];
    emit(reading.tree, states);
    add(states, { kind: 'match' });
    return { kind: 'pattern', pattern: { test: (subject) => runs(states, subject) } };
  } catch (error) {
    if (error instanceof TooLarge) return { kind: 'refused', detail: `repeats more than ${STATES_MAX} places` };
    // Of RegExp: a class or an escape that it does not know.
    if (error instanceof SyntaxError) return { kind: 'refused', detail: 'holds a class or an escape that cannot be read' };
    throw error;
  }
}

function add(states: State[], state: State): void {
  if (states.length >= STATES_MAX) throw new TooLarge();
  states.push(state);
}

function emit(node: PatternNode, states: State[]): void {
  if (node.kind === 'set') add(states, { kind: 'set', holds: characterSet(node.source) });
  else if (node.kind === 'all') for (const item of node.items) emit(item, states);
  else if (node.kind === 'any') emitAny(node.items, states);
  else if (node.kind === 'repeat') emitTimes(node, states);
  else add(states, { kind: node.kind });
}

function emitAny(items: readonly PatternNode[], states: State[]): void {
  const jumps: { kind: 'jump'; to: number }[] = [];
  for (const [index, item] of items.entries()) {
    if (index === items.length - 1) {
      emit(item, states);
      break;
    }
    const split = { kind: 'split' as const, first: states.length + 1, second: 0 };
    add(states, split);
    emit(item, states);
    const jump = { kind: 'jump' as const, to: 0 };
    add(states, jump);
    jumps.push(jump);
    split.second = states.length;
  }
  for (const jump of jumps) jump.to = states.length;
}

function emitTimes({ item, min, max }: Extract<PatternNode, { kind: 'repeat' }>, states: State[]): void {
  for (let time = 0; time < min; time += 1) emit(item, states);
  if (max === Infinity) {
    const at = states.length;
    const split = { kind: 'split' as const, first: at + 1, second: 0 };
    add(states, split);
    emit(item, states);
    add(states, { kind: 'jump', to: at });
    split.second = states.length;
    return;
  }
  const splits: { kind: 'split'; first: number; second: number }[] = [];
  for (let time = min; time < max; time += 1) {
    const split = { kind: 'split' as const, first: states.length + 1, second: 0 };
    add(states, split);
    splits.push(split);
    emit(item, states);
  }
  for (const split of splits) split.second = states.length;
}

const ASCII = 128;

/** One class, escape or character, asked of single characters only: the engine behind it has nothing to go back to. */
function characterSet(source: string): CharacterSet {
  const expression = expressionOf(source);
  const ascii = new Uint8Array(ASCII);
  for (let code = 0; code < ASCII; code += 1) ascii[code] = expression.test(String.fromCharCode(code)) ? 1 : 0;
  return (point) => (point < ASCII ? ascii[point] === 1 : expression.test(String.fromCodePoint(point)));
}

function expressionOf(source: string): RegExp {
  try {
    return new RegExp(`^(?:${source})$`, 'u');
  } catch {
    // `\-` and the like, which only the older form of the language takes, and which documents are full of.
    return new RegExp(`^(?:${source})$`);
  }
}

function runs(states: readonly State[], text: string): boolean {
  const machine: Machine = { states, seen: new Uint32Array(states.length), round: 0, length: text.length };
  let places: number[] = [];
  let steps = 0;
  for (let at = 0; ;) {
    machine.round += 1;
    const now: number[] = [];
    for (const place of places) if (enter(machine, { place, at }, now)) return true;
    // A match may begin anywhere: JSON Schema searches (draft 2020-12, §6.3.3).
    if (enter(machine, { place: 0, at }, now)) return true;
    steps += now.length + 1;
    if (at >= text.length || steps > STEPS_MAX) return false;
    const point = text.codePointAt(at) ?? 0;
    places = [];
    for (const place of now) {
      const state = states[place];
      if (state?.kind === 'set' && state.holds(point)) places.push(place + 1);
    }
    at += point > 0xffff ? 2 : 1;
  }
}

interface Machine {
  readonly states: readonly State[];
  /** Round in which a place was last entered. */
  readonly seen: Uint32Array;
  round: number;
  readonly length: number;
}

/** Follows what reads no character; true when the end of the pattern is reached. */
function enter({ states, seen, round, length }: Machine, { place, at }: { place: number; at: number }, into: number[]): boolean {
  const open = [place];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen[next] === round) continue;
    seen[next] = round;
    const state = states[next];
    if (state === undefined || state.kind === 'match') return true;
    if (state.kind === 'set') into.push(next);
    else if (state.kind === 'jump') open.push(state.to);
    else if (state.kind === 'split') open.push(state.second, state.first);
    else if ((state.kind === 'begin' && at === 0) || (state.kind === 'end' && at === length)) open.push(next + 1);
  }
  return false;
}
