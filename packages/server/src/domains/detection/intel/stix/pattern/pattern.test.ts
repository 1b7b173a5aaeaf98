import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  compilePattern,
  matchPattern,
  observationsOf,
  parseComparison,
  parsePattern,
  PatternFault,
  printPattern,
  type StixObject,
} from '../patterns.ts';

interface Cases {
  readonly observations: readonly {
    readonly firstObserved: string;
    readonly times: number;
    readonly objects: Readonly<Record<string, StixObject>>;
  }[];
  readonly match: readonly { readonly pattern: string; readonly expect: 'match' | 'no-match' }[];
  readonly reject: readonly string[];
}

// The file lies beside this one; the test fails where its shape is another.
const CASES = JSON.parse(readFileSync(new URL('cases.json', import.meta.url), 'utf8')) as Cases;

const observations = observationsOf([
  {
    type: 'bundle',
    objects: CASES.observations.map(({ firstObserved, times, objects }, index) => ({
      type: 'observed-data',
      id: `observed-data--${index}`,
      first_observed: firstObserved,
      last_observed: firstObserved,
      number_observed: times,
      objects,
    })),
  },
]);

const judge = (text: string): string => matchPattern(compilePattern(parsePattern(text)), observations).kind;

describe('STIX patterns', () => {
  it.each(CASES.match)('$pattern: $expect', ({ pattern, expect: wanted }) => {
    expect(judge(pattern)).toBe(wanted);
    const tree = parsePattern(pattern);
    expect(parsePattern(printPattern(tree))).toEqual(tree);
  });

  it.each(CASES.reject)('refuses %s', (pattern) => {
    expect(() => parsePattern(pattern)).toThrow(PatternFault);
  });

  it('tells where a pattern goes wrong', () => {
    const faultOf = (text: string): unknown => {
      try {
        return parsePattern(text);
      } catch (error) {
        return error;
      }
    };
    expect(faultOf("[file:name ~ 'x']")).toMatchObject({ kind: 'syntax', offset: 11 });
    expect(faultOf('[file:size = 1] REPEATS 0 TIMES')).toMatchObject({ kind: 'rule', offset: 24 });
    expect(faultOf(`[${'('.repeat(200)}file:size = 1`)).toMatchObject({ kind: 'limit' });
    expect(faultOf('x'.repeat(200_000))).toMatchObject({ kind: 'limit' });
  });

  it('refuses expressions that are not linear, and says that it is only here', () => {
    expect(() => compilePattern(parsePattern(String.raw`[url:value MATCHES '(a)\\1']`))).toThrow(
      expect.objectContaining({ kind: 'unsupported' }),
    );
    expect(() => compilePattern(parsePattern("[url:value MATCHES '(a']"))).toThrow(expect.objectContaining({ kind: 'rule' }));
    expect(() => compilePattern(parsePattern("[ipv4-addr:value ISSUBSET '10.0.0.0/33']"))).toThrow(PatternFault);
  });

  it('says that a value is no time rather than that it differs', () => {
    expect(judge("[user-account:user_id != t'2026-03-01T10:00:00Z']")).toBe('fault');
  });

  it('ends where there are too many ways', () => {
    const many = Array.from({ length: 300 }, () => observations[0]).filter((one) => one !== undefined);
    const pattern = "([url:value LIKE '%'] AND [url:value LIKE '%']) REPEATS 200 TIMES FOLLOWEDBY [file:size = 1]";
    expect(matchPattern(compilePattern(parsePattern(pattern)), many)).toMatchObject({
      kind: expect.stringMatching('fault|no-match'),
    });
    const text = 'a'.repeat(20_000);
    const long = observationsOf([
      {
        type: 'observed-data',
        first_observed: '2026-03-01T10:00:00Z',
        last_observed: '2026-03-01T10:00:00Z',
        number_observed: 1,
        objects: { a: { type: 'url', value: text } },
      },
    ]);
    expect(
      matchPattern(compilePattern(parsePattern("[url:value MATCHES '(a+)+$' AND url:value MATCHES '(a|a)*b']")), long).kind,
    ).toBe('no-match');
  });

  it('reads a condition without brackets, as playbooks write it', () => {
    expect(parseComparison("__score__:value >= 80 AND __who__:value = 'x'")).toMatchObject({ kind: 'and' });
    expect(() => parseComparison('[__score__:value = 1]')).toThrow(PatternFault);
  });
});
