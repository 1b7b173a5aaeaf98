/**
 * One Aho-Corasick automaton for the literals of all rules: a text is read once, one table step for each character, however
 * many rules there are. Literals longer than the window are cut; who listens compares the rest.
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
  /** States from the root outwards. */
  readonly byDepth: Int32Array;
}

const WINDOWS = [32, 16, 8, 5, 4, 3] as const;

/** Makes the automaton with the widest window that stays within `cellsMax`; null when none does. */
export function buildAutomaton(
  literals: readonly string[],
  cellsMax: number,
): { automaton: Automaton; cut: readonly string[] } | null {
  const { classOf, classes } = classesOf(literals);
  for (const window of WINDOWS) {
    const cut = [...new Set(literals.map((literal) => literal.slice(0, window)))];
    const trie = buildTrie(cut, classOf, classes);
    if (trie.states * classes > cellsMax) continue;
    return { automaton: link(trie, { classOf, classes, window }), cut };
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

function buildTrie(literals: readonly string[], classOf: Uint16Array, classes: number): Trie {
  const edges = new Map<number, number>();
  const parents = [0];
  const classesIn = [0];
  const ends = literals.map((literal) => {
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
    return state;
  });
  return { parents, classesIn, ends, states: parents.length };
}

/** Aho and Corasick, 1975: failure links folded into the table, breadth first. */
function link(trie: Trie, { classOf, classes, window }: { classOf: Uint16Array; classes: number; window: number }): Automaton {
  const { states } = trie;
  const literalAt = new Int32Array(states).fill(-1);
  for (const [literal, state] of trie.ends.entries()) literalAt[state] = literal;
  const next = new Int32Array(states * classes);
  const fail = new Int32Array(states);
  const shorter = new Int32Array(states);
  const { firstChild, sibling } = childrenOf(trie);
  const order = byDepth(trie);
  for (const state of order) {
    const row = state * classes;
    const back = fail[state] ?? 0;
    // The state that a mismatch falls back to is less deep: its row is whole, and this one begins as its copy.
    if (state !== 0) {
      next.copyWithin(row, back * classes, back * classes + classes);
      shorter[state] = (literalAt[back] ?? -1) >= 0 ? back : (shorter[back] ?? 0);
    }
    for (let child = firstChild[state] ?? 0; child !== 0; child = sibling[child] ?? 0) {
      const cell = row + (trie.classesIn[child] ?? 0);
      fail[child] = state === 0 ? 0 : (next[cell] ?? 0);
      next[cell] = child;
    }
  }
  return { next, classes, classOf, literalAt, shorter, states, window, byDepth: order };
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
  // A child is made after its parent, so one pass is enough.
  for (let state = 1; state < states; state += 1) depth[state] = (depth[parents[state] ?? 0] ?? 0) + 1;
  return Int32Array.from({ length: states }, (_, state) => state).sort((a, b) => (depth[a] ?? 0) - (depth[b] ?? 0) || a - b);
}
