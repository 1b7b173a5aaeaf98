/**
 * A place where something lies sealed with data keys of the keyring: rows of a table, files of a folder. Whoever seals something
 * that lasts says so with one of these, so that a change of keys finds it and nothing is left under an old one.
 */
export interface SealedArea {
  /** As operators read it: `people: authenticator seeds`. */
  readonly name: string;
  /** Which keys of the ring it lies under; left out = `data`. */
  readonly purpose?: 'data' | 'subjects';
  /** It lies in the data directory, so each node has its own; left out = in the database, which all nodes share. */
  readonly isOfNode?: boolean;
  /** How much lies there, by the id of the key that sealed it. */
  count(): Promise<ReadonlyMap<string, number>>;
  /**
   * Seals at most `limit` of those anew that are not sealed with `keyId`, while others read and write; how many it did. 0 = none
   * is left. Whatever does not open is an error that names its place and never its content.
   */
  reseal(keyId: string, limit: number): Promise<number>;
  /** Opens one that was sealed with this key; false = it does not open. Null = there is none. */
  sample(keyId: string): Promise<boolean | null>;
}
