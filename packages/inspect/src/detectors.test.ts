import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DETECTORS } from './detectors.ts';
import type { Inspection } from './engine.ts';
import { inspectRequest } from './inspect.ts';
import { RULES } from './rules.ts';
import { scanTraits } from './traits.ts';
import { RULE_GROUPS, type Location, type RuleGroup } from './types.ts';

/** One line of a detector's `cases.json`: what is judged, where it stands, and what must come of it. */
interface Case {
  value: string;
  attack: boolean;
  /** For an attack: a rule that has to be among the findings. */
  rule?: string;
  /** `q` unless given. */
  name?: string;
  /** `query` unless given. */
  location?: Location;
}

function readCases(group: RuleGroup): readonly Case[] {
  // The one writer of these files is this package; a row of another shape fails the tests below.
  return JSON.parse(readFileSync(new URL(`./${group}/cases.json`, import.meta.url), 'utf8')) as readonly Case[];
}

function inspect({ value, name = 'q', location = 'query' }: Case, group: RuleGroup): Inspection {
  return inspectRequest({ method: 'GET', path: '/', fields: [{ location, name, value }] }, { groups: [group] });
}

test('there is one detector a group', () => {
  expect(DETECTORS.map(({ group }) => group)).toEqual(RULE_GROUPS);
});

describe.each(DETECTORS)('$group', ({ group, detect }) => {
  const cases = readCases(group);
  const ids = new Set(RULES.filter((rule) => rule.group === group).map(({ id }) => id));

  test.each(cases.filter(({ attack }) => attack))('blocks $name $value', (item) => {
    const result = inspect(item, group);
    expect(result.isAttack).toBe(true);
    expect(result.findings.map(({ rule }) => rule)).toContain(item.rule);
  });

  test.each(cases.filter(({ attack }) => !attack))('passes $name $value', (item) => {
    expect(inspect(item, group).isAttack).toBe(false);
  });

  test('every rule of the catalogue has a case that reaches it, and no case names another', () => {
    expect(ids.size).toBeGreaterThan(0);
    expect(new Set(cases.flatMap(({ rule }) => rule ?? []))).toEqual(ids);
    expect(cases.some(({ attack }) => !attack)).toBe(true);
  });

  test('any text gives evidence that lies inside it', () => {
    const words = fc.constantFrom(...cases.map(({ value }) => value));
    const part = fc.constantFrom('name' as const, 'value' as const);
    const text = fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), words), { maxLength: 6 });
    fc.assert(
      fc.property(text, part, (pieces, side) => {
        const value = pieces.join('');
        for (const item of detect({ value, traits: scanTraits(value), location: 'query', name: value, part: side })) {
          expect(ids).toContain(item.rule);
          expect(item.confidence).toBeGreaterThan(0);
          expect(item.confidence).toBeLessThan(1);
          expect(item.span[0]).toBeGreaterThanOrEqual(0);
          expect(item.span[0]).toBeLessThanOrEqual(item.span[1]);
          expect(item.span[1]).toBeLessThanOrEqual(value.length);
        }
      }),
      { numRuns: 500 },
    );
  });
});
