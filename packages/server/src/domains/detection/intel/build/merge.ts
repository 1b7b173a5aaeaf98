import { createHash } from 'node:crypto';
import { ENTRIES_MAX, type ReadEntry, type ReadResult, type RefusedEntry } from '../formats/entry.ts';
import { entriesOf, lineOf, packLines, patternLine, patternsOf, type KeptEntry } from './content.ts';

export interface RefusedWhy {
  readonly why: string;
  readonly entries: number;
  readonly example: string;
}

export interface Merged {
  readonly content: Uint8Array;
  /** SHA-256 of the lines: the same entries have the same one. */
  readonly digest: string;
  readonly entries: number;
  readonly added: number;
  readonly removed: number;
  readonly refused: readonly RefusedWhy[];
}

const WHYS_MAX = 16;

/** Counts by reason, each with its first example. */
export function countRefused(refused: readonly RefusedEntry[]): RefusedWhy[] {
  const counted = new Map<string, { why: string; entries: number; example: string }>();
  for (const { why, value } of refused) {
    const held = counted.get(why);
    if (held !== undefined) held.entries += 1;
    else if (counted.size < WHYS_MAX) counted.set(why, { why, entries: 1, example: value });
  }
  return [...counted.values()];
}

const keyOf = ({ kind, value }: Pick<ReadEntry, 'kind' | 'value'>): string => `${kind} ${value}`;

/** What a reading of additions leaves as it was. */
function stillThere(before: ReadonlyMap<string, KeptEntry>, { withdrawn }: ReadResult, now: number): Map<string, string> {
  const gone = new Set(withdrawn.map(keyOf));
  const kept = [...before].filter(([key, { expiresAt }]) => !gone.has(key) && (expiresAt === null || expiresAt > now));
  return new Map(kept.map(([key, entry]) => [key, lineOf(entry)]));
}

/**
 * What was read, over what was kept: when an entry came first is remembered, and where a reading tells additions only, what it does
 * not name stays as it was seen last.
 */
export function mergeContent(previous: Uint8Array, result: ReadResult, now: number): Merged {
  const before = new Map([...entriesOf(previous)].map((entry) => [keyOf(entry), entry]));
  const lines = result.isWhole ? new Map<string, string>() : stillThere(before, result, now);
  let added = 0;
  for (const entry of result.entries) {
    const key = keyOf(entry);
    const held = before.get(key);
    if (held === undefined) added += 1;
    if (lines.size >= ENTRIES_MAX && !lines.has(key)) continue;
    const firstSeenAt = held?.firstSeenAt ?? entry.firstSeenAt ?? now;
    lines.set(key, lineOf({ ...entry, firstSeenAt, seenAt: result.isWhole ? null : now }));
  }
  let removed = 0;
  for (const key of before.keys()) if (!lines.has(key)) removed += 1;
  const kept = [...lines.values(), ...patternLines(previous, result, now)].sort();
  const digest = createHash('sha256').update(kept.join('\n')).digest('hex');
  const refused = countRefused(result.refused);
  return { content: packLines(kept), digest, entries: kept.length, added, removed, refused };
}

/** Patterns by the same rule as entries. Most formats have none, and what is kept of those is not read for them. */
function patternLines(previous: Uint8Array, { patterns, withdrawnPatterns = [], isWhole }: ReadResult, now: number): string[] {
  if (patterns === undefined) return [];
  const kept = new Map((isWhole ? [] : [...patternsOf(previous)]).map((pattern) => [pattern.id, pattern]));
  for (const pattern of patterns) kept.set(pattern.id, pattern);
  for (const id of withdrawnPatterns) kept.delete(id);
  return [...kept.values()]
    .filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
    .map((pattern) => patternLine(pattern));
}
