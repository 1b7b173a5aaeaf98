import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  compilePattern,
  matchPattern,
  MatchFault,
  observationsOf,
  parsePattern,
  PatternFault,
  type StixObject,
} from '../patterns.ts';

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
 * The corpus calls these a match; the tests they come from expect an exception, and no matcher can do otherwise: `=` and `!=` of
 * the same two values are both among them.
 */
const ERRORS = new Set(['test_basic_ops_string_err', 'test_basic_ops_set_err']);

function judged({ file, pattern, observed }: MatchCase, corpus: Corpus): MatchCase['expect'] {
  const bundles = observed.flatMap((name) => corpus.observations[file]?.[name] ?? []);
  try {
    const result = matchPattern(compilePattern(parsePattern(pattern, { isStrict: false })), observationsOf(bundles));
    return result.kind === 'match' ? 'match' : result.kind === 'no-match' ? 'no_match' : 'error';
  } catch (error) {
    if (error instanceof PatternFault || error instanceof MatchFault) return 'error';
    throw error;
  }
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

  it('matches what they match', () => {
    const wrong = corpus?.match_cases
      .map((row) => ({ row, wanted: ERRORS.has(row.test) ? 'error' : row.expect, got: judged(row, corpus) }))
      .filter(({ wanted, got }) => wanted !== got)
      .map(({ row, wanted, got }) => `${row.pattern}: ${wanted} wanted, ${got}`);
    expect(wrong).toEqual([]);
    expect(corpus?.match_cases.length).toBeGreaterThan(300);
  });
});
