import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readNext } from './next-path.ts';

describe('where a sign-in goes on', () => {
  test.each(['/', '/orders?id=1&x=%2F#top', '/a/../b', '/caf%C3%A9', '/.holdfast/account'])('%s is a path of ours', (path) => {
    expect(readNext(path)).toBe(new URL(path, 'https://h.test').href.slice('https://h.test'.length));
  });
  test.each([
    '',
    'orders',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    '/%2e//evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    '/\u00a0/evil.example',
    '/\u2028',
    ' /',
    '/a\r\nset-cookie: x=1',
    `/${'a'.repeat(2048)}`,
  ])('%j leads elsewhere or is no path', (path) => {
    expect(readNext(path)).toBeNull();
  });
  test('whatever is given, a browser stays on this origin', () => {
    const tricky = fc
      .array(fc.constantFrom('/', '\\', '.', '%2e', '\t', '@', ':', 'a', '?', '#'))
      .map((all) => `/${all.join('')}`);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webPath(), tricky), (text) => {
        const next = readNext(text);
        if (next !== null) expect(new URL(next, 'https://h.test/deep/page').origin).toBe('https://h.test');
      }),
    );
  });
});
