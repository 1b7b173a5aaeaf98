import { has, WORD } from './char-set.ts';
import { compileProgram, type Instruction, type Program } from './program.ts';
import { holds } from './regex.ts';
import { parseRegex } from './syntax.ts';

export interface Captured {
  readonly start: number;
  readonly end: number;
  /** Text of each group; undefined where a group took no part. */
  readonly groups: readonly (string | undefined)[];
}

interface Thread {
  readonly at: number;
  readonly slots: readonly number[];
}

const STATES_MAX = 2000;

/**
 * A regular expression that also says what its groups matched (Pike's machine): all ways are followed at once, in the order of
 * preference, so the time is bounded by text times program. For rules as they are loaded, not for events.
 */
export class Capture {
  readonly names: readonly (string | null)[];
  readonly #program: Program;

  /** Throws `RegexError`. */
  constructor(source: string) {
    this.#program = compileProgram(parseRegex(source, { i: false, m: false, s: false }), {
      statesMax: STATES_MAX,
      captures: true,
    });
    this.names = this.#program.groups;
  }

  /** The first match at or after `from`, or only right there. */
  exec(text: string, from: number, isAnchored: boolean): Captured | null {
    let threads: Thread[] = [];
    let found: { end: number; slots: readonly number[]; start: number } | null = null;
    for (let at = from; at <= text.length; at += 1) {
      const seeds =
        found === null && (at === from || !isAnchored)
          ? [...threads, { at: 0, slots: [at, ...this.names.flatMap(() => [-1, -1])] }]
          : threads;
      const followed = this.#follow(seeds, text, at);
      threads = [];
      for (const { instruction, slots } of followed) {
        if (instruction.op === 'match') {
          found = { start: slots[0] ?? at, end: at, slots };
          // Ways of less preference end with a match.
          break;
        }
        if (instruction.op === 'set' && at < text.length && has(instruction.set, text.charCodeAt(at)))
          threads.push({ at: instruction.next, slots });
      }
      if (threads.length === 0 && (found !== null || isAnchored)) break;
    }
    return found === null ? null : { start: found.start, end: found.end, groups: this.#groupsOf(found.slots, text) };
  }

  #follow(
    threads: readonly Thread[],
    text: string,
    at: number,
  ): readonly { instruction: Instruction; slots: readonly number[] }[] {
    const seen = new Set<number>();
    const reached: { instruction: Instruction; slots: readonly number[] }[] = [];
    const stack = threads.toReversed();
    for (let thread = stack.pop(); thread !== undefined; thread = stack.pop()) {
      const instruction = this.#program.code[thread.at];
      if (instruction === undefined || seen.has(thread.at)) continue;
      seen.add(thread.at);
      const { slots } = thread;
      if (instruction.op === 'set' || instruction.op === 'match') reached.push({ instruction, slots });
      else if (instruction.op === 'split') stack.push({ at: instruction.other, slots }, { at: instruction.one, slots });
      else if (instruction.op === 'save') stack.push({ at: instruction.next, slots: slots.with(instruction.slot + 1, at) });
      else if (instruction.op === 'jump' || holds(instruction.what, beforeOf(text, at), nextOf(text, at)))
        stack.push({ at: instruction.next, slots });
    }
    return reached;
  }

  #groupsOf(slots: readonly number[], text: string): readonly (string | undefined)[] {
    return this.names.map((_, index) => {
      const [start, end] = [slots[index * 2 + 1], slots[index * 2 + 2]];
      return start === undefined || end === undefined || start < 0 ? undefined : text.slice(start, end);
    });
  }
}

function beforeOf(text: string, at: number): 0 | 1 | 2 | 3 {
  if (at === 0) return 0;
  const unit = text.charCodeAt(at - 1);
  if (unit === 10) return 1;
  return has(WORD, unit) ? 2 : 3;
}

function nextOf(text: string, at: number): number | null {
  return at === text.length ? null : text.charCodeAt(at);
}
