import {
  CLAUSE_WORDS,
  DANGEROUS_FUNCTIONS,
  IDENTITY_FUNCTIONS,
  JUDGED_WORDS,
  LITERAL_WORDS,
  PREFIX_WORDS,
  SCALAR_FUNCTIONS,
  STRING_PREFIXES,
  STATEMENT_WORDS,
} from './words.ts';

/** Operators whose text readers ask for. */
const OPERATORS = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '|',
  '&',
  '~',
  '#',
  '||',
  '&&',
  '->',
  '!',
  '=',
  '<',
  '>',
  '<>',
  '!=',
  '<=',
  '>=',
];
const LOGIC = ['or', 'and', 'xor', 'eqv', 'imp'];
const COMPARISONS = ['like', 'rlike', 'regexp', 'ilike', 'glob', 'is', 'in', 'between', 'sounds', 'similar', 'contains', 'match'];
const WORD_OPERATORS = ['div', 'mod', 'collate'];

/** What a known text is, so that most questions about it are one look into a table. */
export const ROLE = { word: 0, logic: 1, compare: 2, operator: 3 } as const;

/**
 * Texts that are kept once for all streams: a token of one of them is a number. 0 is the token without a text. Most words of a hostile
 * megabyte, and of a long letter, are then never cut out of it.
 */
export const KNOWN_TEXTS: readonly string[] = [
  '',
  ...new Set([
    ...OPERATORS,
    ...LOGIC,
    ...COMPARISONS,
    ...WORD_OPERATORS,
    ...CLAUSE_WORDS,
    ...DANGEROUS_FUNCTIONS,
    ...IDENTITY_FUNCTIONS,
    ...JUDGED_WORDS,
    ...LITERAL_WORDS,
    ...PREFIX_WORDS,
    ...SCALAR_FUNCTIONS,
    ...STRING_PREFIXES,
    ...STATEMENT_WORDS,
  ]),
];
const KNOWN_INDEXES: ReadonlyMap<string, number> = new Map(KNOWN_TEXTS.map((text, index) => [text, index]));

/** Role of each known text. */
export const ROLES: Uint8Array = Uint8Array.from(KNOWN_TEXTS, roleOf);
/** 1 for each known text at which something may begin: a clause, a query, or a name of a database with its underscore. */
export const IS_JUDGED: Uint8Array = Uint8Array.from(KNOWN_TEXTS, (text) =>
  JUDGED_WORDS.has(text) || text.includes('_') ? 1 : 0,
);

function roleOf(text: string): number {
  if (LOGIC.includes(text)) return ROLE.logic;
  if (COMPARISONS.includes(text)) return ROLE.compare;
  return WORD_OPERATORS.includes(text) ? ROLE.operator : ROLE.word;
}

/** Index of a known text, or 0. */
export function knownIndex(text: string): number {
  return KNOWN_INDEXES.get(text) ?? 0;
}

/** Longest text of the table. */
const KNOWN_CHARS_MAX = Math.max(...KNOWN_TEXTS.map((text) => text.length));
/** Slots of the table: a power of two, and so many that nearly every unknown word meets an empty one. */
const SLOTS = 16_384;
const SLOT_MASK = SLOTS - 1;
const HASH_FACTOR = 31;
/** Sets the bit that tells capitals from small letters; what else may stand in a word keeps its own place. */
const SMALL = 32;

const TABLE: Int16Array = fill();

function fill(): Int16Array {
  const table = new Int16Array(SLOTS);
  for (let index = 1; index < KNOWN_TEXTS.length; index++) {
    const text = KNOWN_TEXTS[index] ?? '';
    let slot = hash(text, 0, text.length);
    while (table[slot] !== 0) slot = (slot + 1) & SLOT_MASK;
    table[slot] = index;
  }
  return table;
}

function hash(value: string, start: number, end: number): number {
  let sum = 0;
  for (let at = start; at < end; at++) sum = (Math.imul(sum, HASH_FACTOR) + (value.charCodeAt(at) | SMALL)) | 0;
  return (sum ^ (sum >>> 15)) & SLOT_MASK;
}

/** Index of the known word between two offsets, in any case, or 0: found without cutting the word out. */
export function findKnown(value: string, start: number, end: number): number {
  if (end - start > KNOWN_CHARS_MAX) return 0;
  for (let slot = hash(value, start, end); ; slot = (slot + 1) & SLOT_MASK) {
    const index = TABLE[slot] ?? 0;
    if (index === 0 || isSame(KNOWN_TEXTS[index] ?? '', value, { start, end })) return index;
  }
}

function isSame(text: string, value: string, { start, end }: { start: number; end: number }): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) {
    if ((text.charCodeAt(i) | SMALL) !== (value.charCodeAt(start + i) | SMALL)) return false;
  }
  return true;
}
