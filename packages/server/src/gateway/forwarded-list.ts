import type { RequestHead } from './exchange.ts';

const ENTRIES_MAX = 64;

/**
 * The entries of a list header over all its lines (RFC 9110 §5.3), the last 64. Counted from the right and over every line:
 * a proxy appends its entry or adds a line of its own, so what stands further left or in an earlier line anyone can write.
 */
export function listFromRight({ headers }: RequestHead, name: string): string[] {
  const entries: string[] = [];
  for (const [held, value] of headers) if (held === name) entries.push(...value.split(','));
  return entries.slice(-ENTRIES_MAX).map((entry) => entry.trim());
}
