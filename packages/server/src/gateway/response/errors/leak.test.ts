import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import cases from './cases.json' with { type: 'json' };
import { findLeak } from './leak.ts';
import type { TextShape } from './leak.ts';
import { scrub, scrubAnswer } from './scrub.ts';

// The file is ours; its `shape` strings are of the union.
const shapeOf = (text: string): TextShape => text as TextShape;

describe('leaks', () => {
  test.each(cases.leaks)('found: $why', ({ body, shape, status, kind }) => {
    expect(findLeak(body, { shape: shapeOf(shape), status })?.kind).toBe(kind);
  });

  test.each(cases.leaks)('found inside a long page: $why', ({ body, shape, status, kind }) => {
    const around = shape === 'html' ? '<p>Our shop sells tea.</p>\n'.repeat(200) : '';
    expect(findLeak(around + body + around, { shape: shapeOf(shape), status })?.kind).toBe(kind);
  });

  test.each(cases.twins)('passes: $why', ({ body, shape, status }) => {
    expect(findLeak(body, { shape: shapeOf(shape), status })).toBeNull();
  });

  test('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.constantFrom<TextShape>('html', 'json', 'text'), (body, shape) => {
        const leak = findLeak(body, { shape, status: 200 });
        expect(leak === null || typeof leak.family === 'string').toBe(true);
      }),
    );
  });

  test('hostile lines end within the limits', () => {
    for (const unit of ['at a.', '/home/a', 'Error: ', '<pre>', '&amp', '#0 /', '"\\u00', 'File "', 'a:1:1 (']) {
      expect(findLeak(unit.repeat(40_000), { shape: 'html', status: 404 })?.kind).not.toBe('sql');
      expect(findLeak(unit.repeat(40_000), { shape: 'text', status: 404 })?.kind).not.toBe('sql');
    }
  });
});

describe('scrub', () => {
  test.each([
    ['mail bob@shop.example now', 'mail [email] now'],
    ['Key (card)=(4111 1111 1111 1111)', 'Key (card)=([digits])'],
    ['password=hunter2&x=1', 'password=[value]&x=1'],
    ['"sessionToken":"abc"', '"sessionToken":[value]'],
    ['Cookie: sid=1; b=2\nnext', '[header]\nnext'],
    ['postgres://app:pw@db/x', '[credentials]@db/x'],
    ['from 192.0.2.7', 'from [address]'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl1', '[token]'],
    ['near "OR": syntax error at /srv/app.js:10:5', 'near "OR": syntax error at /srv/app.js:10:5'],
  ])('%s', (given, expected) => {
    expect(scrub(given)).toBe(expected);
  });

  test('cuts at 1,024 characters and takes control characters out', () => {
    expect(scrub('x '.repeat(4000))).toHaveLength(1024);
    expect(scrub('a\u0000\u001bb')).toBe('a b');
  });

  test('keeps the words of an error page, not its markup', () => {
    const page = `<!doctype html><head>${'<meta name="x">'.repeat(100)}</head><body class="a">
      <nav>${'<a href="/x"></a>'.repeat(100)}</nav><pre>Error: no such table: stock</pre><p>mail a@b.example</p></body>`;
    expect(scrubAnswer(page)).toBe('Error: no such table: stock\nmail [email]');
    expect(scrubAnswer('Error: 1 < 2')).toBe('Error: 1 < 2');
  });
});
