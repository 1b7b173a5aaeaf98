import type { Steps } from './steps.ts';

/**
 * One Aho-Corasick automaton for the literals of all rules: a text is read once, one table step for each character, however
 * many rules there are. Literals longer than the window are cut; who listens compares the rest. States are numbered from the root
 * outwards: texts hardly ever lead far, so what is read of the table lies together.
 */
export interface Automaton {
  /** `classes` columns for each state. */
  readonly next: Int32Array;
  readonly classes: number;
  readonly classOf: Uint16Array;
  /** The literal that ends in a state, or -1. Distinct literals end in distinct states. */
  readonly literalAt: Int32Array;
  /** The next shorter ending in which a literal ends, or 0. */
  readonly shorter: Int32Array;
  readonly states: number;
  readonly window: number;
}

const WINDOWS = [32, 16, 8, 5, 4, 3] as const;
const STATES_A_STEP = 256;

/** Makes the automaton with the widest window that stays within `cellsMax`; null when none does. */
export function* buildAutomaton(
  literals: readonly string[],
  cellsMax: number,
): Steps<{ automaton: Automaton; cut: readonly string[] } | null> {
  const { classOf, classes } = classesOf(literals);
  for (const window of WINDOWS) {
    yield;
    const cut = [...new Set(literals.map((literal) => literal.slice(0, window)))];
    const trie = yield* buildTrie(cut, classOf, classes);
    if (trie.states * classes > cellsMax) continue;
    return { automaton: yield* link(trie, { classOf, classes, window }), cut };
  }
  return null;
}

function classesOf(literals: readonly string[]): { classOf: Uint16Array; classes: number } {
  const classOf = new Uint16Array(0x1_0000);
  let classes = 1;
  for (const literal of literals) {
    for (let index = 0; index < literal.length; index += 1) {
      const unit = literal.charCodeAt(index);
      if (classOf[unit] === 0) {
        classOf[unit] = classes;
        classes += 1;
      }
    }
  }
  return { classOf, classes };
}

interface Trie {
  readonly parents: readonly number[];
  readonly classesIn: readonly number[];
  readonly ends: readonly number[];
  readonly states: number;
}

function* buildTrie(literals: readonly string[], classOf: Uint16Array, classes: number): Steps<Trie> {
  const edges = new Map<number, number>();
  const parents = [0];
  const classesIn = [0];
  const ends: number[] = [];
  for (const literal of literals) {
    let state = 0;
    for (let index = 0; index < literal.length; index += 1) {
      const column = classOf[literal.charCodeAt(index)] ?? 0;
      const edge = state * classes + column;
      const known = edges.get(edge);
      if (known === undefined) {
        edges.set(edge, parents.length);
        parents.push(state);
        classesIn.push(column);
        state = parents.length - 1;
      } else state = known;
    }
    ends.push(state);
    yield;
  }
  return { parents, classesIn, ends, states: parents.length };
}

/** Aho and Corasick, 1975: failure links folded into the table, breadth first. */
function* link(
  trie: Trie,
  { classOf, classes, window }: { classOf: Uint16Array; classes: number; window: number },
): Steps<Automaton> {
  const { states } = trie;
  const { order, numbers } = numbered(trie);
  const literalAt = new Int32Array(states).fill(-1);
  for (const [literal, state] of trie.ends.entries()) literalAt[numbers[state] ?? 0] = literal;
  yield;
  const next = new Int32Array(states * classes);
  const fail = new Int32Array(states);
  const shorter = new Int32Array(states);
  const { firstChild, sibling } = childrenOf(trie);
  for (const [state, before] of order.entries()) {
    if (state % STATES_A_STEP === 0) yield;
    const row = state * classes;
    if (state !== 0) shorter[state] = takeRow(fail[state] ?? 0, row, { next, classes, literalAt, shorter });
    for (let child = firstChild[before] ?? 0; child !== 0; child = sibling[child] ?? 0) {
      const cell = row + (trie.classesIn[child] ?? 0);
      const number = numbers[child] ?? 0;
      fail[number] = state === 0 ? 0 : (next[cell] ?? 0);
      next[cell] = number;
    }
  }
  return { next, classes, classOf, literalAt, shorter, states, window };
}

/**
 * The state that a mismatch falls back to is less deep: its row is whole, and the new one begins as its copy. Gives the next
 * shorter ending.
 */
function takeRow(back: number, row: number, table: Pick<Automaton, 'next' | 'classes' | 'literalAt' | 'shorter'>): number {
  const { next, classes, literalAt, shorter } = table;
  next.copyWithin(row, back * classes, back * classes + classes);
  return (literalAt[back] ?? -1) >= 0 ? back : (shorter[back] ?? 0);
}

/** States of the trie from the root outwards, and which number each has in that order. */
function numbered(trie: Trie): { order: Int32Array; numbers: Int32Array } {
  const order = byDepth(trie);
  const numbers = new Int32Array(trie.states);
  for (const [number, state] of order.entries()) numbers[state] = number;
  return { order, numbers };
}

function childrenOf({ parents, states }: Trie): { firstChild: Int32Array; sibling: Int32Array } {
  const firstChild = new Int32Array(states);
  const sibling = new Int32Array(states);
  for (let state = states - 1; state > 0; state -= 1) {
    const parent = parents[state] ?? 0;
    sibling[state] = firstChild[parent] ?? 0;
    firstChild[parent] = state;
  }
  return { firstChild, sibling };
}

function byDepth({ parents, states }: Trie): Int32Array {
  const depth = new Int32Array(states);
  const counts: number[] = [1];
  // A child is made after its parent, so one pass is enough.
  for (let state = 1; state < states; state += 1) {
    const own = (depth[parents[state] ?? 0] ?? 0) + 1;
    depth[state] = own;
    counts[own] = (counts[own] ?? 0) + 1;
  }
  const places = counts.map((_, level) => counts.slice(0, level).reduce((sum, count) => sum + count, 0));
  const order = new Int32Array(states);
  for (let state = 0; state < states; state += 1) {
    const level = depth[state] ?? 0;
    const place = places[level] ?? 0;
    order[place] = state;
    places[level] = place + 1;
  }
  return order;
}
