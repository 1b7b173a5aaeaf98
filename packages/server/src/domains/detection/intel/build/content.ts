import type { IndicatorKind } from '@holdfast/contract';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { ReadEntry, ReadPattern } from '../formats/entry.ts';
import { linesOf } from '../formats/reading.ts';

/** An entry as it is kept. `seenAt` null = it came with the last reading of its source. */
export interface KeptEntry extends ReadEntry {
  readonly seenAt: number | null;
}

/** Also the kinds of the text table; `w` = a host and all below it. */
export const KIND_LETTERS: Readonly<Record<IndicatorKind, string>> = { address: 'i', host: 'h', url: 'u', hash: 'x', agent: 'a' };
const KINDS = new Map(Object.entries(KIND_LETTERS).map(([kind, letter]) => [letter, kind as IndicatorKind]));
export const BELOW_LETTER = 'w';

/** A line that is a pattern: no kind of indicator, so whoever looks for those passes over it. */
const PATTERN_LETTER = 'p';

const CONTENT_BYTES_MAX = 536_870_912;
const GZIP = { level: 4 } as const;

const number = (value: number | null): string => (value === null ? '' : String(value));
const read = (text: string | undefined): number | null => (text === undefined || text === '' ? null : Number(text));

/** One line an entry; values and details hold no control characters. */
export function lineOf({ kind, value, confidence, firstSeenAt, expiresAt, seenAt, detail }: KeptEntry): string {
  return [
    KIND_LETTERS[kind],
    value,
    number(confidence),
    number(firstSeenAt),
    number(expiresAt),
    number(seenAt),
    detail ?? '',
  ].join('\t');
}

export const packLines = (lines: readonly string[]): Uint8Array => gzipSync(lines.join('\n'), GZIP);
export const unpackText = (bytes: Uint8Array): string =>
  bytes.length === 0 ? '' : gunzipSync(bytes, { maxOutputLength: CONTENT_BYTES_MAX }).toString('utf8');

export function* entriesOf(bytes: Uint8Array): Generator<KeptEntry> {
  for (const line of linesOf(unpackText(bytes))) {
    const [letter, value, confidence, firstSeen, expires, seen, detail] = line.split('\t');
    const kind = KINDS.get(letter ?? '');
    if (kind === undefined || value === undefined) continue;
    yield {
      kind,
      value,
      confidence: read(confidence),
      firstSeenAt: read(firstSeen),
      expiresAt: read(expires),
      seenAt: read(seen),
      detail: detail === undefined || detail === '' ? null : detail,
    };
  }
}

export const patternLine = (pattern: ReadPattern): string => `${PATTERN_LETTER}\t${JSON.stringify(pattern)}`;

/** Patterns among what is kept of a source. */
export function* patternsOf(bytes: Uint8Array): Generator<ReadPattern> {
  // Written by `patternLine`, and by nobody else.
  for (const line of linesOf(unpackText(bytes)))
    if (line.startsWith(`${PATTERN_LETTER}\t`)) yield JSON.parse(line.slice(2)) as ReadPattern;
}
