import { IS_JUDGED, KNOWN_TEXTS, knownIndex } from './word-table.ts';
import { JUDGED_WORDS } from './words.ts';

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

/** Index of a text that was not cut out of the value yet; the second kind has an underscore or a dot in it. */
const UNREAD = -1;
const UNREAD_NAME = -2;
/** From the plainest to the most telling: a chain has the shape of its strongest part. */
const SHAPES: readonly OperandShape[] = ['none', 'literal', 'name', 'variable', 'group', 'call', 'subquery'];

/** Buffers of 64 octets lie beside the object; larger ones take longer to get than an ordinary value takes to read. */
const CAPACITY_FIRST = 16;
const GROWTH = 4;
const OPENING_BRACKET = 91;
const NO_PARTNERS = new Int32Array(0);

/** A token stream as parallel arrays: hostile megabytes must not become millions of small objects. Past `count` they hold nothing. */
export class SqlTokens {
  readonly value: string;
  kinds: Uint8Array = new Uint8Array(CAPACITY_FIRST);
  starts: Int32Array = new Int32Array(CAPACITY_FIRST);
  ends: Int32Array = new Int32Array(CAPACITY_FIRST);
  /** For an opening parenthesis the index of its partner, or the stream's length; -1 or 0 elsewhere. */
  partners: Int32Array = NO_PARTNERS;
  /** True for a string that is not closed by the value itself. */
  isOpenEnded = false;
  comments: CommentReading = 'plain';
  /** True when another reading of the comments would give other tokens. */
  hasDeepComments = false;
  /** Conditional comments (`/*!50000`) whose end is to come. */
  conditionalsOpen = 0;
  /** Escape braces (`{fn ..}`) that are open while the stream is built. */
  bracesOpen = 0;
  /** Where the next closing bracket was found; texts full of opening ones are searched once. */
  bracketAt = -1;
  /** Dollar tags that were searched for an end in vain. */
  dollarsMissed = 0;
  /** Index of the token after the last `::type`; -1 without one. */
  castAt = -1;
  /** Tokens that were searched for the END of a CASE, and where the search ended. */
  caseFrom = 0;
  caseTo = 0;
  count = 0;
  /** Where the lower-case text of a word, variable or operator is: in the table of known texts, and behind it in those of this stream. */
  #textIndexes: Int32Array = new Int32Array(CAPACITY_FIRST);
  readonly #texts: string[] = [];
  #capacity = CAPACITY_FIRST;
  /** Compound operands that were read, by the token they begin with: where they end, and their shape. */
  #operandEnds: Int32Array | undefined;
  #operandShapes: Uint8Array | undefined;

  constructor(value: string) {
    this.value = value;
  }

  add(kind: number, start: number, end: number): void {
    this.addKnown(kind, { start, end }, 0);
  }

  addText(kind: number, token: { start: number; end: number; text: string }): number {
    this.addKnown(kind, token, this.#indexOf(token.text));
    return token.end;
  }

  /** A token whose text is in the table of known ones. */
  addKnown(kind: number, token: { start: number; end: number }, textIndex: number): void {
    if (this.count === this.#capacity) this.#grow();
    this.kinds[this.count] = kind;
    this.starts[this.count] = token.start;
    this.ends[this.count] = token.end;
    this.#textIndexes[this.count] = textIndex;
    this.count++;
  }

  /** A token whose text is cut out of the value when somebody asks for it. */
  addUnread(kind: number, token: { start: number; end: number }, isName: boolean): void {
    this.addKnown(kind, token, isName ? UNREAD_NAME : UNREAD);
  }

  /** Lower-case text of the word, variable or operator at `index`; empty for anything else. */
  textAt(index: number): string {
    const textIndex = index < 0 ? 0 : (this.#textIndexes[index] ?? 0);
    if (textIndex < 0) return this.#readText(index);
    return (textIndex < KNOWN_TEXTS.length ? KNOWN_TEXTS[textIndex] : this.#texts[textIndex - KNOWN_TEXTS.length]) ?? '';
  }

  /** True for most words: in no table, and without the signs that names of a database have, so that not even a call of it matters. */
  isUnknown(index: number): boolean {
    return this.#textIndexes[index] === UNREAD;
  }

  /** True for a word that begins no clause and has none of the signs that names of a database have. */
  isOrdinary(index: number): boolean {
    const textIndex = this.#textIndexes[index] ?? 0;
    if (textIndex < 0) return textIndex === UNREAD;
    if (textIndex < KNOWN_TEXTS.length) return IS_JUDGED[textIndex] === 0;
    const text = this.#texts[textIndex - KNOWN_TEXTS.length] ?? '';
    return !JUDGED_WORDS.has(text) && !text.includes('_') && !text.includes('.');
  }

  #indexOf(text: string): number {
    const known = text === '' ? 0 : knownIndex(text);
    return known > 0 || text === '' ? known : KNOWN_TEXTS.length - 1 + this.#texts.push(text);
  }

  #readText(index: number): string {
    const start = this.starts[index] ?? 0;
    const text = this.value.slice(start, Math.min(this.ends[index] ?? 0, start + WORD_TEXT_MAX)).toLowerCase();
    this.#textIndexes[index] = this.#indexOf(text);
    return text;
  }

  /** The compound operand that begins at `index`, if it was read before. */
  operandAt(index: number): Operand | undefined {
    const end = this.#operandEnds?.[index] ?? 0;
    return end <= 0 ? undefined : { shape: SHAPES[this.#operandShapes?.[index] ?? 0] ?? 'none', end, isCompound: true };
  }

  /** A part of a chain whose end is not known yet is linked to the part before it; a chain as long as the text needs no list. */
  linkPart(index: number, previous: number, part: Operand): void {
    this.#operandEnds ??= new Int32Array(this.count);
    this.#operandShapes ??= new Uint8Array(this.count);
    this.#operandEnds[index] = -1 - previous;
    this.#operandShapes[index] = SHAPES.indexOf(part.shape);
  }

  /** Joins the linked parts from `last` back to `first` with the operand that follows them. */
  joinParts(first: number, last: number, rest: Operand): Operand {
    let shape = SHAPES.indexOf(rest.shape);
    for (let at = last; at >= first;) {
      const previous = -1 - (this.#operandEnds?.[at] ?? 0);
      shape = Math.max(shape, this.#operandShapes?.[at] ?? 0);
      if (this.#operandEnds !== undefined) this.#operandEnds[at] = rest.end;
      if (this.#operandShapes !== undefined) this.#operandShapes[at] = shape;
      at = previous;
    }
    return { shape: SHAPES[shape] ?? 'none', end: rest.end, isCompound: true };
  }

  /** True when the word at `index` was written as `[name]`. */
  isBracketed(index: number): boolean {
    return (
      index < this.count && this.value.charCodeAt(this.starts[index] ?? 0) === OPENING_BRACKET && this.kinds[index] === KIND.word
    );
  }

  #grow(): void {
    this.#capacity *= GROWTH;
    const kinds = new Uint8Array(this.#capacity);
    kinds.set(this.kinds);
    this.kinds = kinds;
    this.starts = widened(this.starts, this.#capacity);
    this.ends = widened(this.ends, this.#capacity);
    this.#textIndexes = widened(this.#textIndexes, this.#capacity);
  }
}

function widened(values: Int32Array, capacity: number): Int32Array {
  const wide = new Int32Array(capacity);
  wide.set(values);
  return wide;
}

/** Characters of a name that are kept; longer ones are no word of SQL. */
export const WORD_TEXT_MAX = 64;
