import { describe, expect, it } from 'vitest';
import type { RequestHead } from './exchange.ts';
import { listFromRight } from './forwarded-list.ts';

const head = (...values: string[]): RequestHead => ({
  method: 'GET',
  target: '/',
  path: '/',
  query: '',
  host: 'hf.test',
  authority: 'hf.test',
  headers: values.map((value) => ['x-forwarded-for', value] as const),
});

describe('listFromRight', () => {
  it('reads a line that a proxy added after the one a client sent', () => {
    expect(listFromRight(head('6.6.6.6', '192.0.2.1'), 'x-forwarded-for').at(-1)).toBe('192.0.2.1');
  });

  it('keeps the right end of a list that a client made too long', () => {
    expect(listFromRight(head(`${'6.6.6.6, '.repeat(1000)}192.0.2.1`), 'x-forwarded-for').at(-1)).toBe('192.0.2.1');
  });

  it('is empty without the header', () => {
    expect(listFromRight(head(), 'x-forwarded-for')).toEqual([]);
  });
});
