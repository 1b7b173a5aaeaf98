import { kindAt, textAt } from './grammar.ts';
import { KIND, type QuoteContext, type SqlTokens } from './tokens.ts';

/** One stream, the text it was made of and where that text was taken to begin. */
export interface Reading {
  tokens: SqlTokens;
  context: QuoteContext;
  value: string;
}

/** What stands directly before a quote that opens something: code, a list, an attribute or a blank in prose. */
const BEFORE_OPENING = ' \t\n\r([{=,:;<>|&?+`*';

/**
 * True when the first quote, read as the end of the application's literal, rather opens one of the value's own: `split('|')`, `the '>'
 * sign`. A quote that ends a literal follows what the literal holds.
 */
export function opensQuote({ tokens, context, value }: Reading): boolean {
  if (context === 'bare' || kindAt(tokens, 0) !== KIND.string) return false;
  // Adjacent literals were read as one, so the first quote is looked for in the text.
  const quote = context === 'single' ? "'" : context === 'double' ? '"' : '`';
  const at = value.indexOf(quote);
  if (at <= 0 || at + 1 >= value.length) return false;
  return BEFORE_OPENING.includes(value.charAt(at - 1)) && value.charCodeAt(at + 1) > 32;
}

/** `"LIKE"` in quotes of its own is a quoted word or sign, not an operator between two literals. */
export function isQuotedWord(tokens: SqlTokens, word: number, next: number): boolean {
  const touchesLeft = tokens.ends[word - 1] === tokens.starts[word];
  return touchesLeft && tokens.ends[next - 1] === tokens.starts[next] && /^[a-z]+$/.test(textAt(tokens, word));
}

/** Characters of code and mark-up that nobody types before the quote that breaks out of a name or a search. */
const CODE_CHARACTERS = /[\n{};=<>[\]]/;
const LEAD_CHARS_MAX = 64;

/** True when what stands before the first quote could be what a form field holds. */
export function hasPlainLead({ tokens, value }: Reading): boolean {
  const end = (tokens.ends[0] ?? 1) - 1;
  return end <= LEAD_CHARS_MAX && !CODE_CHARACTERS.test(value.slice(0, end));
}
