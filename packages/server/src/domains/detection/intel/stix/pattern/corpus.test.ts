import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePattern, PatternFault, type StixObject } from '../patterns.ts';
import { tryPattern } from '../try-pattern.ts';

const FILE = new URL('../../../../../../../../../shared/corpora/stix/patterns-2.1.json', import.meta.url);

interface MatchCase {
  readonly file: string;
  readonly test: string;
  readonly pattern: string;
  readonly expect: 'match' | 'no_match' | 'error';
  readonly observed: readonly string[];
}
interface Corpus {
  readonly must_parse: readonly string[];
  readonly must_reject: readonly string[];
  readonly match_cases: readonly MatchCase[];
  readonly observations: Readonly<Record<string, Readonly<Record<string, readonly StixObject[]>>>>;
}

/**
 * The extract calls these a match, because their names end in neither `_match` nor `_error`. The tests that they come from expect an
 * exception, and no matcher can do otherwise: `=`, `!=` and `>` of the same two values are all among them. So they count as right
 * when they are answered with the fault that is theirs, and with no other.
 */
const FAULTS: ReadonlyMap<string, string> = new Map([
  ['test_basic_ops_string_err', 'observed: a value that is compared with a time is none'],
  ['test_basic_ops_set_err', 'rule: the values of a set are of one type'],
]);

const wanted = ({ test, expect: label }: MatchCase): string => FAULTS.get(test) ?? label;

function judged({ file, test, pattern, observed }: MatchCase, corpus: Corpus): string {
  const { result, fault } = tryPattern(
    pattern,
    observed.flatMap((name) => corpus.observations[file]?.[name] ?? []),
  );
  if (fault !== null) return FAULTS.has(test) ? `${fault.kind}: ${fault.why}` : 'error';
  return result === 'match' ? 'match' : 'no_match';
}

if (!existsSync(FILE)) process.emitWarning('the corpus of STIX patterns is absent: its cases were not tried');

describe.skipIf(!existsSync(FILE))('the patterns of the OASIS tests', () => {
  // Read only where it is; the shape is that of the file.
  const corpus = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Corpus) : null;

  it('reads every pattern that is one', () => {
    const refused = corpus?.must_parse.filter((pattern) => {
      try {
        parsePattern(pattern);
        return false;
      } catch {
        return true;
      }
    });
    expect(refused).toEqual([]);
    expect(corpus?.must_parse.length).toBeGreaterThan(50);
  });

  it('refuses every pattern that is none, with the place', () => {
    for (const pattern of corpus?.must_reject ?? []) expect(() => parsePattern(pattern), pattern).toThrow(PatternFault);
    expect(corpus?.must_reject.length).toBeGreaterThan(20);
  });

  it('answers each of the 342 cases as its source does: a match, none, or a fault', () => {
    const wrong = corpus?.match_cases
      .map((row) => ({ row, got: judged(row, corpus) }))
      .filter(({ row, got }) => wanted(row) !== got)
      .map(({ row, got }) => `${row.pattern}: ${wanted(row)} wanted, ${got}`);
    expect(wrong).toEqual([]);
    expect(corpus?.match_cases.length).toBe(342);
    expect(corpus?.match_cases.filter(({ test }) => FAULTS.has(test)).length).toBe(6);
  });
});
