import { readBearerToken } from '../../domains/identity/index.ts';
import type { RequestHead } from '../exchange.ts';

/** What an Authorization field says to us, and what of it the application may see. */
export interface TakenToken {
  readonly headers: RequestHead['headers'];
  /** SHA-256 of the token, hex; null = there was more than one, and nobody can say which one was meant. */
  readonly hash: string | null;
}

/**
 * Takes tokens of ours out of the headers; null when there is none. Only what has their form and checksum is ours: other
 * bearer tokens are the application's, also those of others that begin alike.
 */
export function takeServiceToken(headers: RequestHead['headers']): TakenToken | null {
  let hash: string | null = null;
  let count = 0;
  for (const [name, value] of headers) {
    if (name !== 'authorization') continue;
    const read = readBearerToken(value);
    if (read === null) continue;
    count += 1;
    hash = read;
  }
  if (count === 0) return null;
  const rest = headers.filter(([name, value]) => name !== 'authorization' || readBearerToken(value) === null);
  return { headers: rest, hash: count === 1 ? hash : null };
}
