import { RULE_GROUPS } from '@holdfast/contract';
import type { Decrypt } from '../leaves/leaf-read.ts';

/** Hexadecimal digits of a keyed hash that fit a number exactly: 48 bits. */
const TOKEN_DIGITS = 12;
const GROUPS: ReadonlySet<string> = new Set(RULE_GROUPS);

/** What a row is searched by beyond the fields of its leaf that have a column. */
export interface SearchColumns {
  readonly rule_group: string | null;
  readonly path_first: number | null;
  readonly path_last: number | null;
}

/** The fields of a leaf that this reads; see LeafColumns: our own leaf. */
export interface SearchedLeaf {
  readonly id: string;
  readonly type: string;
  readonly reason: string | null;
  readonly pii: Readonly<Record<string, string>>;
}

export interface SearchKeys {
  of(leaf: SearchedLeaf): SearchColumns;
  /** The path of a request, lower case; null where there is none, and after its subject was erased. */
  path(leaf: SearchedLeaf): string | null;
  /** The token of one segment of a path. */
  token(segment: string): number;
}

export const segmentsOf = (path: string): string[] =>
  path
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '');

/** A rule is named group.rule, and the reason of a decision is its rule. */
function groupOf({ type, reason }: SearchedLeaf): string | null {
  if (type !== 'request.completed' || reason === null) return null;
  const [group = ''] = reason.split('.', 1);
  return GROUPS.has(group) ? group : null;
}

/**
 * Columns to search by, made from a leaf alone, so that rows can be made anew. A path stands in a leaf as ciphertext under the
 * key of its subject, and its segments here under a key of this data directory.
 */
export function createSearchKeys(hmac: (text: string) => string, decrypt: Decrypt): SearchKeys {
  const token = (segment: string): number => Number.parseInt(hmac(segment.toLowerCase()).slice(0, TOKEN_DIGITS), 16);
  return {
    token,
    path: (leaf) => pathOf(leaf, decrypt)?.toLowerCase() ?? null,
    of(leaf) {
      const segments = segmentsOf(pathOf(leaf, decrypt) ?? '');
      const [first, last] = [segments[0], segments.at(-1)];
      return {
        rule_group: groupOf(leaf),
        path_first: first === undefined ? null : token(first),
        path_last: last === undefined ? null : token(last),
      };
    },
  };
}

/** Null where there is none, and after its subject was erased. */
function pathOf({ id, pii }: SearchedLeaf, decrypt: Decrypt): string | null {
  const envelope = pii['content'];
  const text = envelope === undefined ? null : decrypt({ envelope, field: 'content', place: ['ledger', id] });
  if (text === null) return null;
  const values: unknown = JSON.parse(text);
  const path: unknown = typeof values === 'object' && values !== null && 'path' in values ? values.path : null;
  return typeof path === 'string' ? path : null;
}
