import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { escaped, table } from './markdown.ts';

it.each([
  ['<img src=x onerror=alert(1)>', '&#60;img src=x onerror=alert(1)&#62;'],
  ['[here](https://evil.test)', '\\[here\\](https&#58;//evil&#46;test)'],
  ['ends | here | and\n## begins', 'ends \\| here \\| and \\#\\# begins'],
  ['a\u202Eb\u0007', 'a\u{FFFD}b\u{FFFD}'],
  ['1. first', '1\\. first'],
  ['- [x] done', '\\- \\[x\\] done'],
  ['---', '\\---'],
  ['ada@b.test', 'ada&#64;b&#46;test'],
  ['see WWW.203.0.113.9', 'see WWW&#46;203.0.113.9'],
  ['&lt;b&gt; \\<i>', '&#38;lt;b&#38;gt; \\\\&#60;i&#62;'],
  ['`code` and ~~gone~~ and $x$', '\\`code\\` and \\~\\~gone\\~\\~ and \\$x\\$'],
])('%j is text and nothing else', (hostile, text) => {
  expect(escaped(hostile)).toBe(text);
});

it('honest words stay readable', () => {
  const honest = '203 requests of 203.0.113.9, 4 % failed: operator:host:0 (on call) saw GET /a-b/{}.';
  expect(escaped(honest)).toBe(honest);
});

it('whatever is written, no mark of Markdown or HTML is left bare, and it stays one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (hostile) => {
      const text = escaped(hostile);
      expect(text).not.toMatch(/[\n\r<>"'@]|:\/|\.\p{L}|www\.|^[-+=]/iu);
      // In front of each mark an odd number of backslashes.
      expect(text.replaceAll(/\\[\\`*_[\]|~$#!\-+=.)]/gu, '')).not.toMatch(/[\\`*_[\]|~$!]/u);
      expect(text.replaceAll(/&#\d+;/gu, '')).not.toContain('&');
    }),
  );
});

it('a table without rows says so', () => {
  expect(table(['a'], [], 'None.')).toBe('None.\n');
  expect(table(['a', 'b'], [['1', '2']], '')).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |\n');
});
