import { describe, expect, it } from 'vitest';
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
});
