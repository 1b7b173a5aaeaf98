import { RegexError, type Assertion } from './escapes.ts';
import type { CharSet } from './char-set.ts';
import type { Tree } from './syntax.ts';

/** Instructions of a Thompson automaton; numbers are addresses. */
export type Instruction =
  | { readonly op: 'set'; readonly set: CharSet; readonly next: number }
  | { readonly op: 'assert'; readonly what: Assertion; readonly next: number }
  | { op: 'split'; one: number; other: number }
  | { op: 'jump'; next: number }
  | { readonly op: 'match' };

export interface Program {
  readonly code: readonly Instruction[];
  readonly hasAssertions: boolean;
}

/** Bounded repetition is written out, so the size of the program is checked while it grows. */
export function compileProgram(tree: Tree, statesMax: number): Program {
  const code: Instruction[] = [];
  const emit = (instruction: Instruction): number => {
    if (code.length >= statesMax) throw new RegexError('regex-too-large', `more than ${statesMax} states`);
    code.push(instruction);
    return code.length - 1;
  };
  writeTree(tree, code, emit);
  emit({ op: 'match' });
  return { code, hasAssertions: code.some(({ op }) => op === 'assert') };
}

type Emit = (instruction: Instruction) => number;

/** Every piece begins where the code ends and falls through to what is written after it. */
function writeTree(tree: Tree, code: Instruction[], emit: Emit): void {
  switch (tree.kind) {
    case 'set':
      emit({ op: 'set', set: tree.set, next: code.length + 1 });
      return;
    case 'assert':
      emit({ op: 'assert', what: tree.what, next: code.length + 1 });
      return;
    case 'all':
      for (const part of tree.parts) writeTree(part, code, emit);
      return;
    case 'any':
      writeAny(tree.parts, code, emit);
      return;
    case 'repeat':
      writeRepeat(tree, code, emit);
  }
}

function writeAny(parts: readonly Tree[], code: Instruction[], emit: Emit): void {
  const jumps: { next: number }[] = [];
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1) {
      writeTree(part, code, emit);
      break;
    }
    const split = { op: 'split' as const, one: code.length + 1, other: 0 };
    emit(split);
    writeTree(part, code, emit);
    const jump = { op: 'jump' as const, next: 0 };
    emit(jump);
    jumps.push(jump);
    split.other = code.length;
  }
  for (const jump of jumps) jump.next = code.length;
}

function writeRepeat({ part, min, max }: Extract<Tree, { kind: 'repeat' }>, code: Instruction[], emit: Emit): void {
  for (let count = 0; count < min; count += 1) {
    const before = code.length;
    writeTree(part, code, emit);
    // Nothing, however often: without this, nested counts of nothing would take for ever to write.
    if (code.length === before) return;
  }
  if (max === Number.POSITIVE_INFINITY) {
    const split = { op: 'split' as const, one: code.length + 1, other: 0 };
    const start = emit(split);
    writeTree(part, code, emit);
    emit({ op: 'jump', next: start });
    split.other = code.length;
    return;
  }
  const splits: { other: number }[] = [];
  for (let count = min; count < max; count += 1) {
    const split = { op: 'split' as const, one: code.length + 1, other: 0 };
    emit(split);
    splits.push(split);
    writeTree(part, code, emit);
  }
  for (const split of splits) split.other = code.length;
}
