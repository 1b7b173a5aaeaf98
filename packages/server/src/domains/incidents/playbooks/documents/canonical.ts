import { createHash } from 'node:crypto';

/**
 * A document in the one form of RFC 8785: keys in the order of their UTF-16 units, nothing between. Texts and numbers are written as
 * ECMAScript writes them, which is what the standard says. The document is not deeper than what is read here.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}

export const digestOf = (document: unknown): string => createHash('sha256').update(canonicalJson(document)).digest('hex');
