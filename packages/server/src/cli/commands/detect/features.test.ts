import { describe, expect, it } from 'vitest';
import { isSigmaCorpusPresent, readSigmaCorpus, rulesIn } from '../../../../../../tests/support/sigma-corpus.ts';
import { countFeatures } from './features.ts';

const RULE = `title: One
detection:
  asked:
    a|contains|all: ['x*', '\\*y']
    b: null
  words: [one, 2]
  condition: 1 of asked* and not words
`;

describe('features of rules', () => {
  it('are counted once for a rule, however often it uses them', () => {
    const counts = countFeatures([RULE, RULE.replace('one, 2', 'three'), 'a: [broken', '- no map', 'title: none']);
    expect(Object.fromEntries(counts)).toEqual({
      'modifier: contains': 2,
      'modifier: all': 2,
      'value: list': 2,
      'value: wildcard *': 2,
      'value: escaped wildcard': 2,
      'value: null': 2,
      'selection: map': 2,
      'selection: keywords': 2,
      'condition: 1 of pattern*': 2,
      'condition: and': 2,
      'condition: not': 2,
    });
  });

  it.skipIf(!isSigmaCorpusPresent)('of the public web rules are those that were counted by other means', () => {
    const web = rulesIn(readSigmaCorpus())
      .map(([, text]) => text)
      .filter((text) => /^\s+category: (?:webserver|proxy)\s*$/mu.test(text));
    const counts = countFeatures(web);
    const named = ['modifier: contains', 'modifier: endswith', 'modifier: startswith', 'modifier: re', 'modifier: cidr'];
    const conditions = [
      'condition: 1 of pattern*',
      'condition: all of pattern*',
      'condition: single identifier',
      'condition: not',
    ];
    const expected = [102, 21, 10, 6, 1, 20, 16, 89, 17];
    const found = [...named, ...conditions].map((name) => counts.get(name) ?? 0);
    // Of the 142 rules that were counted then, the corpus has all but one.
    expect(web.length).toBe(141);
    for (const [index, count] of found.entries()) expect([expected[index], (expected[index] ?? 0) - 1]).toContain(count);
  });
});
