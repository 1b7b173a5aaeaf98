import { Refusal } from '../platform/refusal.ts';

/** A strong tag: the revision counts every change (RFC 9110 §8.8.3). */
export const entityTag = (revision: number): string => `"${revision}"`;

/**
 * The revision that `If-Match` asks for (RFC 9110 §13.1.1); null without the header or with `*`. Of several tags at most one
 * can be ours, so a list is refused rather than guessed at.
 */
export function readIfMatch(header: string | undefined): number | null {
  if (header === undefined || header.trim() === '*') return null;
  const revision = /^"(\d{1,10})"$/u.exec(header.trim())?.[1];
  if (revision === undefined) throw new Refusal('precondition-failed');
  return Number(revision);
}
