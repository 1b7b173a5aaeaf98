import { fold } from '../value/fold.ts';
import type { CharSet } from './char-set.ts';
import type { Tree } from './syntax.ts';

const ALTERNATIVES_MAX = 64;

/**
 * Folded literals of which every match holds at least one. They wake a regular expression, so that it does not run on every
 * event; null when there are none.
 */
export function requiredLiterals(tree: Tree): readonly string[] | null {
  switch (tree.kind) {
    case 'set': {
      const char = foldedChar(tree.set);
      return char === null ? null : [char];
    }
    case 'assert':
      return null;
    case 'group':
      return requiredLiterals(tree.part);
    case 'all':
      return ofSequence(tree.parts);
    case 'any': {
      const sets = tree.parts.map((part) => requiredLiterals(part));
      const all = sets.flatMap((set) => set ?? []);
      return sets.includes(null) || all.length > ALTERNATIVES_MAX ? null : [...new Set(all)];
    }
    case 'repeat':
      break;
  }
  return tree.min > 0 ? requiredLiterals(tree.part) : null;
}

/** The best of: runs of single characters, and what a part requires by itself. */
function ofSequence(parts: readonly Tree[]): readonly string[] | null {
  const choices: (readonly string[])[] = [];
  let run = '';
  for (const part of flat(parts)) {
    const char = part.kind === 'set' ? foldedChar(part.set) : null;
    if (char !== null) {
      run += char;
      continue;
    }
    // An assertion takes no character: the run goes on behind it.
    if (part.kind === 'assert') continue;
    if (run !== '') choices.push([run]);
    run = '';
    const inner = requiredLiterals(part);
    if (inner !== null) choices.push(inner);
  }
  if (run !== '') choices.push([run]);
  return choices.toSorted((a, b) => weight(b) - weight(a))[0] ?? null;
}

function flat(parts: readonly Tree[]): Tree[] {
  return parts.flatMap((part) => {
    const inner = part.kind === 'group' ? part.part : part;
    return inner.kind === 'all' ? flat(inner.parts) : [inner];
  });
}

/** The shortest literal decides how often a set wakes the expression for nothing. */
function weight(literals: readonly string[]): number {
  return Math.min(...literals.map((literal) => literal.length)) - literals.length / 100;
}

/** The one ASCII character that all members of a set fold to. What is not ASCII may fold to more than one character. */
function foldedChar(set: CharSet): string | null {
  const found = new Set<string>();
  for (const [from, to] of set) {
    if (to - from > 1 || to > 0x7f) return null;
    for (let unit = from; unit <= to; unit += 1) found.add(fold(String.fromCharCode(unit)));
  }
  const [only] = found;
  return found.size === 1 && only !== undefined ? only : null;
}
