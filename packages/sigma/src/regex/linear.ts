import type { RegexFlags } from '../value/value.ts';
import { RegexError } from './escapes.ts';
import { Regex } from './regex.ts';

export type LinearRegex =
  | { readonly isUsable: true; test(text: string): boolean }
  /** `unsupported`: it is right, but asks for what no automaton can do, or is too large. */
  | { readonly isUsable: false; readonly fault: 'invalid' | 'unsupported'; readonly why: string };

const STATES_MAX = 5000;

/**
 * A regular expression that takes time linear in the text, or the reason why there is none. The part of PCRE that a finite
 * automaton can match: no look-around, no back-references.
 *
 * @example
 * const regex = linearRegex('^/wp-(admin|login)', {});
 * regex.isUsable && regex.test('/wp-login.php') // true
 */
export function linearRegex(source: string, flags: Partial<RegexFlags>): LinearRegex {
  try {
    const regex = new Regex(source, { i: false, m: false, s: false, ...flags }, STATES_MAX);
    return { isUsable: true, test: (text) => regex.test(text) };
  } catch (error) {
    if (error instanceof RegexError)
      return { isUsable: false, fault: error.code === 'regex-invalid' ? 'invalid' : 'unsupported', why: error.message };
    throw error;
  }
}
