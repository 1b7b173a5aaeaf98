import { RegexError, type Assertion } from './escapes.ts';
import type { CharSet } from './char-set.ts';
import type { Tree } from './syntax.ts';

/** Instructions of a Thompson automaton; numbers are addresses. */
export type Instruction =
  | { readonly op: 'set'; readonly set: CharSet; readonly next: number }
  | { readonly op: 'assert'; readonly what: Assertion; readonly next: number }
  | { op: 'split'; one: number; other: number }
  | { op: 'jump'; next: number }
  | { readonly op: 'save'; readonly slot: number; readonly next: number }
  | { readonly op: 'match' };

export interface Program {
  readonly code: readonly Instruction[];
  readonly hasAssertions: boolean;
  /** Names of the capturing groups, null for one without; empty where captures were not asked for. */
  readonly groups: readonly (string | null)[];
}

export interface ProgramOptions {
  readonly statesMax: number;
  readonly captures?: boolean;
}

/** Bounded repetition is written out, so the size of the program is checked while it grows. */
export function compileProgram(tree: Tree, { statesMax, captures = false }: ProgramOptions): Program {
  const writer = new Writer(statesMax, captures ? numberGroups(tree) : null);
  writer.write(tree);
  writer.emit({ op: 'match' });
  return { code: writer.code, hasAssertions: writer.code.some(({ op }) => op === 'assert'), groups: writer.names };
}

type Group = Extract<Tree, { kind: 'group' }>;

/** Groups have their numbers from the text; one that is written out several times keeps its own. */
function numberGroups(tree: Tree): Map<Group, number> {
  const numbers = new Map<Group, number>();
  const walk = (part: Tree): void => {
    if (part.kind === 'group') {
      numbers.set(part, numbers.size);
      walk(part.part);
    } else if (part.kind === 'repeat') walk(part.part);
    else if (part.kind === 'all' || part.kind === 'any') for (const inner of part.parts) walk(inner);
  };
  walk(tree);
  return numbers;
}

/** Every piece begins where the code ends and falls through to what is written after it. */
class Writer {
  readonly code: Instruction[] = [];
  readonly #statesMax: number;
  readonly #groups: ReadonlyMap<Group, number> | null;

  constructor(statesMax: number, groups: ReadonlyMap<Group, number> | null) {
    this.#statesMax = statesMax;
    this.#groups = groups;
  }

  get names(): readonly (string | null)[] {
    return [...(this.#groups?.keys() ?? [])].map(({ name }) => name);
  }

  emit(instruction: Instruction): number {
    if (this.code.length >= this.#statesMax) throw new RegexError('regex-too-large', `more than ${this.#statesMax} states`);
    this.code.push(instruction);
    return this.code.length - 1;
  }

  write(tree: Tree): void {
    const next = this.code.length + 1;
    switch (tree.kind) {
      case 'set':
        this.emit({ op: 'set', set: tree.set, next });
        return;
      case 'assert':
        this.emit({ op: 'assert', what: tree.what, next });
        return;
      case 'all':
        for (const part of tree.parts) this.write(part);
        return;
      case 'any':
        this.#any(tree.parts);
        return;
      case 'group':
        this.#group(tree);
        return;
      case 'repeat':
        this.#repeat(tree);
    }
  }

  #group(group: Group): void {
    const number = this.#groups?.get(group);
    if (number === undefined) {
      this.write(group.part);
      return;
    }
    this.emit({ op: 'save', slot: number * 2, next: this.code.length + 1 });
    this.write(group.part);
    this.emit({ op: 'save', slot: number * 2 + 1, next: this.code.length + 1 });
  }

  #any(parts: readonly Tree[]): void {
    const jumps: { next: number }[] = [];
    for (const [index, part] of parts.entries()) {
      if (index === parts.length - 1) {
        this.write(part);
        break;
      }
      const split = this.#split();
      this.write(part);
      const jump = { op: 'jump' as const, next: 0 };
      this.emit(jump);
      jumps.push(jump);
      split.other = this.code.length;
    }
    for (const jump of jumps) jump.next = this.code.length;
  }

  #repeat({ part, min, max, isLazy }: Extract<Tree, { kind: 'repeat' }>): void {
    for (let count = 0; count < min; count += 1) {
      const before = this.code.length;
      this.write(part);
      // Nothing, however often: without this, nested counts of nothing would take for ever to write.
      if (this.code.length === before) return;
    }
    const splits: Split[] = [];
    if (max === Number.POSITIVE_INFINITY) {
      const start = this.code.length;
      splits.push(this.#split());
      this.write(part);
      this.emit({ op: 'jump', next: start });
    } else {
      for (let count = min; count < max; count += 1) {
        splits.push(this.#split());
        this.write(part);
      }
    }
    for (const split of splits) {
      split.other = this.code.length;
      // What is preferred comes first; it matters only for captures.
      if (isLazy) [split.one, split.other] = [split.other, split.one];
    }
  }

  #split(): Split {
    const split = { op: 'split' as const, one: this.code.length + 1, other: 0 };
    this.emit(split);
    return split;
  }
}

interface Split {
  one: number;
  other: number;
}
