/** Kinds of SQL token. Dialects differ in words, hardly in these. */
export const KIND = {
  number: 0,
  string: 1,
  word: 2,
  variable: 3,
  operator: 4,
  compare: 5,
  logic: 6,
  open: 7,
  close: 8,
  comma: 9,
  semicolon: 10,
  comment: 11,
  other: 12,
  end: 13,
} as const;

/** Where the value is taken to begin: bare in the statement, or inside a literal that the application opened. */
export type QuoteContext = 'bare' | 'single' | 'double' | 'backtick';

/**
 * `plain`: a line comment cuts the rest off, block comments end at the first mark. `deep`: what follows the line of a comment goes on, and
 * block comments nest, as in PostgreSQL and T-SQL.
 */
export type CommentReading = 'plain' | 'deep';

/** What an operand is made of, from plainest to most telling. */
export type OperandShape = 'none' | 'name' | 'literal' | 'variable' | 'group' | 'call' | 'subquery';

export interface Operand {
  shape: OperandShape;
  /** Index of the first token after the operand. */
  end: number;
  /** True when operators join several parts: `1-0`, `a||b`. */
  isCompound: boolean;
}

const CAPACITY_FIRST = 32;

/** A token stream as parallel arrays: hostile megabytes must not become millions of small objects. */
export class SqlTokens {
  kinds: Uint8Array = new Uint8Array(CAPACITY_FIRST);
  starts: Int32Array = new Int32Array(CAPACITY_FIRST);
  ends: Int32Array = new Int32Array(CAPACITY_FIRST);
  /** Lower-case text of words, variables and operators, and where that of a token is; the first is that of all others. */
  readonly texts: string[] = [''];
  textIndexes: Int32Array = new Int32Array(CAPACITY_FIRST);
  /** For an opening parenthesis the index of its partner, or the stream's length; -1 elsewhere. */
  partners: Int32Array = new Int32Array(0);
  /** Operands that were read, by the token they begin with. */
  readonly operands: Map<number, Operand> = new Map();
  /** True for a string that is not closed by the value itself. */
  isOpenEnded = false;
  comments: CommentReading = 'plain';
  /** True when another reading of the comments would give other tokens. */
  hasDeepComments = false;
  /** Conditional comments (`/*!50000`) whose end is to come. */
  conditionalsOpen = 0;
  /** Escape braces (`{fn ..}`) that are open while the stream is built. */
  bracesOpen = 0;
  readonly bracketed: Set<number> = new Set();
  /** Index of the token after the last `::type`; -1 without one. */
  castAt = -1;
  count = 0;

  add(kind: number, start: number, end: number): void {
    if (this.count === this.kinds.length) this.#grow();
    this.kinds[this.count] = kind;
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.count++;
  }

  addText(kind: number, token: { start: number; end: number; text: string }): number {
    this.add(kind, token.start, token.end);
    this.textIndexes[this.count - 1] = this.texts.length;
    this.texts.push(token.text);
    return token.end;
  }

  /** Cuts the arrays to what is in them: readers go by their lengths. */
  seal(): void {
    this.kinds = this.kinds.subarray(0, this.count);
    this.starts = this.starts.subarray(0, this.count);
    this.ends = this.ends.subarray(0, this.count);
  }

  /** True when the word at `index` was written as `[name]`. */
  isBracketed(index: number): boolean {
    return this.bracketed.has(index);
  }

  #grow(): void {
    const capacity = this.kinds.length * 4;
    const { kinds, starts, ends, textIndexes } = this;
    this.kinds = new Uint8Array(capacity);
    this.kinds.set(kinds);
    this.starts = new Int32Array(capacity);
    this.starts.set(starts);
    this.ends = new Int32Array(capacity);
    this.ends.set(ends);
    this.textIndexes = new Int32Array(capacity);
    this.textIndexes.set(textIndexes);
  }
}

/** Characters of a name that are kept; longer ones are no word of SQL. */
export const WORD_TEXT_MAX = 64;
