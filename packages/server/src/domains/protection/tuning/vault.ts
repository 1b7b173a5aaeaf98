/**
 * What keeps paths, names of fields and samples unreadable on the disk: people write names, addresses and passwords into all
 * of them. Rows are told apart by keyed hashes, so that nobody without the key can even try guesses.
 */
export interface Vault {
  /** Keyed hash, hex, 64 characters. */
  pseudonym(text: string): string;
  seal(text: string): string;
  /** Null for what does not open: another key, another place, or changed. */
  open(sealed: string): string | null;
}
