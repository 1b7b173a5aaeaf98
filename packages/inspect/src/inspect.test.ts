import { describe, expect, test } from 'vitest';
import { BLOCK_CONFIDENCE, blockConfidence } from './context.ts';
import { inspectWith, withContext } from './engine.ts';
import { inspect, inspectRequest, narrowestException } from './inspect.ts';
import { sqli } from './sqli/detect.ts';
import { RULE_GROUPS } from './types.ts';
import { xss } from './xss/detect.ts';

describe('one call', () => {
  const get = (target: string) => inspect({ method: 'GET', target, headers: [['user-agent', 'curl/8']], body: null });

  test('tells an attack from its innocent twin, with what an operator needs to judge it', () => {
    const verdict = get("/products?category=green' UNION SELECT name, password FROM users--");
    expect(verdict).toMatchObject({ kind: 'attack', request: { path: '/products' } });
    if (verdict.kind !== 'attack') throw new Error('not an attack');
    const [finding] = verdict.findings;
    expect(finding).toMatchObject({ rule: 'sqli.union', location: 'query', name: 'category', blocks: true, context: null });
    expect(narrowestException(verdict.request, finding!)).toEqual({
      method: 'GET',
      path: '/products',
      location: 'query',
      name: 'category',
      rule: 'sqli.union',
    });
    expect(get('/products?category=green+union+of+leaves').kind).toBe('clean');
  });

  test('says that a request has no one reading instead of guessing', () => {
    expect(get('/a%2fb')).toMatchObject({ kind: 'unreadable', reason: 'path' });
    const twice = [
      ['content-type', 'text/plain'],
      ['content-type', 'application/json'],
    ] as const;
    const body = new TextEncoder().encode('{}');
    expect(inspect({ method: 'POST', target: '/', headers: twice, body })).toMatchObject({
      kind: 'unreadable',
      reason: 'ambiguous',
    });
    expect(get(`/?${'a=1&'.repeat(2000)}`)).toMatchObject({ kind: 'unreadable', reason: 'over-limit' });
  });

  test('runs only the detectors it is given', () => {
    const request = {
      method: 'GET',
      path: '/',
      fields: [{ location: 'query', name: 'q', value: '<script>alert(1)</script>' }],
    } as const;
    expect(inspectWith([sqli], request).findings).toEqual([]);
    expect(inspectWith([sqli, xss], request).isAttack).toBe(true);
    expect(inspectWith([sqli, xss], request, { groups: ['sqli'] }).isAttack).toBe(false);
  });
});

describe('the purpose of a field', () => {
  const place = { location: 'form', name: 'text' } as const;

  test('moves the confidence that blocks, and switches nothing off', () => {
    for (const group of RULE_GROUPS) {
      expect(blockConfidence(group, null)).toBe(BLOCK_CONFIDENCE);
      expect(blockConfidence(group, 'identifier')).toBeLessThan(BLOCK_CONFIDENCE);
      for (const context of ['free-text', 'html', 'search', 'url'] as const) {
        expect(blockConfidence(group, context)).toBeGreaterThanOrEqual(BLOCK_CONFIDENCE);
        expect(blockConfidence(group, context)).toBeLessThan(0.98);
      }
    }
  });

  test('can be told before or after the verdict', () => {
    const request = { method: 'POST', path: '/', fields: [{ ...place, value: "1' OR 1=1--" }] };
    const asked: string[] = [];
    const contextOf = ({ location, name }: { location: string; name: string }) => {
      asked.push(`${location} ${name}`);
      return 'free-text' as const;
    };
    const early = inspectRequest(request, { contextOf });
    const late = withContext(inspectRequest(request), contextOf);
    expect(late).toEqual(early);
    expect(new Set(asked)).toEqual(new Set(['form text']));
    expect(early.findings.every(({ context }) => context === 'free-text')).toBe(true);
  });
});
