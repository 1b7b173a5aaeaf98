import { countCharacters, foldPassword, type CommonPasswords } from './common-passwords.ts';

/** SP 800-63B-4 §3.1.1.2: 15 characters as the only factor, 8 beside another; no rules of composition, no expiry. */
export const LENGTH_ALONE_MIN = 15;
export const LENGTH_BESIDE_MIN = 8;
/** Beyond this it is no password, and hashing it is work for an attacker's benefit. */
export const LENGTH_MAX = 256;
/** Shorter words stand in many good passwords by chance. */
const CONTEXT_LENGTH_MIN = 4;
/** Characters that are said over and over. */
const REPEATED_MAX = 4;

export interface PasswordContext {
  /** A second factor is needed for each sign-in. */
  readonly isBesideFactor: boolean;
  /** Names, address and application: an attacker tries these first (ASVS 5.0 6.2.11). */
  readonly words: readonly string[];
}

export type PasswordFault = 'too-short' | 'too-long' | 'common' | 'contains-name';

const lengthOf = (password: string): number => countCharacters(password.normalize('NFKC'));

export const isShortPassword = (password: string): boolean => lengthOf(password) < LENGTH_ALONE_MIN;

function containsWord(folded: string, words: readonly string[]): boolean {
  return words
    .flatMap((word) => [word, ...word.split(/[\s@.]+/u)])
    .map(foldPassword)
    .some((word) => countCharacters(word) >= CONTEXT_LENGTH_MIN && folded.includes(word));
}

/** Why the password cannot be used; null = it can. */
export async function judgePassword(
  password: string,
  { isBesideFactor, words }: PasswordContext,
  common: CommonPasswords,
): Promise<PasswordFault | null> {
  // Code units first: counting characters must not cost more than it may.
  if (password.length > LENGTH_MAX * 4) return 'too-long';
  const length = lengthOf(password);
  if (length > LENGTH_MAX) return 'too-long';
  if (length < (isBesideFactor ? LENGTH_BESIDE_MIN : LENGTH_ALONE_MIN)) return 'too-short';
  const folded = foldPassword(password);
  if (await common.has(folded)) return 'common';
  if (isRepeated(folded)) return 'common';
  return containsWord(folded, words) ? 'contains-name' : null;
}

/** `aaaaaaaaaaaaaaa`, `abcdabcdabcdabcd`: on no list at each length, and on every attacker's. Words may come again. */
function isRepeated(text: string): boolean {
  for (let period = 1; period <= REPEATED_MAX && period * 2 <= text.length; period += 1) {
    if (text.startsWith(text.slice(0, text.length - period), period)) return true;
  }
  return false;
}

export const PASSWORD_FAULTS: Readonly<Record<PasswordFault, string>> = {
  'too-short': `a password needs ${LENGTH_ALONE_MIN} characters, or ${LENGTH_BESIDE_MIN} where a second factor is asked for`,
  'too-long': `at most ${LENGTH_MAX} characters`,
  common: 'this password is on the list of those that attackers try first',
  'contains-name': 'the password contains your name, your address or the name of the application',
};
