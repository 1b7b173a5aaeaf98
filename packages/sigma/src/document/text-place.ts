import type { Place } from '../diagnostic.ts';

/** Lines of a text, found only when somebody asks: of thousands of nodes, the few with a fault are told. */
export class Lines {
  readonly #text: string;
  #starts: readonly number[] | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  at(offset: number): { readonly line: number; readonly column: number } {
    this.#starts ??= startsIn(this.#text);
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }
}

function startsIn(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

export class TextPlace implements Place {
  readonly pointer: string;
  readonly #lines: Lines;
  readonly #offset: number;

  constructor(lines: Lines, offset: number, pointer: string) {
    this.pointer = pointer;
    this.#lines = lines;
    this.#offset = offset;
  }

  get line(): number {
    return this.#lines.at(this.#offset).line;
  }

  get column(): number {
    return this.#lines.at(this.#offset).column;
  }
}

/** A step of a JSON pointer (RFC 6901 §3). */
export function pointerTo(parent: string, name: string): string {
  return `${parent}/${/[~/]/u.test(name) ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name}`;
}
