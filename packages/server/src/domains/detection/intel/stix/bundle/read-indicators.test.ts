import { describe, expect, it } from 'vitest';
import { UnreadableSource } from '../../formats/entry.ts';
import { mergeContent } from '../../build/merge.ts';
import { entriesOf, patternsOf } from '../../build/content.ts';
import { readStix, readTaxii } from './read-indicators.ts';

const OPTIONS = { kind: null, column: null };
const NOW = Date.UTC(2026, 0, 10);
const NOTHING = new Uint8Array();

let last = 0;
const indicator = (pattern: string, change: object = {}): object => {
  last += 1;
  return {
    type: 'indicator',
    id: `indicator--${last}`,
    name: 'Gate',
    pattern,
    pattern_type: 'stix',
    modified: '2026-01-01T00:00:00Z',
    ...change,
  };
};
const textOf = (...objects: readonly object[]): string => JSON.stringify({ type: 'bundle', id: 'bundle--1', objects });

describe('indicators of STIX as entries', () => {
  it('takes values with how sure, how long and what for', () => {
    const until = { confidence: 70, valid_from: '2026-01-01T00:00:00Z', valid_until: '2026-02-01T00:00:00Z', labels: ['c2'] };
    const { entries, isWhole } = readStix(
      textOf(indicator("[ipv4-addr:value = '198.51.100.7' OR url:value = 'HTTP://Evil.example/a']", until)),
      OPTIONS,
    );
    expect(isWhole).toBe(true);
    const beside = { confidence: 70, firstSeenAt: Date.UTC(2026, 0, 1), expiresAt: Date.UTC(2026, 1, 1), detail: 'Gate, c2' };
    expect(entries).toEqual([
      { kind: 'address', value: '198.51.100.7', ...beside },
      { kind: 'url', value: 'http://evil.example/a', ...beside },
    ]);
  });

  it('tells what it cannot use, and uses the rest', () => {
    const { entries, refused } = readStix(
      textOf(
        indicator("[domain-name:value = 'evil.example']"),
        indicator('alert tcp any any', { pattern_type: 'snort' }),
        indicator('[nonsense'),
        indicator("[url:value MATCHES '(?=a)']"),
        { type: 'indicator' },
      ),
      OPTIONS,
    );
    expect(entries).toHaveLength(1);
    expect(refused.map(({ why }) => why).toSorted()).toEqual([
      'a pattern of another language: snort',
      'a pattern that is not matched here',
      'an object without type or id',
      'not a valid pattern',
    ]);
  });

  it('keeps what says more than a value, until it is revoked or ends', () => {
    const complex = indicator("[url:value LIKE '%/gate.php']", { id: 'indicator--c' });
    const short = indicator("[url:value LIKE '%/short']", { id: 'indicator--s', valid_until: '2026-01-05T00:00:00Z' });
    const first = mergeContent(
      NOTHING,
      readTaxii(textOf(complex, short, indicator("[ipv4-addr:value = '198.51.100.7']", { id: 'indicator--v' })), OPTIONS),
      NOW,
    );
    expect([...patternsOf(first.content)].map(({ id }) => id)).toEqual(['indicator--c']);
    expect([...entriesOf(first.content)]).toHaveLength(1);
    const same = mergeContent(first.content, readTaxii(textOf(), OPTIONS), NOW);
    expect([...patternsOf(same.content)]).toHaveLength(1);
    const gone = { revoked: true, modified: '2026-01-02T00:00:00Z' };
    const revoked = textOf(
      { ...complex, ...gone },
      indicator("[ipv4-addr:value = '198.51.100.7']", { id: 'indicator--v', ...gone }),
    );
    const after = mergeContent(same.content, readTaxii(revoked, OPTIONS), NOW);
    expect([...patternsOf(after.content)]).toEqual([]);
    expect([...entriesOf(after.content)]).toEqual([]);
    expect([...patternsOf(mergeContent(first.content, readStix(textOf(), OPTIONS), NOW).content)]).toEqual([]);
  });

  it('says that a text is no STIX', () => {
    for (const text of ['', 'nothing', '{"a":1}', '7']) expect(() => readStix(text, OPTIONS)).toThrow(UnreadableSource);
  });
});
