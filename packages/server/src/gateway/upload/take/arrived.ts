/** Octets that were read, and whether nobody else sees the memory in which they stand. */
export interface Arrived {
  readonly bytes: Uint8Array;
  readonly isOwn: boolean;
}

/** Both of them; a fault is told to whoever waits, and to nobody when it came after something else had ended the taking. */
export function joined(first: Promise<void> | null, second: Promise<void> | null): Promise<void> | null {
  return first === null || second === null ? (first ?? second) : heard(Promise.all([first, second]));
}

/** A promise that may be left alone. */
export function heard(waiting: Promise<unknown>): Promise<void> {
  const told = waiting.then(() => undefined);
  told.catch(() => undefined);
  return told;
}
