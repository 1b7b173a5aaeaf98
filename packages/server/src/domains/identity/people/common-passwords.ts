import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Refusal } from '../../../platform/refusal.ts';
import { openBloom, packBloom, type Bloom } from './bloom.ts';

/** One in twenty thousand good passwords is taken for a common one: its owner thinks of another. */
const FALSE_POSITIVE_RATE = 5e-5;
/** Shorter ones are refused by their length. */
export const LISTED_LENGTH_MIN = 8;

/** As words are listed and looked up: what looks the same is the same, whatever its case. */
export const foldPassword = (password: string): string => password.normalize('NFKC').toLowerCase();

/** Unicode code points count as characters each (SP 800-63B-4 §3.1.1.2). */
export const countCharacters = (text: string): number => Array.from(text).length;

export interface CommonPasswords {
  has(password: string): Promise<boolean>;
}

/** Beside the code of the server, made when it is installed. */
export function commonPasswordsFile(): string {
  return path.resolve(import.meta.dirname, '../../../../data/common-passwords.bin');
}

/** The file of a list of words: those that are long enough to be passwords here, each once. */
export function packCommonPasswords(words: Iterable<string>): Buffer {
  const kept = new Set<string>();
  for (const word of words) {
    const folded = foldPassword(word);
    if (countCharacters(folded) >= LISTED_LENGTH_MIN) kept.add(folded);
  }
  return packBloom(kept, { entries: kept.size, rate: FALSE_POSITIVE_RATE });
}

/**
 * Read at the first use and kept. Without the list no password can be set: SP 800-63B-4 §3.1.1.2 asks for the comparison, and a
 * check that quietly does nothing is worse than none.
 */
export function openCommonPasswords(file: string = commonPasswordsFile()): CommonPasswords {
  let opened: Promise<Bloom> | null = null;
  const open = async (): Promise<Bloom> => {
    const bytes = await readFile(file).catch((cause: unknown) => {
      throw new Refusal('password-list-missing', { cause });
    });
    const bloom = openBloom(bytes);
    if (bloom === null) throw new Refusal('password-list-missing', { detail: 'The list of common passwords is damaged.' });
    return bloom;
  };
  return {
    async has(password) {
      opened ??= open();
      try {
        return (await opened).has(foldPassword(password));
      } catch (error) {
        // The next try reads again: the list may have been put there meanwhile.
        opened = null;
        throw error;
      }
    },
  };
}
