import {
  DETAIL_CHARS_MAX,
  UnreadableSource,
  type ReadEntry,
  type ReadFormat,
  type ReadPattern,
  type ReadResult,
} from '../../formats/entry.ts';
import { detailText, normaliseIndicator } from '../../formats/normalise.ts';
import { Reading } from '../../formats/reading.ts';
import { compilePattern } from '../pattern/match.ts';
import { MatchFault, PatternFault } from '../pattern/fault.ts';
import { parsePattern } from '../pattern/parse.ts';
import type { Pattern } from '../pattern/tree.ts';
import { readBundle, type StixBundle } from './bundle.ts';
import { indicatorsOf, type StixIndicator } from './indicator.ts';
import { simpleValuesOf } from './simple.ts';

/** Patterns that one source may have watched for. */
const PATTERNS_MAX = 2000;

/** A bundle of STIX: what it does not hold any more is withdrawn. */
export const readStix: ReadFormat = (text) => read(text, true);

/** What a TAXII server told that is new: what it revokes is withdrawn, the rest stays. */
export const readTaxii: ReadFormat = (text) => read(text, false);

function read(text: string, isWhole: boolean): ReadResult {
  const bundle = readBundle(text);
  if (bundle === null) throw new UnreadableSource('It is no STIX.');
  return resultOf(bundle, isWhole);
}

function resultOf(bundle: StixBundle, isWhole: boolean): ReadResult {
  const reading = new Reading();
  const withdrawn: Pick<ReadEntry, 'kind' | 'value'>[] = [];
  const withdrawnPatterns: string[] = [];
  const patterns: ReadPattern[] = [];
  if (bundle.unreadable > 0) reading.refuse(`${bundle.unreadable} objects`, 'an object without type or id');
  for (const indicator of indicatorsOf(bundle)) {
    const pattern = patternOf(indicator, reading);
    if (pattern === null) continue;
    const values = simpleValuesOf(pattern);
    if (indicator.isRevoked) {
      withdrawnPatterns.push(indicator.id);
      for (const { kind, value } of values ?? []) withdrawn.push(normaliseIndicator(kind, value) ?? { kind, value });
    } else if (values !== null) {
      const { confidence, validFrom: firstSeenAt, validUntil: expiresAt } = indicator;
      for (const { kind, value } of values)
        reading.add(kind, value, { confidence, firstSeenAt, expiresAt, detail: detailOf(indicator) });
    } else if (patterns.length < PATTERNS_MAX) patterns.push(keptPattern(indicator));
    else reading.refuse(indicator.id, `more than ${PATTERNS_MAX} patterns`);
  }
  return { ...reading.result(), isWhole, withdrawn, patterns, withdrawnPatterns };
}

/** Null and a word about it when it cannot be used. */
function patternOf({ id, pattern, patternType, isRevoked }: StixIndicator, reading: Reading): Pattern | null {
  if (patternType !== 'stix') {
    reading.refuse(id, `a pattern of another language: ${patternType.slice(0, 40)}`);
    return null;
  }
  try {
    const parsed = parsePattern(pattern);
    if (!isRevoked && simpleValuesOf(parsed) === null) compilePattern(parsed);
    return parsed;
  } catch (error) {
    if (!(error instanceof PatternFault) && !(error instanceof MatchFault)) throw error;
    reading.refuse(
      id,
      error instanceof PatternFault && error.kind === 'unsupported'
        ? 'a pattern that is not matched here'
        : 'not a valid pattern',
    );
    return null;
  }
}

function keptPattern(indicator: StixIndicator): ReadPattern {
  const { id, pattern, confidence, validFrom, validUntil } = indicator;
  return { id, pattern, confidence, firstSeenAt: validFrom, expiresAt: validUntil, detail: detailOf(indicator) };
}

function detailOf({ name, tags, tlp }: StixIndicator): string | null {
  const marked = tlp === null ? [] : [`TLP:${tlp.toUpperCase()}`];
  return detailText([name, ...tags, ...marked].filter((part) => part !== '').join(', '), DETAIL_CHARS_MAX);
}
