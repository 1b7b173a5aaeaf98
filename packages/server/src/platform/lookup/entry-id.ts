import { createHash } from 'node:crypto';

/** Names one entry of one list, the same at every node and after every reading. Says nothing of whom it is about. */
export const entryId = (list: string, kind: string, value: string): string =>
  `${list}.${createHash('sha256').update(`${kind} ${value}`).digest('hex').slice(0, 16)}`;
