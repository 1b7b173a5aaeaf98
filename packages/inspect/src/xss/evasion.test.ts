import { describe, expect, test } from 'vitest';
import { inspectRequest } from '../inspect.ts';

const ATTACK = '<img src=x onerror=alert(1)>';

function isStopped(value: string): boolean {
  const request = { method: 'POST', path: '/', fields: [{ location: 'form' as const, name: 'q', value }] };
  return inspectRequest(request, { groups: ['xss'] }).isAttack;
}

describe('what stands in front of an attack does not hide it', () => {
  test.each([
    ['a handler that says nothing', '<a onclick="a b">x</a>'],
    ['an address that is only doubtful', '<img src="data:,x">'],
    ['a call among words', 'why does alert(1) say nothing? '],
    ['many tags', '<b>x</b>'.repeat(30_000)],
    ['a long text', 'word '.repeat(40_000)],
    ['a tag that is never closed', '<a '.repeat(2_000)],
    ['quotes', `"'\``.repeat(1_000)],
  ])('%s', (_, front) => {
    expect(isStopped(front)).toBe(false);
    expect(isStopped(front + ATTACK)).toBe(true);
  });

  test.each([128, 1_000, 20_000])('%d attributes in front of the handler', (count) => {
    expect(isStopped(`<img ${'a '.repeat(count)}onerror=alert(1)>`)).toBe(true);
    expect(isStopped(`<img ${'a=b '.repeat(count)}onerror=alert(1)>`)).toBe(true);
  });

  test('a statement in front of the call', () => {
    expect(isStopped(`';${'a;'.repeat(2_000)}alert(1)//`)).toBe(true);
    expect(isStopped(`';/*${'a'.repeat(20_000)}*/alert(1)//`)).toBe(true);
  });
});
