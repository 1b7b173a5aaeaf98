import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLOCK_CONFIDENCE, inspectRequest } from '../inspect.ts';
import { scanTraits } from '../traits.ts';
import cases from './cases.json' with { type: 'json' };
import { detectSqli } from './detect.ts';
import { SQLI_RULES } from './rules.ts';

interface Case {
  value: string;
  attack: boolean;
  rule?: string;
}

const ids = new Set(SQLI_RULES.map((rule) => rule.id));
const table: readonly Case[] = cases;

function inspect(value: string) {
  return inspectRequest({ method: 'GET', path: '/', fields: [{ location: 'query', name: 'q', value }] }, { groups: ['sqli'] });
}

describe('sqli', () => {
  test.each(table.filter((item) => item.attack))('blocks $value', ({ value, rule }) => {
    const result = inspect(value);
    expect(result.score).toBeGreaterThanOrEqual(BLOCK_CONFIDENCE);
    expect(result.findings.map((finding) => finding.rule)).toContain(rule);
  });

  test.each(table.filter((item) => !item.attack))('passes $value', ({ value }) => {
    expect(inspect(value).score).toBeLessThan(BLOCK_CONFIDENCE);
  });

  test('every rule of the catalogue has a case that reaches it', () => {
    expect(new Set(table.flatMap((item) => item.rule ?? []))).toEqual(ids);
  });

  test('any text gives evidence that lies inside it', () => {
    const words = fc.constantFrom(...table.map((item) => item.value));
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), words), { maxLength: 6 }), (parts) => {
        const value = parts.join('');
        for (const item of detectSqli({ value, traits: scanTraits(value), location: 'query' })) {
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
